"""Certificates deleted by hand: each scene ends with a live certificate on both stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import certificate, numbers, ok, quiet

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


def test_the_active_certificate_is_deleted_while_its_successor_is_published(scenario: Scenario) -> None:
    """The pending generation, which backends know already, takes the place; none is generated."""
    stack = scenario.published()
    first, second = scenario.ids()
    scenario.at(336.1)
    scenario.sandbox.console.delete_certificate(first)
    before = scenario.mark()
    said = ok(stack.up("--refresh"))
    assert f"this update makes certificate {second} (generation 2) the one to present AT ONCE" in said
    assert scenario.actions(before) == ["UpdateStage", "UpdateStage"]
    _both_present(scenario, second)
    assert numbers(stack) == {2: "active"}
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


def test_the_previous_certificate_is_deleted(scenario: Scenario) -> None:
    """The rotation is over a few days early: trust in the dead one is withdrawn, and nothing else happens."""
    stack = scenario.overlapping()
    first, second = scenario.ids()
    scenario.at(337.5)
    scenario.sandbox.console.delete_certificate(first)
    before = scenario.mark()
    said = ok(stack.up("--refresh"))
    assert "orders: generation 1 was deleted by somebody else" in said
    assert scenario.actions(before) == []
    _both_present(scenario, second)
    assert certificate(stack)["phase"] == "steady"
    assert len((stack.folder / "pins.txt").read_text().splitlines()) == 1
    quiet(stack)


def test_the_pending_certificate_is_deleted(scenario: Scenario) -> None:
    """Another successor is issued under the next number, and its lead starts anew."""
    stack = scenario.published()
    first, second = scenario.ids()
    scenario.at(336.5)
    scenario.sandbox.console.delete_certificate(second)
    before = scenario.mark()
    ok(stack.up("--refresh"))
    assert scenario.actions(before) == ["GenerateClientCertificate"]
    _both_present(scenario, first)
    assert numbers(stack) == {1: "active", 3: "pending"}
    assert certificate(stack)["generations"][1]["pendingSince"] == scenario.day(336.5)
    quiet(stack)


def test_the_pending_certificate_is_deleted_and_nobody_refreshes(scenario: Scenario) -> None:
    """Invariant 7: the update that was to activate looks first, and issues another successor instead."""
    stack = scenario.published()
    first, second = scenario.ids()
    scenario.at(337)
    scenario.sandbox.console.delete_certificate(second)
    before = scenario.mark()
    said = ok(stack.up())
    assert "orders: generation 2 was deleted by somebody else" in said
    assert scenario.actions(before) == ["GenerateClientCertificate"]
    _both_present(scenario, first)
    assert numbers(stack) == {1: "active", 3: "pending"}
    quiet(stack)


def test_all_certificates_are_deleted(scenario: Scenario) -> None:
    """Neither number comes back: generation 3 is generated and both stages present it after one run."""
    stack = scenario.overlapping()
    for one in scenario.ids():
        scenario.sandbox.console.delete_certificate(one)
    scenario.at(338)
    before = scenario.mark()
    ok(stack.up("--refresh"))
    assert scenario.actions(before) == ["GenerateClientCertificate", "UpdateStage", "UpdateStage"]
    (third,) = scenario.ids()
    _both_present(scenario, third)
    assert numbers(stack) == {3: "active"}
    quiet(stack)
