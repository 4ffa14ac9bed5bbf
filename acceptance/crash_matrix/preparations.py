"""What leads up to the disturbed runs: each function brings the stack ``orders`` to the eve of one, by runs or by hand.

It plays on day 0 of an account with the REST stages dev, prod and old, the WebSocket stage live, and one certificate
that no tool made.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from acceptance.crash_matrix.deaths import Death
from acceptance.crash_matrix.kinds import Kind
from acceptance.model.cloud import START
from acceptance.model.seen import ACM, ROTATION_TAG

if TYPE_CHECKING:
    from collections.abc import Callable

    from acceptance.model.play import Play

STACK = "orders"
ISSUE, ACTIVATE, CONFIRM, RETIRE = 336.0, 337.0, 338.0, 341.0
_ROTATION = (0.0, ISSUE, ACTIVATE, CONFIRM, RETIRE)


def at(play: Play, day: float) -> None:
    """So many days after the start."""
    play.forward(START + timedelta(days=day) - play.cloud.now())


def lived(play: Play, until: float) -> None:
    """The scheduled runs before a day, and then that day."""
    for day in (one for one in _ROTATION if one < until):
        at(play, day)
        assert play.run(STACK, refresh=day > 0), play.said[-1]  # noqa: S101 - a broken scenario must not pass for one
    at(play, until)


def stack(play: Play) -> None:
    """Both targets, and all kinds of stages."""
    program = play.engines[STACK].program
    program.targets = [play.file_target(STACK), play.ssm_target(STACK)]
    program.bindings = {stage: play.places[stage] for stage in ("dev", "prod", "live")}


def on(day: float, change: Callable[[Play], None] | None = None) -> Callable[[Play], None]:
    """The stack on a day of its first rotation, and what is different on that day."""

    def prepare(play: Play) -> None:
        stack(play)
        lived(play, day)
        if change is not None:
            play.by_hand(lambda: change(play))

    return prepare


def certificate(**inputs: object) -> Callable[[Play], None]:
    """Other inputs of the certificate."""
    return lambda play: play.engines[STACK].program.certificate.update(inputs)


def first(change: Callable[[Play], None], day: float, then: Callable[[Play], None]) -> Callable[[Play], None]:
    """The stack with something that holds from its creation on, and what is different on a day."""

    def prepare(play: Play) -> None:
        stack(play)
        change(play)
        lived(play, day)
        play.by_hand(lambda: then(play))

    return prepare


def nothing(_play: Play) -> None:
    """The day is like the one before."""


def deleted_by_hand(play: Play) -> None:
    """Somebody deletes the certificate that the stages present."""
    play.cloud.sandbox.by_hand.delete_certificate(play.own(STACK)[0].id)


def targets_by_hand(play: Play) -> None:
    """Somebody writes over both targets."""
    for address in play.addresses(STACK):
        play.cloud.write(address, "# restored from an old copy\n")


def bind_by_hand(play: Play, stage: str, certificate_id: str | None) -> None:
    """Somebody lets a stage present something else, or nothing."""
    play.cloud.sandbox.by_hand.bind(play.places[stage]["apiId"], stage, certificate_id)


def old_keeps_the_first(play: Play) -> None:
    """A stage that nobody rotates presents generation 1 too, until after its expiry."""
    stack(play)
    lived(play, ISSUE)
    play.by_hand(lambda: bind_by_hand(play, "old", play.own(STACK)[0].id))
    for day in (ISSUE, ACTIVATE, CONFIRM):
        at(play, day)
        play.run(STACK, refresh=True)
    at(play, 366)


def foreign_on_dev(play: Play) -> None:
    """Somebody else's certificate is on a stage, and the stack may take the stage over."""
    stack(play)
    play.by_hand(lambda: bind_by_hand(play, "dev", play.foreign))
    program = play.engines[STACK].program
    program.binding = {"takeOver": True}
    program.bundle = {"alsoTrust": [play.oracle.ledger.known[play.foreign].pem]}


def foreign_has_waited(play: Play) -> None:
    """The same, two days after the stack was made: the stage may move."""
    foreign_on_dev(play)
    lived(play, 2)


def acm_on_dev(play: Play) -> None:
    """ACM's certificate is on a stage, the stack may take it over, and two days have passed."""
    stack(play)
    play.by_hand(lambda: bind_by_hand(play, "dev", ACM))
    play.engines[STACK].program.binding = {"takeOver": True}
    lived(play, 2)


