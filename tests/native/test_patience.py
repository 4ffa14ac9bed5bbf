"""What a user sees while AWS throttles, and when the resource's customTimeouts end the waiting."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from apigw_sandbox import Fault, FaultKind
from tests.e2e.conftest import ok, refused

if TYPE_CHECKING:
    from tests.native.conftest import NativeScenario

pytestmark = pytest.mark.e2e


def test_a_wait_shows_in_the_row_and_customtimeouts_end_it(scenario: NativeScenario) -> None:
    """A limit of 5 s is no reason to wait 20; without it the same run waits, says so, and scans visibly."""
    stack = scenario.native(stages="prod", timeouts={"create": "5s"})
    throttled = scenario.sandbox.faults.add
    throttled(Fault(kind=FaultKind.THROTTLE, action="UpdateStage", seconds=20))
    said = refused(stack.up())
    assert "UpdateStage of" in said
    assert "customTimeouts ended the waiting for AWS. Raise customTimeouts" in said
    assert scenario.presented("prod") is None

    scenario.sandbox.faults.clear()
    stack.unset("timeouts")
    throttled(Fault(kind=FaultKind.THROTTLE, action="UpdateStage", calls=(1,), seconds=1))
    shown = ok(stack.up())
    assert re.search(r":StageBinding orders-prod .* waiting 1 s: AWS throttles UpdateStage", shown)
    assert scenario.presented("prod") == scenario.ids()[0]
    assert "scanning stages: API 1 of 1" in ok(stack.destroy())
