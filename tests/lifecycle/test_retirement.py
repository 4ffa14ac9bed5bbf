"""Confirm and retire over a fake world in which AWS itself refuses no deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.gateway.interface import StageKind

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun


@pytest.fixture(autouse=True)
def _blind_account(run: FakeRun) -> None:
    """Whether AWS refuses is unknown (docs/aws.md §3.1): our own look has to do."""
    run.gateway.refuses_delete_in_use = False


@pytest.mark.parametrize("kind", list(StageKind))
def test_a_stage_that_came_back_between_the_two_looks_keeps_its_certificate(run: FakeRun, kind: StageKind) -> None:
    """Another stack's stage, of either family: the second look finds it, and the wait starts anew (invariant 3)."""
    run.rotate_to("overlapping")
    run.at(338)
    run.up()
    assert "retirementBlockedBy" in run.state["certificate"]
    assert run.state["certificate"]["retirementBlockedBy"] == []
    stage = run.gateway.add_stage("foreign123", "live", "cert01", kind)
    run.at(341)
    run.up()
    assert "cert01" in run.gateway.certificates
    assert run.state["certificate"]["retirementBlockedBy"] == [str(stage)]
    run.gateway.stages[stage].client_certificate_id = None
    for day in (342, 344):
        run.at(day)
        run.up()
        assert "cert01" in run.gateway.certificates
    run.at(345)
    run.up()
    assert list(run.gateway.certificates) == ["cert02"]


def test_the_overlap_counts_from_the_first_clean_look(run: FakeRun) -> None:
    """Not from the activation: runs may be missed, and nobody looked in between (invariant 3)."""
    run.rotate_to("overlapping")
    run.at(345)
    run.up()
    assert sorted(run.gateway.certificates) == ["cert01", "cert02"]
    run.at(348)
    run.up()
    assert list(run.gateway.certificates) == ["cert02"]


def test_the_run_that_generates_deletes_nothing(run: FakeRun) -> None:
    """Issuing, and recovering from an expiry that nobody saw coming: what is replaced stays (invariant 2)."""
    run.up()
    run.at(336)
    run.up()
    run.at(800)  # both have expired
    run.up()
    assert sorted(run.gateway.certificates) == ["cert01", "cert02", "cert03"]
    assert run.state["certificate"]["clientCertificateId"] == "cert03"
    assert run.gateway.called("delete") == []
