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

    from acceptance.model.simulation import Simulation

STACK = "orders"
ISSUE, ACTIVATE, CONFIRM, RETIRE = 336.0, 337.0, 338.0, 341.0
_ROTATION = (0.0, ISSUE, ACTIVATE, CONFIRM, RETIRE)


def at(simulation: Simulation, day: float) -> None:
    """So many days after the start."""
    simulation.forward(START + timedelta(days=day) - simulation.cloud.now())


def lived(simulation: Simulation, until: float) -> None:
    """The scheduled runs before a day, and then that day."""
    for day in (one for one in _ROTATION if one < until):
        at(simulation, day)
        assert simulation.run(STACK, refresh=day > 0), simulation.said[-1]  # noqa: S101 - a broken scenario must not pass for one
    at(simulation, until)


def stack(simulation: Simulation) -> None:
    """Both targets, and all kinds of stages."""
    program = simulation.engines[STACK].program
    program.targets = [simulation.file_target(STACK), simulation.ssm_target(STACK)]
    program.bindings = {stage: simulation.places[stage] for stage in ("dev", "prod", "live")}


def on(day: float, change: Callable[[Simulation], None] | None = None) -> Callable[[Simulation], None]:
    """The stack on a day of its first rotation, and what is different on that day."""

    def prepare(simulation: Simulation) -> None:
        stack(simulation)
        lived(simulation, day)
        if change is not None:
            simulation.console(lambda: change(simulation))

    return prepare


def certificate(**inputs: object) -> Callable[[Simulation], None]:
    """Other inputs of the certificate."""
    return lambda simulation: simulation.engines[STACK].program.certificate.update(inputs)


def first(
    change: Callable[[Simulation], None], day: float, then: Callable[[Simulation], None]
) -> Callable[[Simulation], None]:
    """The stack with something that holds from its creation on, and what is different on a day."""

    def prepare(simulation: Simulation) -> None:
        stack(simulation)
        change(simulation)
        lived(simulation, day)
        simulation.console(lambda: then(simulation))

    return prepare


def nothing(_play: Simulation) -> None:
    """The day is like the one before."""


def deleted_by_hand(simulation: Simulation) -> None:
    """Somebody deletes the certificate that the stages present."""
    simulation.cloud.sandbox.console.delete_certificate(simulation.own(STACK)[0].id)


def targets_by_hand(simulation: Simulation) -> None:
    """Somebody writes over both targets."""
    for address in simulation.addresses(STACK):
        simulation.cloud.write(address, "# restored from an old copy\n")


def bind_by_hand(simulation: Simulation, stage: str, certificate_id: str | None) -> None:
    """Somebody lets a stage present something else, or nothing."""
    simulation.cloud.sandbox.console.bind(simulation.places[stage]["apiId"], stage, certificate_id)


def old_keeps_the_first(simulation: Simulation) -> None:
    """A stage that nobody rotates presents generation 1 too, until after its expiry."""
    stack(simulation)
    lived(simulation, ISSUE)
    simulation.console(lambda: bind_by_hand(simulation, "old", simulation.own(STACK)[0].id))
    for day in (ISSUE, ACTIVATE, CONFIRM):
        at(simulation, day)
        simulation.run(STACK, refresh=True)
    at(simulation, 366)


def foreign_on_dev(simulation: Simulation) -> None:
    """Somebody else's certificate is on a stage, and the stack may take the stage over."""
    stack(simulation)
    simulation.console(lambda: bind_by_hand(simulation, "dev", simulation.foreign))
    program = simulation.engines[STACK].program
    program.binding = {"takeOver": True}
    program.bundle = {"alsoTrust": [simulation.oracle.record.known[simulation.foreign].pem]}


def foreign_has_waited(simulation: Simulation) -> None:
    """The same, two days after the stack was made: the stage may move."""
    foreign_on_dev(simulation)
    lived(simulation, 2)


def acm_on_dev(simulation: Simulation) -> None:
    """ACM's certificate is on a stage, the stack may take it over, and two days have passed."""
    stack(simulation)
    simulation.console(lambda: bind_by_hand(simulation, "dev", ACM))
    simulation.engines[STACK].program.binding = {"takeOver": True}
    lived(simulation, 2)


def foreign_to_adopt(simulation: Simulation) -> None:
    """Two stages present somebody else's certificate, which the stack is to carry on with."""
    stack(simulation)
    for stage in ("dev", "prod"):
        simulation.console(lambda stage=stage: bind_by_hand(simulation, stage, simulation.foreign))  # type: ignore[misc]
    simulation.engines[STACK].program.certificate["adoptClientCertificateId"] = simulation.foreign


