"""Renamed, re-parented, replaced, tainted, reordered: the stage never loses a working certificate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok, refused

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e

PROGRAMS = Path(__file__).parent / "programs"
COMPONENT = (PROGRAMS / "component.py").read_text()
WIRED = (PROGRAMS / "wired.py").read_text()


def _urn(stack: PulumiStack, kind: str, name: str = "") -> str:
    (found,) = [str(one["urn"]) for one in stack.resources(kind) if one["urn"].endswith(name)]
    return found


def _binding(scenario: Scenario, name: str, **options: str) -> dict[str, object]:
    values = {"restApiId": scenario.api, "stageName": "dev", **options}
    return {f"bindings.{name}.{key}": value for key, value in values.items()}


def test_a_binding_renamed_or_reparented_without_an_alias_never_clears_its_stage(scenario: Scenario) -> None:
    """To the engine it is a new binding and a deleted one; what the new one asserts is not cleared (invariant 9)."""
    stack = scenario.stack(program=WIRED, config=_binding(scenario, "before"))
    ok(stack.up())
    (first,) = scenario.ids()
    before = scenario.mark()

    stack.unset("bindings.before")
    stack.configure(_binding(scenario, "after"))
    renamed = ok(stack.up())
    assert "StageBinding before deleted" in renamed

    stack.configure({"bindings.after.team": "payments"})
    reparented = ok(stack.up())
    assert "1 deleted" in reparented
    assert scenario.actions(before) == []
    assert scenario.presented("dev") == first

    stack.unset("bindings.after")
    ok(stack.up())
    assert scenario.presented("dev") is None


def test_a_binding_renamed_while_it_waits_for_a_switch_moves_when_the_lead_has_passed(scenario: Scenario) -> None:
    """The new binding has no memory; the certificate's tags tell whose the presented one is (invariant 1)."""
    stack = scenario.stack(program=WIRED, config=_binding(scenario, "before"))
    ok(stack.up())
    scenario.at(336)
    ok(stack.up())
    first, second = scenario.ids()
    stack.unset("bindings.before")
    stack.configure(_binding(scenario, "after"))
    scenario.at(337)
    before = scenario.mark()
    ok(stack.up())
    assert scenario.moves(before) == [("dev", second)]
    assert first in scenario.ids()


def test_replacing_and_tainting_a_binding_leaves_its_stage_alone(scenario: Scenario) -> None:
    """The replacement finds the stage as it should be, and the deletion of the old one clears nothing."""
    stack = scenario.stack()
    ok(stack.up())
    (first,) = scenario.ids()
    before = scenario.mark()
    replaced = ok(stack.up("--replace", _urn(stack, "StageBinding", "orders-dev")))
    assert "+-1 replaced" in replaced
    stack.run("state", "taint", _urn(stack, "StageBinding", "orders-prod"), expect=0)
    assert "+-1 replaced" in ok(stack.up())
    assert scenario.actions(before) == []
    assert scenario.presented("dev") == scenario.presented("prod") == first


def test_a_target_of_one_binding_leaves_the_other_for_the_next_run(scenario: Scenario) -> None:
    """--target moves one stage once its certificate is active; both certificates stay until both have moved."""
    stack = scenario.stack()
    ok(stack.up())
    for day in (336, 337):
        scenario.at(day)
        ok(stack.up("--target", _urn(stack, "RotatingClientCertificate"), "--target", _urn(stack, "TrustBundle")))
    first, second = scenario.ids()
    before = scenario.mark()
    ok(stack.up("--target", _urn(stack, "StageBinding", "orders-dev")))
    assert scenario.moves(before) == [("dev", second)]
    assert scenario.presented("prod") == first

    before = scenario.mark()
    ok(stack.up())
    assert scenario.moves(before) == [("prod", second)]
    assert scenario.ids() == [first, second]


def test_a_tainted_certificate_is_not_replaced_while_stages_present_it_and_adopts_itself(scenario: Scenario) -> None:
    """A fresh start would withdraw trust from what stages present; the remedy goes on with it, without a PATCH (12)."""
    stack = scenario.stack()
    ok(stack.up())
    (first,) = scenario.ids()
    pins = (stack.folder / "pins.txt").read_text()
    scenario.at(10)
    before = scenario.mark()
    stack.run("state", "taint", _urn(stack, "RotatingClientCertificate"), expect=0)
    text = refused(stack.up())
    assert f"is presented by {scenario.api}/dev, {scenario.api}/prod" in text
    assert f"adopt_client_certificate_id='{first}'" in text
    assert scenario.actions(before) == []

    stack.configure({"adoptClientCertificateId": first})
    ok(stack.up())
    assert scenario.actions(before) == ["TagResource"]
    assert [one.get("delete") for one in stack.resources("RotatingClientCertificate")] == [None]
    stack.unset("adoptClientCertificateId")
    ok(stack.preview("--refresh", "--expect-no-changes"))
    assert (stack.folder / "pins.txt").read_text() == pins

    for day in (336, 337, 338, 341):
        scenario.at(day)
        ok(stack.up())
    (second,) = scenario.ids()
    assert sorted(scenario.moves(before)) == [("dev", second), ("prod", second)]
    assert len((stack.folder / "pins.txt").read_text().splitlines()) == 1


def test_a_certificate_replaced_shortly_before_its_expiry_changes_nothing_and_then_rotates(scenario: Scenario) -> None:
    """No run generates and deletes, and what a callable publishes still holds what the stage presents (1, 2, 12)."""
    stack = scenario.stack(program=COMPONENT, config={"option": "publish", **scenario.stage_config("dev")})
    ok(stack.up())
    (first,) = scenario.sandbox.certificates()
    scenario.at(363)
    before = scenario.mark()
    refused(stack.up("--replace", _urn(stack, "RotatingClientCertificate")))
    assert scenario.actions(before) == []

    ok(stack.up())
    (pipeline,) = [one for one in stack.export()["deployment"]["resources"] if one["urn"].endswith("::pipeline")]
    assert first.pem.strip() in pipeline["outputs"]["pem"]
    assert scenario.actions(before) == ["GenerateClientCertificate"]
    scenario.at(364)
    ok(stack.up())
    assert scenario.presented("dev") == scenario.ids()[1]
    assert "DeleteClientCertificate" not in scenario.actions(before)


def test_a_bundle_replaced_during_the_lead_lets_the_stages_wait_again(scenario: Scenario) -> None:
    """It no longer knows since when it published what, so the lead starts anew; what it wrote is accepted (1, 12)."""
    stack = scenario.stack()
    ok(stack.up())
    scenario.at(336)
    ok(stack.up())
    first, second = scenario.ids()
    scenario.at(336.5)
    ok(stack.up("--replace", _urn(stack, "TrustBundle")))
    assert len((stack.folder / "pins.txt").read_text().splitlines()) == 2

    scenario.at(337)
    before = scenario.mark()
    assert f"keeps {first} until 2027-02-02" in ok(stack.up())
    assert scenario.moves(before) == []
    scenario.at(337.5)
    ok(stack.up())
    assert sorted(scenario.moves(before)) == [("dev", second), ("prod", second)]