def foreign_to_adopt(play: Play) -> None:
    """Two stages present somebody else's certificate, which the stack is to carry on with."""
    stack(play)
    for stage in ("dev", "prod"):
        play.by_hand(lambda stage=stage: bind_by_hand(play, stage, play.foreign))  # type: ignore[misc]
    play.engines[STACK].program.certificate["adoptClientCertificateId"] = play.foreign


def former_rotation_to_adopt(play: Play) -> None:
    """The state is lost in the middle of a rotation; the stack carries on with what the stages present."""
    stack(play)
    lived(play, CONFIRM)
    newest = play.own(STACK)[-1].id
    play.oracle.abandoned |= {one.id for one in play.own(STACK)}
    play.engines[STACK].state.clear()
    play.engines[STACK].program.certificate["adoptClientCertificateId"] = newest
    play.engines[STACK].program.bundle = {"takeOver": True}


def killed_while_generating(until: float) -> Callable[[Play], None]:
    """The run before was killed after it generated: its certificate is in no state."""

    def prepare(play: Play) -> None:
        stack(play)
        lived(play, until)
        with Death.of(play.cloud).at_action("GenerateClientCertificate", Kind.KILLED):
            play.run(STACK, clean=False)

    return prepare


def killed_while_switching(play: Play) -> None:
    """The backends refuse the new certificate, and the run that moved the first stage to it died before it asked."""
    stack(play)
    program(confirmed=True)(play)
    lived(play, ACTIVATE)
    play.surroundings.refused.add(play.own(STACK)[-1].sha256)
    with Death.of(play.cloud).at_action("UpdateStage", Kind.KILLED):
        play.run(STACK, clean=False)


def one_more_run_then_mended(play: Play) -> None:
    """A run later every stage is back on what was confirmed last; then the backends load what is published."""
    play.run(STACK)
    refused = {one.id for one in play.own(STACK) if one.sha256 in play.surroundings.refused}
    play.oracle.complaints.extend(
        f"invariant 13: {stage} still presents what its backend refuses"
        for stage, shown in play.snapshot().presents.items()
        if shown in refused
    )
    play.surroundings.refused.clear()
    # What was refused is not tried again before a lead has passed.
    play.forward(timedelta(days=1))


def twin_of_the_first(play: Play) -> None:
    """An orphan under the number of a generation that is to be retired, as a lost answer once left it."""
    first = play.own(STACK)[0]
    tags = {ROTATION_TAG: str(first.rotation), "apigw-client-cert:generation": "1"}
    twin = play.cloud.sandbox.by_hand.generate_certificate(tags=tags)
    # It waits for a retirement, however often there is none: the end of the point tells whether it went.
    play.oracle.abandoned.add(twin)


def program(**changes: object) -> Callable[[Play], None]:
    """Other values of the program's fields."""

    def change(play: Play) -> None:
        for name, value in changes.items():
            setattr(play.engines[STACK].program, name, value)

    return change


def bindings(**keys: str) -> Callable[[Play], None]:
    """The stages that the program binds, by the bindings' keys."""
    return lambda play: program(bindings={key: play.places[stage] for key, stage in keys.items()})(play)


def targets(*kinds: str) -> Callable[[Play], None]:
    """Where the program publishes: ``file``, ``ssm``."""

    def change(play: Play) -> None:
        made = {"file": play.file_target, "ssm": play.ssm_target}
        play.engines[STACK].program.targets = [made[kind](STACK) for kind in kinds]

    return change


def forms_swapped(play: Play) -> None:
    """Each target in the other one's form: another way to write the same trust."""
    file, parameter = play.file_target(STACK), play.ssm_target(STACK)
    forms = file["content"], parameter["content"]
    parameter["content"], file["content"] = forms
    play.engines[STACK].program.targets = [file, parameter]


def also_trust(play: Play) -> None:
    """The foreign certificate is to be trusted too."""
    play.engines[STACK].program.bundle = {"alsoTrust": [play.oracle.ledger.known[play.foreign].pem]}


def trusted_no_more(play: Play) -> None:
    """The foreign certificate is to be trusted no more, and nobody presents it."""
    play.engines[STACK].program.bundle = {}


def trusted_no_more_while_shown(play: Play) -> None:
    """The same, while a stage presents it that nobody rotates."""
    bind_by_hand(play, "old", play.foreign)
    trusted_no_more(play)


def generation_lost(play: Play) -> None:
    """State lost the generation that the stages present, which lives."""
    play.lose_generation(STACK, 0)


def adopted_later(play: Play) -> None:
    """Nothing of its own is presented any more, and somebody else's certificate is named to carry on with."""
    program(bindings={})(play)
    play.run(STACK, refresh=True)
    certificate(adoptClientCertificateId=play.foreign)(play)
