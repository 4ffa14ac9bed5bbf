"""Two hundred bindings, and forty components, of one stack through the plugin."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.conftest import ok

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.native.conftest import NativeScenario

pytestmark = pytest.mark.e2e
BINDINGS = 200
# More than any fixed number of threads that a plugin's server would have by habit.
COMPONENTS = 40
PROGRAM = (Path(__file__).parent / "programs" / "component.py").read_text()


def test_many_components_of_one_program_are_constructed_at_once(scenario: NativeScenario) -> None:
    """Each Construct waits for its children, whose calls come to the same process: none may wait for a free thread."""
    names = [f"c{number}" for number in range(COMPONENTS)]
    api = scenario.sandbox.console.create_rest_api("apart", stages=names)
    given = {
        "endpointUrl": scenario.sandbox.endpoint_url,
        "stages": {name: {"restApiId": api, "stageName": name} for name in names},
    }
    stack = scenario.native(program=PROGRAM, given=given, names=",".join(names), apart="true")
    shown = ok(stack.preview())
    assert shown.count("apigw-client-cert:index:StageBinding") == COMPONENTS


def test_two_hundred_bindings_cost_what_the_dynamic_ones_cost(
    scenario: NativeScenario, record_testsuite_property: Callable[[str, Any], None]
) -> None:
    """One GET and one PATCH each to create and to move, none to issue; a run that issues touches no binding."""
    scenario.sandbox.faults.clear()
    stages = [f"s{number}" for number in range(BINDINGS)]
    api = scenario.sandbox.console.create_rest_api("many", stages=stages)
    stack = scenario.native(api=api, stages=",".join(stages))
    # The engine saves the whole state after each step: three quarters of the time, and not what is tested.
    stack.env |= {"PULUMI_SKIP_CHECKPOINTS": "true", "PULUMI_EXPERIMENTAL": "true"}
    for step, day in (("create", 0), ("issue", 336), ("move", 337)):
        scenario.at(day)
        before = scenario.mark()
        began = time.monotonic()
        shown = ok(stack.up())
        record_testsuite_property(
            f"plugin, 200 bindings, state saved once, seconds to {step}", round(time.monotonic() - began, 1)
        )
        counts = Counter(one.action for one in scenario.sandbox.journal.calls(since=before))
        expected = 0 if step == "issue" else BINDINGS
        assert (counts["GetStage"], counts["UpdateStage"]) == (expected, expected)
        assert ("StageBinding" in shown) is (step != "issue")
    presented = {stage.client_certificate_id for stage in scenario.sandbox.stages() if stage.api_id == api}
    assert presented == {scenario.ids()[1]}
