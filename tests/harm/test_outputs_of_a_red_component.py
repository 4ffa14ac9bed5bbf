"""The engine hands no output of a red component on, so what the user publishes with it stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.harm.conftest import STAGES, ok

if TYPE_CHECKING:
    from tests.harm.conftest import Scenario

pytestmark = [pytest.mark.e2e, pytest.mark.parametrize("host", ["plugin"], indirect=True)]


def test_the_pin_that_the_error_names_holds_the_stages_until_it_is_mended(scenario: Scenario) -> None:
    """A third stage is gone on the issue day: nobody publishes the successor, and the clock goes on."""
    legacy = scenario.sandbox.console.create_rest_api("legacy", ("old",))
    healthy: dict[str, Any] = {stage: scenario.place(stage) for stage in STAGES}
    given = {"stages": healthy, "endpointUrl": scenario.sandbox.endpoint_url}
    stack = scenario.stack(program="own_push")
    gone = {"old": {"restApiId": legacy, "stageName": "old"}}
    scenario.configure(stack, "rotation", {**given, "stages": {**healthy, **gone}})
    ok(stack.up())
    first = scenario.presented("prod")
    scenario.sandbox.console.delete_stage(legacy, "old")
    with scenario.traffic() as traffic:
        scenario.at(336)
        outcome = stack.up("--refresh")
        assert outcome.code != 0
        said = " ".join(outcome.output.split())
        assert "what takes its outputs did not run" in said, outcome.output
        assert "pinGeneration" in said, outcome.output
        assert scenario.held() == [first]
        # The remedy: the stages stay as long as nobody publishes.
        scenario.configure(stack, "rotation", {**given, "stages": {**healthy, **gone}, "pinGeneration": 1})
        for day in (337.0, 338.0):
            scenario.at(day)
            assert stack.up("--refresh").code != 0
            traffic.go_on()
            assert {scenario.presented(stage) for stage in STAGES} == {first}
        # Mended: what takes the outputs runs, and then the pin goes.
        scenario.configure(stack, "rotation", {**given, "pinGeneration": 1})
        ok(stack.up("--refresh"))
        assert len(scenario.held()) == 2
        scenario.at(339.1)
        scenario.configure(stack, "rotation", given)
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.presented("dev") == scenario.presented("prod") != first
