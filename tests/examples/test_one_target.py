"""examples/one-target: two rotations in one place, and a stage that changes hands without an outage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok, quiet, refused
from tests.examples.conftest import example, trusted, unharmed

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e


@pytest.fixture
def stack(scenario: Scenario) -> PulumiStack:
    """Dev presents the certificate of one rotation, prod that of the other."""
    stages = {
        f"stages.{name}": {"restApiId": scenario.api, "stageName": name, "rotation": rotation}
        for name, rotation in (("dev", "orders"), ("prod", "billing"))
    }
    stack = example(scenario, "one-target", **stages)
    ok(stack.up())
    assert trusted(scenario) == 2
    return stack


def test_both_rotate_and_neither_writes_the_other_out(scenario: Scenario, stack: PulumiStack) -> None:
    """A whole rotation of each, in the same runs."""
    for day, pins in ((336, 4), (337, 4), (338, 4), (341, 2)):
        scenario.at(day)
        ok(stack.up("--refresh"))
        assert trusted(scenario) == pins
    assert {scenario.presented("dev"), scenario.presented("prod")} == set(scenario.ids())
    unharmed(scenario)


def test_a_stage_is_handed_over_after_the_lead(scenario: Scenario, stack: PulumiStack) -> None:
    """Under its own name and under another one; nothing is cleared on the way (invariant 9)."""
    ours, theirs = scenario.presented("dev"), scenario.presented("prod")
    before = scenario.mark()
    stack.configure({"stages.dev.rotation": "billing"})
    assert "TrustBundle(certificates=[a, b])" in refused(stack.up())
    stack.configure({"stages.dev.takeOver": True})
    ok(stack.up())
    # The bundle has published both since the first run, some seconds ago on this clock.
    assert scenario.presented("dev") == ours
    scenario.at(1)
    ok(stack.up("--refresh"))
    assert scenario.moves(before) == [("dev", theirs)]

    stack.unset("stages.dev")
    entry = {"restApiId": scenario.api, "stageName": "dev", "rotation": "orders", "takeOver": True}
    stack.configure({"stages.again": entry})
    ok(stack.up())
    assert scenario.moves(before) == [("dev", theirs), ("dev", ours)]
    quiet(stack)
    unharmed(scenario)
