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


def test_waves_that_verify_nothing_are_quiet_at_preview(scenario: Scenario) -> None:
    """While one waits, and when all have moved: what a stage has no proof of is no change."""
    stack = _published(scenario)
    quiet(stack)
    scenario.at(337)
    for _ in range(2):
        ok(stack.up("--refresh"))
    quiet(stack)


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
