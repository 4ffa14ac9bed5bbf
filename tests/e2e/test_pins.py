"""What the owner asks for: a pin, a trigger, another threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import numbers, ok, quiet

if TYPE_CHECKING:
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e


def test_rollback_by_pin_and_back(scenario: Scenario) -> None:
    """Stages go back to generation 1 in one run and forward again in one; nothing is retired while the pin is set."""
    stack = scenario.overlapping()
    first, second = scenario.ids()
    assert scenario.presented("dev") == second

    scenario.at(337.2)
    stack.configure({"pinGeneration": 1})
    before = scenario.mark()
    assert f"pin_generation=1; this update makes certificate {first} (generation 1) the one" in ok(stack.preview())
    ok(stack.up("--refresh"))
    assert scenario.actions(before) == ["UpdateStage", "UpdateStage"]
    assert scenario.presented("dev") == scenario.presented("prod") == first
    assert numbers(stack) == {1: "active", 2: "pending"}
    quiet(stack)

    scenario.at(345)
    before = scenario.mark()
    quiet(stack)
    stack.unset("pinGeneration")
    ok(stack.up("--refresh"))
    assert scenario.actions(before) == ["UpdateStage", "UpdateStage"]
    assert scenario.presented("dev") == scenario.presented("prod") == second
    assert numbers(stack) == {1: "previous", 2: "active"}


def test_a_changed_trigger_makes_a_rotation_due(scenario: Scenario) -> None:
    """Set for the first time it asks for nothing; changed, the next run issues a successor, and only that."""
    stack = scenario.stack()
    ok(stack.up())
    scenario.at(10)
    before = scenario.mark()
    stack.configure({"rotationTrigger": "incident-1"})
    assert "generates" not in ok(stack.preview())
    ok(stack.up())
    assert scenario.actions(before) == []
    quiet(stack)

    scenario.at(20)
    stack.configure({"rotationTrigger": "incident-2"})
    said = ok(stack.preview())
    assert "rotation_trigger changed from 'incident-1' to 'incident-2'; this update generates generation 2" in said
    ok(stack.up())
    assert scenario.actions(before) == ["GenerateClientCertificate"]
    first, _ = scenario.ids()
    assert scenario.presented("dev") == first
    quiet(stack)
