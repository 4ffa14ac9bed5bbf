"""State that was exported and imported again: of every phase, edited by hand, and of a release that is newer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.conftest import START, ok, quiet, refused

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e


def _steady(scenario: Scenario) -> PulumiStack:
    stack = scenario.stack()
    ok(stack.up())
    return stack


def _published(scenario: Scenario) -> PulumiStack:
    return scenario.published()


def _overlapping(scenario: Scenario) -> PulumiStack:
    stack = scenario.overlapping()
    scenario.at(338)
    ok(stack.up())
    return stack


def _outputs(stack: PulumiStack) -> dict[str, Any]:
    return {one["urn"]: one.get("outputs") for one in stack.export()["deployment"]["resources"]}


PHASES = {"steady": _steady, "published": _published, "overlapping": _overlapping}


@pytest.mark.parametrize("phase", PHASES)
def test_state_of_any_phase_goes_on_in_another_backend(scenario: Scenario, phase: str) -> None:
    """Export, a new backend, import: no change, a quiet refresh, the rest of the rotation, and an empty account."""
    before = PHASES[phase](scenario)
    exported = before.export()
    mark = scenario.mark()
    # The folder is the same: a relative publish target must stay where it is.
    after = scenario.stack(folder=before.name, backend="moved")
    after.import_state(exported)
    quiet(after)
    ok(after.refresh())
    quiet(after)
    assert scenario.actions(mark) == []
    assert after.outputs("RotatingClientCertificate")["phase"] == phase
    for day in (336, 337, 338, 341):
        if day > (scenario.now - START).days:
            scenario.at(day)
            ok(after.up("--refresh"))
    (left,) = scenario.ids()
    assert scenario.presented("dev") == scenario.presented("prod") == left
    assert after.outputs("RotatingClientCertificate")["phase"] == "steady"
    ok(after.destroy())
    assert scenario.ids() == []


@pytest.mark.parametrize("kind", ["RotatingClientCertificate", "TrustBundle", "StageBinding"])
def test_state_of_a_newer_release_is_refused_and_stays(scenario: Scenario, kind: str) -> None:
    """Preview, update, refresh and destroy name both versions and the remedy; neither AWS nor state changes."""
    stack = _steady(scenario)
    state = stack.export()
    for resource in state["deployment"]["resources"]:
        if resource["type"].endswith(f":{kind}"):
            resource["outputs"]["stateVersion"] = 2
    stack.import_state(state)
    kept = _outputs(stack)
    mark = scenario.mark()
    for attempt in (stack.preview, stack.up, stack.refresh):
        said = refused(attempt())
        assert "The state has version 2, and this release of apigw-client-cert knows up to 1" in said
    assert scenario.actions(mark) == []
    assert _outputs(stack) == kept


def test_a_state_older_than_the_account_is_carried_on(scenario: Scenario) -> None:
    """Somebody restores yesterday's backup after the switch: nothing live is deleted, no stage goes back."""
    stack = scenario.published()
    backup = stack.export()
    first, second = scenario.ids()
    scenario.at(337)
    ok(stack.up())
    assert scenario.presented("prod") == second
    stack.import_state(backup)
    mark = scenario.mark()
    ok(stack.up("--refresh"))
    assert scenario.ids() == [first, second]
    assert scenario.presented("dev") == scenario.presented("prod") == second
    assert "GenerateClientCertificate" not in scenario.actions(mark)
    for day in (338, 341):
        scenario.at(day)
        ok(stack.up("--refresh"))
    assert scenario.ids() == [second]
