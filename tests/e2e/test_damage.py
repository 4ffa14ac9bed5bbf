"""A certificate, or a stage, deleted by hand: each scene ends with a live certificate on both stages.

Every generation in every phase: ``tests/lifecycle/test_lost_generations.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import numbers, ok, quiet, refused

if TYPE_CHECKING:
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e


def _both_present(scenario: Scenario, expected: str) -> None:
    assert expected in scenario.ids()
    assert scenario.presented("dev") == scenario.presented("prod") == expected


def test_the_active_certificate_is_deleted_while_it_is_the_only_one(scenario: Scenario) -> None:
    """Invariant 5: the next run generates the next number, publishes it and binds it at once, and says so loudly."""
    stack = scenario.stack()
    ok(stack.up())
    (first,) = scenario.ids()
    scenario.at(100)
    scenario.sandbox.console.delete_certificate(first)
    before = scenario.mark()
    said = ok(stack.up("--refresh"))
    assert "orders: generation 1 was deleted by somebody else" in said
    assert "no other generation is alive; this update generates generation 2" in said
    assert "AT ONCE" in said
    assert scenario.actions(before) == ["GenerateClientCertificate", "UpdateStage", "UpdateStage"]
    (second,) = scenario.ids()
    _both_present(scenario, second)
    assert numbers(stack) == {2: "active"}
    # When the bundle looked, both stages still named the deleted one: it is kept for them until the next look.
    assert len((stack.folder / "pins.txt").read_text().splitlines()) == 2
    quiet(stack)
    scenario.at(101)
    ok(stack.up("--refresh"))
    assert len((stack.folder / "pins.txt").read_text().splitlines()) == 1
    quiet(stack)


def test_the_active_certificate_is_deleted_while_the_previous_one_lives(scenario: Scenario) -> None:
    """The previous generation is presented again; what the next preview announces has a number never used before."""
    stack = scenario.overlapping()
    first, second = scenario.ids()
    scenario.at(337.5)
    scenario.sandbox.console.delete_certificate(second)
    before = scenario.mark()
    said = ok(stack.up("--refresh"))
    assert "orders: generation 2 was deleted by somebody else" in said
    assert scenario.actions(before) == ["UpdateStage", "UpdateStage"]
    _both_present(scenario, first)
    assert "this update generates generation 3 and publishes it" in ok(stack.preview())
    ok(stack.up())
    assert numbers(stack) == {1: "active", 3: "pending"}
    _both_present(scenario, first)
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
