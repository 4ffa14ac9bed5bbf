"""What a user, or somebody else, does to waves in mid-rotation, on the real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok, quiet, refused

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e
ACM_ARN = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


def _wave(scenario: Scenario, number: int, stage: str) -> dict[str, object]:
    path = f"waves[{number}].stages.{stage}"
    return {f"{path}.restApiId": scenario.api, f"{path}.stageName": stage}


def _published(scenario: Scenario) -> PulumiStack:
    """Day 336: dev goes first, prod a day later; generation 2 is pending."""
    waves = {**_wave(scenario, 0, "dev"), **_wave(scenario, 1, "prod"), "waves[1].soak": "24h"}
    return scenario.published(config={"name": "orders", "publish[0].file": "pins.txt", **waves})


def test_a_stage_that_joins_and_one_that_changes_its_wave_take_their_new_turn(scenario: Scenario) -> None:
    """Nothing is replaced, cleared, or moved back: the key names the binding, whatever its wave."""
    stack = _published(scenario)
    scenario.sandbox.console.create_stage(scenario.api, "beta")
    scenario.at(337)
    ok(stack.up("--refresh"))
    second = scenario.ids()[-1]
    assert (scenario.presented("dev"), scenario.presented("prod")) == (second, scenario.ids()[0])
    # prod becomes the first wave, dev goes behind it; beta joins it.
    for stage, number in (("dev", 0), ("prod", 1)):
        stack.unset(f"waves[{number}].stages.{stage}")
    stack.configure({**_wave(scenario, 0, "prod"), **_wave(scenario, 1, "dev"), **_wave(scenario, 1, "beta")})
    before = scenario.mark()
    ok(stack.up("--refresh"))
    assert sorted(scenario.moves(before)) == [("beta", second), ("prod", second)]
    quiet(stack)
    for day in (338, 342):
        scenario.at(day)
        ok(stack.up("--refresh"))
    assert scenario.ids() == [second]


def test_a_wave_that_leaves_the_program_in_mid_rotation_holds_nobody(scenario: Scenario) -> None:
    """Its stage is cleared, which is what removing a binding means, and the other goes on in the same run."""
    stack = _published(scenario)
    stack.unset("waves[0]")
    stack.unset("waves[0].soak")
    scenario.at(337)
    ok(stack.up("--refresh"))
    assert (scenario.presented("dev"), scenario.presented("prod")) == (None, scenario.ids()[-1])


def test_waves_that_verify_nothing_are_quiet_at_preview(scenario: Scenario) -> None:
    """While one waits, and when all have moved: what a stage has no proof of is no change."""
    stack = _published(scenario)
    quiet(stack)
    scenario.at(337)
    for _ in range(2):
        ok(stack.up("--refresh"))
    quiet(stack)


def test_a_week_of_missed_runs_moves_one_wave_a_run(scenario: Scenario) -> None:
    """The next scheduled run is a day later, and the soak is as long."""
    stack = _published(scenario)
    moved = []
    for day in (344, 345):
        scenario.at(day)
        before = scenario.mark()
        ok(stack.up("--refresh"))
        moved.append([stage for stage, _id in scenario.moves(before)])
    assert moved == [["dev"], ["prod"]]


def test_an_acm_certificate_in_a_wave_holds_the_next_one_until_the_stage_is_left_to_acm(scenario: Scenario) -> None:
    """In this run and the next, by name; then the rest goes on, and ACM keeps its stage."""
    stack = _published(scenario)
    scenario.sandbox.console.bind(scenario.api, "dev", ACM_ARN)
    for day in (337, 338):
        scenario.at(day)
        text = refused(stack.up("--refresh"))
        assert f"Stage {scenario.api}/dev presents the ACM certificate {ACM_ARN}" in text
        assert scenario.presented("prod") == scenario.ids()[0]
    stack.unset("waves[0]")
    stack.unset("waves[0].soak")
    ok(stack.up("--refresh"))
    assert (scenario.presented("dev"), scenario.presented("prod")) == (ACM_ARN, scenario.ids()[-1])
