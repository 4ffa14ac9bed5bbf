"""Bindings whose inputs stand still, because ``ignore_changes`` was added everywhere: red from when they lag."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harm.conftest import ok, refused

if TYPE_CHECKING:
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e


def test_ignored_client_certificate_id_is_red_until_it_is_taken_off(scenario: Scenario) -> None:
    """Each run from the activation on names cause and date; without the option the stages move. No request fails."""
    stack = scenario.orders()
    stack.configure({"ignored": ["clientCertificateId"]})
    ok(stack.up())
    (first,) = scenario.ids()
    with scenario.traffic() as traffic:
        scenario.at(336)
        ok(stack.up("--refresh"))
        for day in (337, 345):
            scenario.at(day)
            said = refused(stack.up("--refresh"))
            assert f"told to present {first}, which is refused from" in said
            assert "Take ignore_changes of" in said
            assert f"It presents {first}" in said
            assert scenario.presented("dev") == scenario.presented("prod") == first
            traffic.go_on()
        stack.configure({"ignored": []})
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    second = scenario.ids()[-1]
    assert scenario.presented("dev") == scenario.presented("prod") == second != first


def test_all_ignored_inputs_are_red_within_activate_by(scenario: Scenario) -> None:
    """They still call the old certificate active: its end tells, twenty days before here."""
    stack = scenario.orders(activateBy="20d", rotateBefore="40d")
    stack.configure({"ignored": ["*"]})
    ok(stack.up())
    (first,) = scenario.ids()
    with scenario.traffic() as traffic:
        for day in (326, 327):
            scenario.at(day)
            ok(stack.up())
        scenario.at(346)
        said = refused(stack.up())
        assert f"told to present {first}, which is refused from" in said
        assert "and of no successor" in said
        stack.configure({"ignored": []})
        ok(stack.up())
        traffic.go_on()
    assert traffic.failed() == []
    second = scenario.ids()[-1]
    assert scenario.presented("dev") == scenario.presented("prod") == second != first


def test_ignored_published_since_is_red_until_it_is_taken_off(scenario: Scenario) -> None:
    """The stages would wait for a lead that never begins, up to the last days."""
    stack = scenario.orders()
    stack.configure({"ignored": ["publishedSince"]})
    ok(stack.up())
    (first,) = scenario.ids()
    with scenario.traffic() as traffic:
        scenario.at(336)
        ok(stack.up())
        second = scenario.ids()[-1]
        scenario.at(338)
        said = refused(stack.up("--refresh"))
        assert f"is not told since when all targets hold {second}" in said
        assert f"It presents {first}" in said
        stack.configure({"ignored": []})
        ok(stack.up())
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.presented("dev") == scenario.presented("prod") == second
