"""A take-over that was not confirmed finds its way back to what the stage presented, whoever made that."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.ownership import GENERATION, ROTATION_ID
from tests.lifecycle.conftest import START
from tests.lifecycle.verified import CONFIRM, VERIFY, Backend, ProbedRun

if TYPE_CHECKING:
    from apigw_client_cert.gateway.interface import IssuedCertificate, StageRef, TrialAnswer, TrialCall

ACM = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
CONFIGS: list[dict[str, Any]] = [{"confirm": CONFIRM}, {"verify": VERIFY}, {"verify": VERIFY, "confirm": CONFIRM}]
MEMORY = "takenOverClientCertificateId"


def waited(run: ProbedRun, theirs: str, *also: IssuedCertificate, **config: Any) -> str:
    """Day 1: the stage presents this, and its take-over has waited for the lead; returns our certificate."""
    run.console(theirs)
    run.binding_config = {"takeOver": True, **config}
    run.bundle_config["alsoTrust"] = [one.pem for one in also]
    run.up()
    assert run.presented("prod") == theirs
    run.at(1)
    return str(run.state["certificate"]["clientCertificateId"])


def killed(run: ProbedRun, ours: str, *, refreshes: int = 0) -> None:
    """The provider was killed between PATCH and probe."""
    run.console(ours)
    for _ in range(refreshes):
        run.begin()
        run.refresh()


@pytest.mark.parametrize("refreshes", [0, 1, 2])
@pytest.mark.parametrize("config", CONFIGS)
def test_a_killed_take_over_goes_back_to_what_the_stage_presented(
    run: ProbedRun, backend: Backend, config: dict[str, Any], refreshes: int
) -> None:
    """The next completed look remembers it, and no refresh drops it until the switch is confirmed."""
    foreign = run.gateway.add_certificate()
    ours = waited(run, foreign.id, foreign, **config)
    backend.accepts = {foreign.id}
    killed(run, ours, refreshes=refreshes)
    assert run.state["prod"].get(MEMORY) == (foreign.id if refreshes else None)
    assert f"The stage was told to present {foreign.id} again" in run.red()
    assert run.presented("prod") == foreign.id
    backend.accepts = None
    run.at(2)
    assert not run.red()
    assert run.presented("prod") == ours == run.state["prod"]["lastConfirmed"]["clientCertificateId"]
    assert MEMORY not in run.state["prod"]


@pytest.mark.parametrize("config", CONFIGS)
def test_a_confirmed_take_over_asks_for_nothing_but_what_it_is_about(
    run: ProbedRun, backend: Backend, config: dict[str, Any]
) -> None:
    """The place to go back to is looked for where a switch is not confirmed, and nowhere else."""
    foreign = run.gateway.add_certificate()
    ours = waited(run, foreign.id, foreign, **config)
    before = len(run.gateway.calls)
    run.binding("prod")
    assert run.presented("prod") == ours
    made = [call.method for call in run.gateway.calls[before:]]
    assert made.count("get") <= 1
    assert "list_certificates" not in made
    assert backend.tried


def created_anew(run: ProbedRun, ours: str) -> None:
    """The creation of the binding was killed: no state tells of it."""
    killed(run, ours)
    del run.state["prod"], run.inputs["prod"]


@pytest.mark.parametrize("config", CONFIGS)
def test_a_killed_creation_goes_back_to_the_only_other_certificate_that_the_bundle_trusts(
    run: ProbedRun, backend: Backend, config: dict[str, Any]
) -> None:
    """No state names it; whoever takes over a live one has it in the bundle."""
    foreign, stranger = run.gateway.add_certificate(), run.gateway.add_certificate()
    ours = waited(run, foreign.id, foreign, **config)
    backend.accepts = {foreign.id, stranger.id}
    created_anew(run, ours)
    assert f"The stage was told to present {foreign.id} again" in run.red()
    assert run.presented("prod") == foreign.id


@pytest.mark.parametrize("why", ["several", "no take_over", "denied", "no bundle"])
def test_a_killed_creation_stays_where_nobody_can_say_what_it_replaced(
    run: ProbedRun, backend: Backend, why: str
) -> None:
    """Of several one would be a guess; what cannot be listed is not known."""
    foreign, other = run.gateway.add_certificate(), run.gateway.add_certificate()
    ours = waited(run, foreign.id, foreign, *([other] if why == "several" else []), confirm=CONFIRM)
    backend.accepts = {foreign.id, other.id}
    created_anew(run, ours)
    if why == "no take_over":
        del run.binding_config["takeOver"]
    if why == "no bundle":
        run.with_bundle = False
    if why == "denied":
        denied = errors.AccessDenied("GetClientCertificates was denied", means="No permission.", remedy="Grant it.")
        run.gateway.fail_next("list_certificates", denied)
    assert f"The stage presents {ours} now" in run.red()
    assert run.presented("prod") == ours


@pytest.mark.parametrize("why", ["gone", "expired", "not held", "ending"])
def test_what_does_not_live_or_is_in_no_target_is_no_place_to_go_back_to(
    run: ProbedRun, backend: Backend, why: str
) -> None:
    """Nor what ends within ``activate_by``: the next run would leave it again."""
    foreign = run.gateway.add_certificate(created=START - timedelta(days=300))
    ours = waited(run, foreign.id, foreign, confirm=CONFIRM)
    backend.accepts = {foreign.id}
    killed(run, ours, refreshes=1)
    if why == "gone":
        del run.gateway.certificates[foreign.id]
    if why == "not held":
        run.targets["pins.txt"].content = run.gateway.certificates[ours].pem
    run.at({"expired": 66, "ending": 63}.get(why, 1))
    run.begin()
    assert f"The stage presents {ours} now" in run.red()
    assert run.presented("prod") == ours


def test_what_is_not_proven_is_no_reason_to_go_back_to_what_nobody_has_confirmed(
    run: ProbedRun, backend: Backend
) -> None:
    """The backend accepts ours, and has lost its echo; or nobody can ask."""
    foreign = run.gateway.add_certificate()
    ours = waited(run, foreign.id, foreign, confirm=CONFIRM)
    killed(run, ours)
    backend.echoes = "nothing"
    assert run.goes_on() == [ours] * 3
    run.answers = [errors.ProbeUnreachable("no answer", means="Nothing is known.", remedy="Mend it.")]
    assert run.goes_on() == [ours] * 3
    assert "no answer" in run.lines[-1]


def test_where_the_trial_cannot_be_made_the_take_over_stays(run: ProbedRun, backend: Backend) -> None:
    """Its resource is gone: that says nothing of ours."""
    foreign = run.gateway.add_certificate()
    ours = waited(run, foreign.id, foreign, verify=VERIFY)
    killed(run, ours)
    gone = errors.BadInput("GET /health cannot be tried: no such resource", means="Nothing.", remedy="Correct it.")
    run.gateway.fail_next("try_certificates", gone)
    assert "cannot be tried" in run.red()
    assert run.presented("prod") == ours
    assert backend.accepts is None


@pytest.mark.parametrize("takes_arns", [True, False])
@pytest.mark.parametrize("config", CONFIGS)
def test_a_killed_take_over_goes_back_to_an_acm_certificate(
    run: ProbedRun, backend: Backend, config: dict[str, Any], *, takes_arns: bool
) -> None:
    """No target names it, and TestInvokeMethod may not take it; ours is refused, which is enough."""

    def answer(stage: StageRef, trial: TrialCall, one: str | None) -> TrialAnswer:
        if one == ACM and run.presented("prod") != ACM and not takes_arns:
            raise errors.BadInput("GET cannot be tried: NotFound", means="Nothing.", remedy="Correct it.")
        return backend.answer(stage, trial, one)

    ours = waited(run, ACM, **config)
    run.gateway.backend = answer
    backend.accepts = {ACM}
    killed(run, ours, refreshes=1)
    assert f"told to present the ACM certificate {ACM} again" in run.red()
    assert run.presented("prod") == ACM


def test_an_open_take_over_is_tried_while_the_next_generation_waits(run: ProbedRun, backend: Backend) -> None:
    """Nothing was ever confirmed: what was taken over says that the switch is open."""
    foreign = run.gateway.add_certificate(created=START)
    ours = waited(run, foreign.id, foreign, confirm=CONFIRM)
    backend.accepts = {foreign.id}
    killed(run, ours, refreshes=1)
    run.binding_config["after"] = [{"name": "dev"}]
    for day in (336, 337):
        run.at(day)
        run.certificate()
        run.bundle()
    assert run.state["certificate"]["clientCertificateId"] != ours
    assert f"The stage was told to present {foreign.id} again" in run.red()
    assert run.presented("prod") == foreign.id


def test_a_stage_that_was_handed_over_goes_back_to_the_other_rotation(run: ProbedRun, backend: Backend) -> None:
    """What was confirmed last is another rotation's, whose bundle this is, too."""
    other = run.gateway.add_certificate(tags={ROTATION_ID: "other", GENERATION: "1"})
    run.bundle_config["alsoTrust"] = [other.pem]
    run.binding_config = {"takeOver": True, "confirm": CONFIRM}
    run.up()
    ours = str(run.state["certificate"]["clientCertificateId"])
    before = {"clientCertificateId": other.id, "since": run.state["prod"]["verifiedAt"]}
    for key in ("verifiedAt", "verifiedClientCertificateId", "evidence"):
        del run.state["prod"][key]
    run.state["prod"].update(lastConfirmed=before, setClientCertificateId=other.id)
    backend.accepts = {other.id}
    assert f"The stage was told to present {other.id} again" in run.red()
    assert run.presented("prod") == other.id != ours
