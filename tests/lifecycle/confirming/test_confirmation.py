"""A switch that has to be confirmed is open until it is, and no probe or trial holds a stage on what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from apigw_client_cert import errors
from apigw_client_cert.gateway.interface import TrialAnswer
from tests.lifecycle.verified import CONFIRM, VERIFY, Backend, ProbedRun, published

DENIED = errors.AccessDenied("UpdateStage was denied", means="No permission.", remedy="Grant it.")
GONE = errors.BadInput("GET /health cannot be tried: no such resource", means="Nothing.", remedy="Correct it.")


def confirmed(run: ProbedRun, **config: Any) -> tuple[str, str]:
    """Day 337, with verification from the first day on: generation 1 is confirmed, and generation 2 is next."""
    run.binding_config = config
    return published(run, **config)


def moved(run: ProbedRun, **config: Any) -> tuple[str, str]:
    """A day later: generation 2 is presented and confirmed, and generation 1 is pinned."""
    first, second = confirmed(run, **config)
    run.binding("prod")
    assert run.presented("prod") == second
    run.at(338)
    run.config = {"pinGeneration": 1}
    run.certificate()
    run.bundle()
    return first, second


def test_what_was_confirmed_last_is_in_state_with_its_evidence_and_no_refresh_drops_it(
    run: ProbedRun, backend: Backend
) -> None:
    """It is apart from what is presented."""
    first, second = confirmed(run, verify=VERIFY)
    last = run.state["prod"]["lastConfirmed"]
    assert last["clientCertificateId"] == first
    assert last["evidence"] == {"testInvoke": {"status": 200, "proof": "fingerprint"}}
    run.console(second)
    run.refresh()
    assert run.state["prod"]["presentedClientCertificateId"] == second
    assert run.state["prod"].get("lastConfirmed") == last
    run.binding("prod")
    assert run.state["prod"]["lastConfirmed"]["clientCertificateId"] == second
    assert backend.tried[-1] == second


@pytest.mark.parametrize("refresh", [False, True], ids=["plain", "refresh"])
@pytest.mark.parametrize("config", [{"confirm": CONFIRM}, {"verify": VERIFY}, {"verify": VERIFY, "confirm": CONFIRM}])
def test_a_switch_that_nobody_confirmed_goes_back_in_the_next_run(
    run: ProbedRun, backend: Backend, config: dict[str, Any], *, refresh: bool
) -> None:
    """The provider was killed between PATCH and probe: state knows nothing of it but what a refresh tells."""
    first, second = confirmed(run, **config)
    run.console(second)
    backend.accepts = {first}
    if refresh:
        run.refresh()
    with pytest.raises(errors.NotVerified, match=f"The stage was told to present {first} again"):
        run.binding("prod")
    assert run.presented("prod") == first
    backend.accepts = None
    run.at(338)
    run.binding("prod")
    assert run.presented("prod") == second == run.state["prod"]["lastConfirmed"]["clientCertificateId"]


@pytest.mark.parametrize("refresh", [False, True], ids=["plain", "refresh"])
def test_a_way_back_that_is_refused_once_is_taken_by_the_next_run(
    run: ProbedRun, backend: Backend, *, refresh: bool
) -> None:
    """The error names what the stage presents, and does not say that nothing was changed."""
    first, second = confirmed(run, confirm=CONFIRM)
    backend.accepts = {first}

    def denied() -> None:
        if run.presented("prod") == second:
            run.gateway.fail_next("bind", DENIED)

    run.meanwhile.append(denied)
    with pytest.raises(errors.NotVerified) as refused:
        run.binding("prod")
    said = str(refused.value)
    assert f"should have gone back to {first}, and that failed (UpdateStage was denied)" in said
    assert f"The stage presents {second} now" in said
    assert "othing was changed" not in said
    run.meanwhile.clear()
    run.gateway._faults.clear()  # noqa: SLF001 - the permission is back
    if refresh:
        run.refresh()
    with pytest.raises(errors.NotVerified, match=f"told to present {first} again"):
        run.binding("prod")
    assert run.presented("prod") == first


@pytest.mark.parametrize("unproven", [False, True])
def test_what_an_open_switch_goes_back_to_is_not_retired_however_late_the_runs_are(
    run: ProbedRun, backend: Backend, *, unproven: bool
) -> None:
    """The first look is always older than the overlap, and the run that took it went back."""
    first, second = confirmed(run, confirm=CONFIRM)
    run.console(second)
    if unproven:
        backend.echoes = "nothing"
    else:
        backend.accepts = {first}
    for day in (341, 342, 345, 349):
        run.at(day)
        assert run.red(whole=True)
        assert run.presented("prod") == first in run.gateway.certificates


def test_a_stage_does_not_go_back_to_what_is_gone_or_in_no_target(run: ProbedRun, backend: Backend) -> None:
    """It stays, red, and says what it presents."""
    first, second = confirmed(run, confirm=CONFIRM)
    run.console(second)
    backend.accepts = set()
    held = run.targets["pins.txt"].content
    pem = next(one["pem"] for one in run.state["certificate"]["generations"] if one["id"] == second)
    run.targets["pins.txt"].content = pem
    assert run.goes_on() == [second] * 3
    assert f"The stage presents {second} now" in run.lines[-1]
    run.targets["pins.txt"].content = held
    assert run.goes_on()[0] == first


def test_an_open_switch_is_tried_while_the_next_one_waits(run: ProbedRun, backend: Backend) -> None:
    """Somebody switched back to generation 1 by hand before a wait; it is refused, and the last confirmed one lives."""
    first, second = confirmed(run, verify=VERIFY)
    run.binding("prod")
    run.console(first)
    run.refresh()
    run.binding_config = {"verify": VERIFY, "after": [{"name": "dev"}]}
    backend.accepts = {second}
    with pytest.raises(errors.NotVerified, match=f"told to present {second} again"):
        run.binding("prod")
    assert run.presented("prod") == second


@pytest.mark.parametrize("refused", [True, False])
def test_a_rollback_is_not_held_by_a_probe_that_fails_already(
    run: ProbedRun, backend: Backend, *, refused: bool
) -> None:
    """Whether the new certificate is refused, or the probe is broken: then it stays there, and its runs are red."""
    first, second = moved(run, confirm=CONFIRM)
    if refused:
        backend.accepts = {first}
    else:
        run.answers = [TrialAnswer(status=404)]
    assert ("does not confirm" in run.red()) is not refused
    assert run.presented("prod") == first
    proven = run.state["prod"].get("verifiedClientCertificateId")
    assert proven == (first if refused else None)
    assert run.state["prod"]["lastConfirmed"]["clientCertificateId"] == (first if refused else second)
    assert run.goes_on() == [first] * 3


def test_a_rollback_that_the_probe_refuses_while_the_new_one_works_is_taken_back(
    run: ProbedRun, backend: Backend
) -> None:
    """That is a proof that the older one is refused."""
    _first, second = moved(run, confirm=CONFIRM)
    backend.accepts = {second}
    with pytest.raises(errors.NotVerified, match=f"told to present {second} again"):
        run.binding("prod")
    assert run.presented("prod") == second


def test_a_rollback_leaves_what_is_refused_for_what_is_accepted_but_not_named(run: ProbedRun, backend: Backend) -> None:
    """Its runs are red until it is proven, and it stays."""
    first, _second = moved(run, verify=VERIFY)
    backend.accepts, backend.echoes = {first}, "nothing"
    assert not run.red()
    assert run.presented("prod") == first
    assert any("is bound to" in line and "refuses" in line for line in run.lines)
    assert run.goes_on() == [first] * 3
    assert "does not say which certificate it saw" in run.lines[-1]


@pytest.mark.parametrize("trouble", [GONE, DENIED])
def test_a_rollback_goes_back_where_nothing_can_be_asked_and_stays_there(
    run: ProbedRun, backend: Backend, trouble: errors.RotationError
) -> None:
    """The trial's resource is gone from the API; a rotation would stay where it is."""
    first, _second = moved(run, verify=VERIFY)
    run.gateway.fail_next("try_certificates", trouble, times=9)
    assert not run.red()
    assert run.presented("prod") == first
    assert any("a rollback is held only by a proof" in line for line in run.lines)
    assert run.goes_on() == [first] * 3
    assert backend.tried.count(first)