def former_rotation_to_adopt(simulation: Simulation) -> None:
    """The state is lost in the middle of a rotation; the stack carries on with what the stages present."""
    stack(simulation)
    lived(simulation, CONFIRM)
    newest = simulation.own(STACK)[-1].id
    simulation.oracle.abandoned |= {one.id for one in simulation.own(STACK)}
    simulation.engines[STACK].state.clear()
    simulation.engines[STACK].program.certificate["adoptClientCertificateId"] = newest
    simulation.engines[STACK].program.bundle = {"takeOver": True}


def killed_while_generating(until: float) -> Callable[[Simulation], None]:
    """The run before was killed after it generated: its certificate is in no state."""

    def prepare(simulation: Simulation) -> None:
        stack(simulation)
        lived(simulation, until)
        with Death.of(simulation.cloud).at_action("GenerateClientCertificate", Kind.KILLED):
            simulation.run(STACK, clean=False)

    return prepare


def killed_while_switching(simulation: Simulation) -> None:
    """The backends refuse the new certificate, and the run that moved the first stage to it died before it asked."""
    stack(simulation)
    program(confirmed=True)(simulation)
    lived(simulation, ACTIVATE)
    simulation.surroundings.refused.add(simulation.own(STACK)[-1].sha256)
    with Death.of(simulation.cloud).at_action("UpdateStage", Kind.KILLED):
        simulation.run(STACK, clean=False)


def one_more_run_then_mended(simulation: Simulation) -> None:
    """A run later every stage is back on what was confirmed last; then the backends load what is published."""
    simulation.run(STACK)
    refused = {one.id for one in simulation.own(STACK) if one.sha256 in simulation.surroundings.refused}
    simulation.oracle.complaints.extend(
        f"invariant 13: {stage} still presents what its backend refuses"
        for stage, shown in simulation.snapshot().presents.items()
        if shown in refused
    )
    simulation.surroundings.refused.clear()
    # What was refused is not tried again before a lead has passed.
    simulation.forward(timedelta(days=1))


def twin_of_the_first(simulation: Simulation) -> None:
    """An orphan under the number of a generation that is to be retired, as a lost answer once left it."""
    first = simulation.own(STACK)[0]
    tags = {ROTATION_TAG: str(first.rotation), "apigw-client-cert:generation": "1"}
    twin = simulation.cloud.sandbox.console.generate_certificate(tags=tags)
    # It waits for a retirement, however often there is none: the end of the point tells whether it went.
    simulation.oracle.abandoned.add(twin)


def program(**changes: object) -> Callable[[Simulation], None]:
    """Other values of the program's fields."""

    def change(simulation: Simulation) -> None:
        for name, value in changes.items():
            setattr(simulation.engines[STACK].program, name, value)

    return change


def bindings(**keys: str) -> Callable[[Simulation], None]:
    """The stages that the program binds, by the bindings' keys."""
    return lambda simulation: program(bindings={key: simulation.places[stage] for key, stage in keys.items()})(
        simulation
    )


def targets(*kinds: str) -> Callable[[Simulation], None]:
    """Where the program publishes: ``file``, ``ssm``."""

    def change(simulation: Simulation) -> None:
        made = {"file": simulation.file_target, "ssm": simulation.ssm_target}
        simulation.engines[STACK].program.targets = [made[kind](STACK) for kind in kinds]

    return change


def forms_swapped(simulation: Simulation) -> None:
    """Each target in the other one's form: another way to write the same trust."""
    file, parameter = simulation.file_target(STACK), simulation.ssm_target(STACK)
    forms = file["content"], parameter["content"]
    parameter["content"], file["content"] = forms
    simulation.engines[STACK].program.targets = [file, parameter]


def also_trust(simulation: Simulation) -> None:
    """The foreign certificate is to be trusted too."""
    simulation.engines[STACK].program.bundle = {"alsoTrust": [simulation.oracle.record.known[simulation.foreign].pem]}


def trusted_no_more(simulation: Simulation) -> None:
    """The foreign certificate is to be trusted no more, and nobody presents it."""
    simulation.engines[STACK].program.bundle = {}


def trusted_no_more_while_shown(simulation: Simulation) -> None:
    """The same, while a stage presents it that nobody rotates."""
    bind_by_hand(simulation, "old", simulation.foreign)
    trusted_no_more(simulation)


def generation_lost(simulation: Simulation) -> None:
    """State lost the generation that the stages present, which lives."""
    simulation.lose_generation(STACK, 0)


def adopted_later(simulation: Simulation) -> None:
    """Nothing of its own is presented any more, and somebody else's certificate is named to carry on with."""
    program(bindings={})(simulation)
    simulation.run(STACK, refresh=True)
    certificate(adoptClientCertificateId=simulation.foreign)(simulation)
