"""What a stage or a backend may need again is not retired by a run whose reads saw so (invariants 12 and 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.gateway.interface import Redeploy
from apigw_client_cert.lifecycle import engine_run
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.trust.contents import fingerprints_in, marks_of
from tests.lifecycle.confirming.test_confirmation import DENIED
from tests.lifecycle.test_claims import FakeBoard
from tests.lifecycle.verified import CONFIRM

if TYPE_CHECKING:
    from apigw_client_cert.gateway.interface import StageRef
    from tests.lifecycle.verified import Backend, ProbedRun

OVERLAP = (338, 339, 340, 341, 342)
FIRST, SECOND = "cert01", "cert02"


def _daily(run: ProbedRun, day: float, *, refresh: bool = True) -> str:
    """The error of ``up --refresh`` on a day, "" where it succeeds."""
    run.at(day)
    try:
        run.up(refresh=refresh)
    except errors.RotationError as error:
        return str(error)
    return ""


def _blocked(run: ProbedRun) -> list[str]:
    return list(run.state["certificate"]["retirementBlockedBy"])


def _held(run: ProbedRun) -> list[str]:
    pins = fingerprints_in(run.targets["pins.txt"].content or "")
    return [one.id for one in run.gateway.certificates.values() if not pins.isdisjoint(marks_of(one.pem))]


@pytest.fixture
def refused(run: ProbedRun, backend: Backend) -> ProbedRun:
    """Day 337: the stage moved, its backend refuses what it presents, and AWS denied the way back."""
    run.binding_config = {"confirm": CONFIRM}
    run.rotate_to("published")
    backend.accepts = {FIRST}
    _denied(run, 337)
    assert run.presented("prod") == SECOND
    return run


def _denied(run: ProbedRun, day: float, *, refresh: bool = True) -> None:
    """A day on which AWS lets the stage move forward, and not back."""
    bind = run.gateway.bind

    def forward(stage: StageRef, certificate_id: str, redeploy: Redeploy = Redeploy.NEVER) -> None:
        if certificate_id == FIRST:
            raise DENIED
        bind(stage, certificate_id, redeploy)

    run.gateway.bind = forward  # type: ignore[method-assign]
    try:
        assert "403" in _daily(run, day, refresh=refresh)
    finally:
        run.gateway.bind = bind  # type: ignore[method-assign]


def test_what_an_open_switch_goes_back_to_is_kept_until_it_has_gone_back(refused: ProbedRun) -> None:
    """Its way is denied for longer than the overlap; then it is taken, by what is still there."""
    for day in OVERLAP:
        _denied(refused, day)
        assert FIRST in refused.gateway.certificates
        assert _blocked(refused) == ["kept for the way back of stage a1b2c3d4e5/prod, whose switch is not confirmed"]
    assert "told to present cert01 again" in _daily(refused, 343)
    assert refused.presented("prod") == FIRST


def test_it_is_kept_no_longer_than_the_switch_is_open(refused: ProbedRun, backend: Backend) -> None:
    """The backend was mended: confirmed, and retired an overlap after the first look that finds nobody."""
    for day in OVERLAP:
        _denied(refused, day)
    backend.accepts = None
    assert [_daily(refused, day) for day in (343, 344, 345, 346)] == [""] * 4
    assert FIRST in refused.gateway.certificates
    assert _blocked(refused) == []
    assert _daily(refused, 347) == ""
    assert list(refused.gateway.certificates) == [SECOND]


def test_a_run_that_reads_nothing_does_not_know(refused: ProbedRun) -> None:
    """docs/rollout.md says so: the certificate comes before its bindings."""
    for day in OVERLAP:
        _denied(refused, day, refresh=False) if FIRST in refused.gateway.certificates else _daily(refused, day)
    assert list(refused.gateway.certificates) == [SECOND]


def test_a_killed_run_left_the_switch_and_no_word_of_it(run: ProbedRun, backend: Backend) -> None:
    """The read that finds what is presented finds the switch open, too."""
    run.binding_config = {"confirm": CONFIRM}
    run.rotate_to("overlapping")
    run.at(338)
    run.up()
    before = dict(run.state["prod"])
    assert before["lastConfirmed"]["clientCertificateId"] == SECOND
    run.state["prod"] = {
        **before,
        "lastConfirmed": {"clientCertificateId": FIRST},
        "verifiedClientCertificateId": FIRST,
    }
    run.state["prod"]["presentedClientCertificateId"] = FIRST
    backend.accepts = {FIRST}
    _denied(run, 341)
    assert FIRST in run.gateway.certificates


def test_what_moved_before_anybody_asked_is_kept_while_its_binding_is_red(run: ProbedRun, backend: Backend) -> None:
    """``confirm`` is added on the day after: the binding has confirmed nothing, and knows what was active before."""
    run.rotate_to("published")
    assert _daily(run, 337) == ""
    backend.accepts = {FIRST}
    run.binding_config = {"confirm": CONFIRM}
    for day in OVERLAP:
        _denied(run, day)
        assert FIRST in run.gateway.certificates


@pytest.fixture
def reverted(run: ProbedRun) -> ProbedRun:
    """Day 337: the stage moved; then the target was put back to what it held before, and cannot be written."""
    run.rotate_to("published")
    before = run.targets["pins.txt"].content
    old = "".join(one for one in [before] if one).split("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
    assert _daily(run, 337) == ""
    run.targets["pins.txt"].content = old
    assert _held(run) == [FIRST]
    return run


def test_the_only_one_that_a_target_holds_is_kept_until_the_target_is_mended(reverted: ProbedRun) -> None:
    """A rollback by pin is then all that serves anybody; it is retired when the target holds its successor again."""
    for day in OVERLAP:
        reverted.targets["pins.txt"].fail_next("write", DENIED)
        assert "UpdateStage" in _daily(reverted, day)
        assert FIRST in reverted.gateway.certificates
        assert any("backends that read file pins.txt, which does not hold cert02" in one for one in _blocked(reverted))
    reverted.config = {"pinGeneration": 1}
    reverted.targets["pins.txt"].fail_next("write", DENIED)
    _daily(reverted, 342.5)
    assert reverted.presented("prod") == FIRST
    reverted.config = {}
    for day in (343, 344, 345, 346, 347, 348, 349):
        _daily(reverted, day)
    assert list(reverted.gateway.certificates) == [SECOND]
    assert _held(reverted) == [SECOND]


def test_what_has_expired_is_kept_for_nobody(refused: ProbedRun) -> None:
    """It serves nobody any more: what the daily look of a blocked retirement finds is that nobody presents it."""
    for day in (338, 339):
        _denied(refused, day)
    for day in (366, 367, 370, 371, 372):
        _daily(refused, day)
    assert list(refused.gateway.certificates) == [SECOND]


def test_a_destroy_is_not_held(refused: ProbedRun) -> None:
    """``destroy --refresh`` reads everything first, too."""
    refused.begin()
    refused.refresh()
    assert engine_run.NEEDED.why(FIRST)
    refused.console(None)
    refused.looks.forget()
    certificate.delete(refused.state["certificate"], refused.environment)
    assert refused.gateway.certificates == {}


def test_another_process_of_the_run_knows_it_too(refused: ProbedRun) -> None:
    """The reads of an explicit provider's process, and the certificate's update in the default one's."""
    board = FakeBoard()
    refused.begin()
    refused.refresh()
    engine_run.share(board)
    here = engine_run.NEEDED.why(FIRST)
    engine_run.forget()
    assert engine_run.NEEDED.why(FIRST) == ()
    engine_run.share(board)
    assert engine_run.NEEDED.why(FIRST) == ("kept for what another provider's resource may need",)
    assert engine_run.NEEDED.why(SECOND) == ()
    refused.refresh()
    assert engine_run.NEEDED.why(FIRST) == here
    engine_run.forget()