def test_a_rollback_is_held_by_a_proof_that_the_older_certificate_is_refused(run: ProbedRun, backend: Backend) -> None:
    """Whoever pins it."""
    _first, second = moved(run, verify=VERIFY)
    backend.accepts = {second}
    with pytest.raises(errors.NotVerified, match=f"answers 200 to {second}, but 403 to"):
        run.binding("prod")
    assert run.presented("prod") == second


@pytest.mark.parametrize("why", ["unbound", "expired"])
def test_not_proven_binds_where_nothing_alive_is_presented(run: ProbedRun, backend: Backend, why: str) -> None:
    """An accepted answer is at least as good as a refusal; the next run asks for the proof."""
    run.binding_config = {"verify": VERIFY}
    run.up()
    backend.echoes = "nothing"
    if why == "unbound":
        run.console(None)
        run.refresh()
    else:
        run.at(400)
    assert not run.red(whole=True)
    assert run.presented("prod") == run.state["certificate"]["clientCertificateId"]
    assert any("which serves nobody" in line for line in run.lines)
    if why == "expired":
        assert run.goes_on() == [run.state["certificate"]["clientCertificateId"]] * 3
        assert "names no certificate" in run.lines[0] or "does not say" in run.lines[-1]


def test_what_cannot_be_tried_binds_where_nothing_is_presented(run: ProbedRun, backend: Backend) -> None:
    """There is nothing to lose."""
    run.binding_config = {"verify": VERIFY}
    run.up()
    run.console(None)
    run.refresh()
    run.gateway.fail_next("try_certificates", GONE)
    run.binding("prod")
    assert run.presented("prod") == run.state["certificate"]["clientCertificateId"]
    assert backend.tried


