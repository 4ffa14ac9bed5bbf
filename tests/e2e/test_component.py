"""ClientCertificateRotation honours what Pulumi's resource options mean, and orders what it wires."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.conftest import ok, refused

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e

PROGRAMS = Path(__file__).parent / "programs"
COMPONENT = (PROGRAMS / "component.py").read_text()
MANAGED_STAGE = (PROGRAMS / "managed_stage.py").read_text()


def _stack(scenario: Scenario, option: str = "", **config: object) -> PulumiStack:
    return scenario.stack(program=COMPONENT, config={"option": option, **scenario.stage_config("dev"), **config})


def _ours(stack: PulumiStack) -> list[dict[str, Any]]:
    return [one for one in stack.export()["deployment"]["resources"] if "/apigw:" in one["type"]]


def test_a_protected_component_still_rotates(scenario: Scenario) -> None:
    """Rotation is an update, which protect allows; a replacement and a destroy are refused."""
    stack = _stack(scenario, "protect")
    ok(stack.up())
    assert all(one["protect"] for one in _ours(stack))
    for day in (336, 337, 338, 341):
        scenario.at(day)
        ok(stack.up())
    (second,) = scenario.ids()
    assert scenario.presented("dev") == second
    refused(stack.destroy())
    assert scenario.presented("dev") == second


def test_a_component_renamed_with_an_alias_replaces_nothing(scenario: Scenario) -> None:
    """Only the names in the tags follow; the certificate, its bundle and its bindings stay (invariant 12)."""
    stack = _stack(scenario)
    ok(stack.up())
    (first,) = scenario.ids()
    scenario.at(10)
    before = scenario.mark()
    stack.configure({"option": "aliases", "name": "payments"})
    text = ok(stack.up())
    assert "replaced" not in text
    assert "deleted" not in text
    assert scenario.actions(before) == ["TagResource"]
    assert scenario.ids() == [first]
    assert scenario.presented("dev") == first


def test_depends_on_reaches_every_child(scenario: Scenario) -> None:
    """What the component waits for, the certificate, the bundle and the bindings wait for."""
    stack = _stack(scenario, "depends_on")
    ok(stack.up())
    (first,) = [one["urn"] for one in stack.export()["deployment"]["resources"] if one["urn"].endswith("::first")]
    assert len(_ours(stack)) == 3
    assert all(first in one["dependencies"] for one in _ours(stack))


@pytest.mark.parametrize("option", ["parent", "transforms"])
def test_a_parent_and_a_transform_reach_the_children(scenario: Scenario, option: str) -> None:
    """The component is below its parent; a transform of the component changes its bindings' inputs."""
    stack = _stack(scenario, option)
    ok(stack.up())
    assert (stack.outputs("StageBinding").get("onDelete") == "keep") is (option == "transforms")
    assert all(("tests:index:Team$" in one["urn"]) is (option == "parent") for one in _ours(stack))
    assert scenario.presented("dev") == scenario.ids()[0]


def test_a_managed_stage_that_is_replaced_is_bound_again(scenario: Scenario) -> None:
    """RestStage.of: the new stage presents nothing, and no input of the binding would tell."""
    stack = scenario.stack(program=MANAGED_STAGE, config={"restApiId": scenario.api})
    stack.env |= scenario.sandbox.environment
    ok(stack.up())
    (first,) = scenario.ids()
    assert scenario.presented("live") == first

    (stage,) = [one["urn"] for one in stack.export()["deployment"]["resources"] if one["urn"].endswith("::live")]
    before = scenario.mark()
    ok(stack.up("--replace", stage))
    actions = scenario.actions(before)
    assert actions.index("DeleteStage") < actions.index("CreateStage") < len(actions) - 1
    assert scenario.moves(before)[-1] == ("live", first)
    assert scenario.presented("live") == first
    ok(stack.preview("--refresh", "--expect-no-changes"))
    ok(stack.destroy())
    assert scenario.ids() == []
