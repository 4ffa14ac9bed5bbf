"""What a killed creation left is named until a person removed it, and no twin stack loses a certificate by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.lifecycle.certificate import crud as certificate

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun

COMMAND = "aws apigateway delete-client-certificate --client-certificate-id cert01"


@pytest.fixture
def left(run: FakeRun) -> FakeRun:
    """The first run was killed after the generate, and tried again a day later."""
    run.certificate()
    run.lose_state()
    run.at(1)
    run.up()
    assert run.presented("dev") == "cert02"
    return run


def _retire(run: FakeRun) -> None:
    for day in (337, 338, 339, 342):
        run.at(day)
        run.up()
    assert run.state["certificate"]["phase"] == "steady"
    assert run.presented("dev") == "cert03"


def test_it_is_named_by_the_creation_each_retirement_and_the_destroy_and_stays(left: FakeRun) -> None:
    """Nobody can tell it from another stack's (invariants 4 and 5)."""
    assert [line for line in left.lines if "cert01" in line and COMMAND in line]
    left.lines.clear()
    _retire(left)
    assert len([line for line in left.lines if COMMAND in line]) == 1
    for stage in left.gateway.stages.values():
        stage.client_certificate_id = None
    left.begin()
    left.lines.clear()
    certificate.delete(left.state["certificate"], left.environment)
    assert len([line for line in left.lines if COMMAND in line]) == 1
    assert list(left.gateway.certificates) == ["cert01"]


def test_once_it_is_removed_by_hand_nothing_is_said(left: FakeRun) -> None:
    """The remedy that the line names."""
    left.gateway.delete("cert01")
    left.lines.clear()
    _retire(left)
    assert not [line for line in left.lines if "cert01" in line]
    assert list(left.gateway.certificates) == ["cert03"]


def test_a_twin_stack_that_is_at_work_is_not_named(left: FakeRun) -> None:
    """Of its generations one is presented; a pending one beside it is as much its own."""
    left.gateway.add_stage("foreign123", "live", "cert01")
    left.gateway.add_certificate(tags=dict(left.gateway.certificates["cert01"].tags))
    left.lines.clear()
    for day in (337, 338, 339, 342):
        left.at(day)
        left.up()
    assert not [line for line in left.lines if "delete-client-certificate" in line]
    assert "cert01" in left.gateway.certificates


def test_what_could_not_be_seen_counts_as_presented(left: FakeRun) -> None:
    """A scan with a gap names nothing to delete."""
    left.gateway.gaps = ("page 2: throttled",)
    left.lines.clear()
    for day in (337, 338, 339, 342):
        left.at(day)
        left.up()
    assert not [line for line in left.lines if "delete-client-certificate" in line]
