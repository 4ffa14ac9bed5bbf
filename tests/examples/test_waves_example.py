"""examples/waves: dev first, eu and us a day later, in working hours, over a rotation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok, quiet
from tests.examples.conftest import example, unharmed

if TYPE_CHECKING:
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e
# Nobody listens behind the scene's API, so that the gateway answers every certificate alike.
UNREACHABLE = 504


def test_the_waves_move_a_day_apart_and_only_while_the_window_is_open(scenario: Scenario) -> None:
    """Day 336 is a Monday. Tuesday's run finds the window closed once, at night."""
    for name in ("eu", "us"):
        scenario.sandbox.console.create_stage(scenario.api, name)
    stack = example(
        scenario, "waves", restApiId=scenario.api, healthResource="/", expectStatus=UNREACHABLE, proof="status"
    )
    ok(stack.up())
    (first,) = scenario.ids()
    assert [scenario.presented(name) for name in ("dev", "eu", "us")] == [first] * 3
    moves = {}
    for day in (336, 337.5, 338, 338.5, 339, 340, 343):
        scenario.at(day)
        before = scenario.mark()
        ok(stack.up("--refresh"))
        moves[day] = sorted(stage for stage, _id in scenario.moves(before))
        if day == 337.5:
            assert stack.outputs("StageBinding", "orders-dev")["waitingBecause"] == "window"
    assert moves == {336: [], 337.5: [], 338: ["dev"], 338.5: [], 339: ["eu", "us"], 340: [], 343: []}
    assert scenario.ids() == [scenario.presented("us")]
    for name in ("dev", "eu", "us"):
        bound = stack.outputs("StageBinding", f"orders-{name}")
        assert bound["verifiedClientCertificateId"] == scenario.ids()[0]
        assert bound["evidence"] == {"testInvoke": {"status": UNREACHABLE, "proof": "status"}}
    quiet(stack)
    unharmed(scenario)
