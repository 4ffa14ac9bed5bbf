"""Stages that somebody re-binds, unbinds, deletes or re-creates behind our back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok, quiet, refused

if TYPE_CHECKING:
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e


def test_a_stage_is_re_bound_to_a_foreign_certificate(scenario: Scenario) -> None:
    """Invariants 1, 9: refused with the remedies; with take_over it moves once backends had time to learn ours."""
    stack = scenario.stack()
    ok(stack.up())
    (ours,) = scenario.ids()
    scenario.at(0.1)
    foreign = scenario.sandbox.console.generate_certificate()
    scenario.sandbox.console.bind(scenario.api, "prod", foreign)
    before = scenario.mark()
    said = refused(stack.up("--refresh"))
    assert f"stage {scenario.api}/prod was switched from {ours} to {foreign} by another tool" in said
    assert f"Stage {scenario.api}/prod presents {foreign}, a live certificate that this rotation did not make" in said
    assert "Set take_over=True" in said
    assert f"adopt_client_certificate_id='{foreign}'" in said
    assert scenario.actions(before) == []
    assert scenario.presented("dev") == ours

    stack.configure({"takeOver": True})
    assert "Add its PEM to the bundle with also_trust" in refused(stack.up("--refresh"))
    assert scenario.presented("prod") == foreign

    pem = next(one.pem for one in scenario.sandbox.certificates() if one.id == foreign)
    stack.configure({"alsoTrust[0]": pem})
    assert f"stage {scenario.api}/prod keeps {foreign} until" in ok(stack.up("--refresh"))
    assert scenario.actions(before) == []
    quiet(stack)

    scenario.at(0.91)
    ok(stack.up("--refresh"))
    assert scenario.presented("dev") == scenario.presented("prod") == ours
    quiet(stack)


def test_a_stage_is_unbound_by_hand(scenario: Scenario) -> None:
    """The refresh says who most likely does this and how to stop it; the next update binds the stage again."""
    stack = scenario.stack()
    ok(stack.up())
    (ours,) = scenario.ids()
    scenario.at(50)
    scenario.sandbox.console.bind(scenario.api, "prod", None)
    before = scenario.mark()
    said = ok(stack.refresh())
    assert f"stage {scenario.api}/prod was unbound by another tool" in said
    assert 'ignore_changes=["clientCertificateId"]' in said
    assert scenario.actions(before) == []
    said = ok(stack.preview())
    assert f"stage {scenario.api}/prod presents no certificate and should present {ours}" in said
    ok(stack.up())
    assert scenario.actions(before) == ["UpdateStage"]
    assert scenario.presented("prod") == ours
    quiet(stack)


def test_a_stage_is_deleted_by_hand_and_comes_back(scenario: Scenario) -> None:
    """A stage that is gone is an error that names it; as soon as it is there again, a run binds it."""
    stack = scenario.stack()
    ok(stack.up())
    (ours,) = scenario.ids()
    scenario.at(50)
    scenario.sandbox.console.delete_stage(scenario.api, "prod")
    said = refused(stack.up("--refresh"))
    assert f"REST API {scenario.api} has no stage 'prod'" in said
    assert "or remove the binding" in said
    assert scenario.presented("dev") == ours

    scenario.sandbox.console.create_stage(scenario.api, "prod")
    ok(stack.up())
    assert scenario.presented("prod") == ours

    scenario.sandbox.console.delete_stage(scenario.api, "dev")
    scenario.sandbox.console.create_stage(scenario.api, "dev")
    ok(stack.up("--refresh"))
    assert scenario.presented("dev") == ours
    quiet(stack)
