"""The proof in small: a rotation by real updates under load on nginx and Go, and one order that must fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from acceptance.load.controls import CONTROLS, baseline, misplaced, perform
from acceptance.load.observed import NEW, OLD
from acceptance.load.plan import Plan, control_plan
from acceptance.load.rotation import rotation
from acceptance.load.tally import BOUNDARIES, SHAPES, figures, reasons
from acceptance.servers.go import Go
from acceptance.servers.nginx import Nginx
from tests.backends.missing import tools_wanted

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.servers.backend import Backend

PLAN = Plan(requests=100, rate=25, steady=1, lead=2, overlap=3, tail=1, lifetime=1.5, propagation=0.5, slow=1)

pytestmark = pytest.mark.usefixtures("vegeta")


@pytest.mark.e2e
@pytest.mark.parametrize("kind", [Nginx, Go], ids=lambda kind: kind.kind)
def test_a_rotation_under_load_fails_no_request(kind: type[Backend], tmp_path: Path) -> None:
    """Through issue, reload, switch and retirement; and the three who count count the same."""
    with tools_wanted():
        run = rotation(kind, tmp_path / "run", PLAN)
    assert reasons(run) == {}
    assert run.sent == run.recorded == run.answered == len(run.requests)
    assert run.sent >= PLAN.requests
    assert {request.certificate for request in run.requests} == {OLD, NEW}
    assert {request.shape for request in run.requests} == set(SHAPES)
    assert set(BOUNDARIES) <= {event.kind for event in run.events}
    assert [phase.name for phase in run.phases] == ["steady", "published", "overlapping", "steady"]
    assert figures(run, PLAN.wanted_near)["failed"] == 0
    in_order = [event.kind for event in run.events if event.kind in {"generate", "reload", "PATCH", "DELETE"}]
    assert in_order == ["generate", "reload", "PATCH", "PATCH", "DELETE", "reload"]


def test_the_right_order_by_hand_fails_no_request(tmp_path: Path) -> None:
    """The baseline of the controls on nginx."""
    with tools_wanted():
        run = perform(baseline(Nginx), tmp_path / "run", control_plan())
    assert reasons(run) == {}
    assert run.sent == run.recorded == run.answered


@pytest.mark.parametrize("name", ["switch-before-publishing", "ca-file-append"])
def test_a_wrong_order_fails_requests_in_its_window_only(name: str, tmp_path: Path) -> None:
    """And for the reason that is expected of it: the measurement can fail."""
    (control,) = [one for one in CONTROLS if one.name == name]
    with tools_wanted():
        run = perform(control, tmp_path / "run", control_plan())
    assert run.failed
    assert misplaced(control, run) == []
    assert {request.certificate for request in run.failed} == {NEW}