def test_an_unbound_stage_goes_to_what_was_confirmed_last_where_its_successor_is_refused(
    run: ProbedRun, backend: Backend
) -> None:
    """In the run that sees it."""
    first, second = confirmed(run, verify=VERIFY)
    run.console(None)
    run.refresh()
    backend.accepts = {first}
    with pytest.raises(errors.NotVerified, match=f"told to present {first} again"):
        run.binding("prod")
    assert run.presented("prod") == first
    assert second in backend.tried


def test_near_its_end_a_certificate_is_left_for_one_that_is_not_proven(run: ProbedRun, backend: Backend) -> None:
    """A proof that will not come must not hold a stage until requests fail; a refusal still does."""
    first, second = confirmed(run, verify=VERIFY)
    backend.echoes = "nothing"
    assert run.goes_on() == [first] * 3
    run.at(363)
    backend.accepts = {first}
    assert run.goes_on() == [first] * 3
    backend.accepts = None
    run.begin()
    run.binding("prod")
    assert run.presented("prod") == second


@pytest.mark.parametrize("trouble", ["unreachable", "404", "echo"])
def test_near_its_end_a_certificate_is_no_place_to_go_back_to(run: ProbedRun, backend: Backend, trouble: str) -> None:
    """A probe that cannot succeed would send the stage to and fro, in the end into the expiry (invariant 1)."""
    first, second = confirmed(run, confirm=CONFIRM)
    if trouble == "echo":
        backend.echoes = "nothing"
    else:
        unreachable = errors.ProbeUnreachable("no answer", means="Nothing is known.", remedy="Mend it.")
        run.answers = [TrialAnswer(status=404) if trouble == "404" else unreachable]
    assert run.goes_on() == [first] * 3
    run.at(363)
    assert run.goes_on() == [second] * 3
    assert run.lines[-1]


def test_under_a_pin_an_unbound_stage_is_not_sent_to_what_it_was_rolled_back_from(
    run: ProbedRun, backend: Backend
) -> None:
    """It is known to be refused; the lost echo of the pinned one proves nothing."""
    first, _second = moved(run, confirm=CONFIRM)
    backend.accepts, backend.echoes = {first}, "nothing"
    assert "was rolled back to" in run.red()
    run.console(None)
    assert run.goes_on() == [first] * 3


def test_a_state_of_an_older_release_counts_what_it_verified_as_confirmed(run: ProbedRun, backend: Backend) -> None:
    """It shows no change, and its stage goes back there."""
    first, second = confirmed(run, confirm=CONFIRM)
    run.at(336.9)
    del run.state["prod"]["lastConfirmed"]
    run.console(second)
    backend.accepts = {first}
    with pytest.raises(errors.NotVerified, match=f"told to present {first} again"):
        run.binding("prod")
    assert run.presented("prod") == first


def test_a_generation_whose_fingerprint_nobody_told_is_not_believed(run: ProbedRun, backend: Backend) -> None:
    """It is asked of AWS, and an answer that names nothing proves nothing."""
    first, second = confirmed(run, verify=VERIFY)
    bare = [{**one, "sha256": None} for one in run.state["certificate"]["generations"]]
    run.binding_config = {"verify": VERIFY, "generations": bare, "publishedSince": None, "publishedTo": None}
    backend.echoes = "nothing"
    assert "names no certificate" in run.red()
    assert run.presented("prod") == first
    backend.echoes = "truth"
    assert not run.red()
    assert run.presented("prod") == second
    assert run.state["prod"]["evidence"] == {"testInvoke": {"status": 200, "proof": "fingerprint"}}


def test_what_nobody_asks_for_any_more_is_not_remembered(run: ProbedRun, backend: Backend) -> None:
    """A confirmation of years ago is no place to go back to."""
    _first, second = confirmed(run, verify=VERIFY)
    run.binding_config = {}
    run.binding("prod")
    assert run.presented("prod") == second
    assert "lastConfirmed" not in run.state["prod"]
    assert backend.tried
