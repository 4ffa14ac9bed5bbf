"""``adopt_client_certificate_id`` added once a certificate was made: never ignored without a word (11, fault 9)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.harm.conftest import ok, refused
from tests.harm.foreign import bound_and_trusted

if TYPE_CHECKING:
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e

# As a Python program writes it, and as every other one does.
PROPERTY = re.compile(r"adopt_?client_?certificate_?id", re.IGNORECASE)


def test_adopting_while_a_stage_presents_our_own_is_refused_before_anything_changes(scenario: Scenario) -> None:
    """The stage is named; take_over with also_trust, which is the way, moves the other one without a failed request.

    A preview asks nobody who presents what (invariant 6): it says what the update is about to look at.
    """
    stack = scenario.orders(stages={"prod": scenario.place("prod")})
    ok(stack.up())
    (ours,) = scenario.ids()
    theirs = scenario.sandbox.console.generate_certificate()
    scenario.sandbox.console.bind(scenario.api, "dev", theirs)
    trusting = {"alsoTrust": [scenario.pem(theirs)]}
    scenario.declare(stack, "orders", stages={"prod": scenario.place("prod")}, **trusting)
    ok(stack.up())
    scenario.at(10)
    with scenario.traffic() as traffic:
        before = scenario.mark()
        scenario.declare(stack, "orders", adoptClientCertificateId=theirs, **trusting)
        assert PROPERTY.search(ok(stack.preview()))
        said = refused(stack.up())
        assert PROPERTY.search(said)
        assert f"{scenario.api}/prod" in said
        assert scenario.changes(before) == []

        scenario.declare(stack, "orders", takeOver=True, **trusting)
        ok(stack.up())
        scenario.at(11)
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.moves(before) == [("dev", ours)]


def test_adopting_while_no_stage_presents_our_own_is_done_in_place(scenario: Scenario) -> None:
    """Nothing moves; what it replaces is retired as usual; the adopted one rotates in time."""
    stack = scenario.orders(stages={"dev": scenario.place("dev")})
    ok(stack.up())
    (ours,) = scenario.ids()
    scenario.at(10)
    theirs = scenario.sandbox.console.generate_certificate()
    trusting = {"stages": {"dev": scenario.place("dev")}, "alsoTrust": [scenario.pem(theirs)]}
    scenario.declare(stack, "orders", **trusting)
    ok(stack.up())
    scenario.sandbox.console.bind(scenario.api, "dev", theirs)
    before = scenario.mark()
    with scenario.traffic("dev") as traffic:
        assert theirs in refused(stack.up("--refresh"))
        scenario.declare(stack, "orders", adoptClientCertificateId=theirs, **trusting)
        ok(stack.up("--refresh"))
        assert scenario.moves(before) == []
        scenario.declare(stack, stages={"dev": scenario.place("dev")})
        for day in (11, 15):
            scenario.at(day)
            ok(stack.up("--refresh"))
            assert theirs in scenario.held()
        traffic.go_on()
        assert scenario.ids() == [theirs]
        for day in (345, 346):
            scenario.at(day)
            ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.moves(before) == [("dev", scenario.ids()[1])]
    assert ours not in scenario.ids()


@pytest.mark.parametrize("made_before", [False, True], ids=["at once", "after a first run"])
def test_two_certificates_on_three_stages_become_one_rotation(scenario: Scenario, made_before: bool) -> None:  # noqa: FBT001
    """What people have: one is adopted, the other trusted and replaced; the target never lacks what is presented."""
    scenario.sandbox.console.create_stage(scenario.api, "ops")
    most, one = bound_and_trusted(scenario, "dev", "prod"), bound_and_trusted(scenario, "ops")
    stages = {stage: scenario.place(stage) for stage in ("dev", "ops", "prod")}
    stack = scenario.stack()
    with scenario.traffic(*stages) as traffic:
        if made_before:
            elsewhere = [{"type": "file", "path": "elsewhere.pem", "content": "python"}]
            scenario.declare(stack, stages={}, publish=elsewhere)
            ok(stack.up())
        before = scenario.mark()
        scenario.declare(
            stack, stages=stages, adoptClientCertificateId=most, takeOver=True, alsoTrust=[scenario.pem(one)]
        )
        ok(stack.up())
        assert scenario.moves(before) == []
        assert {most, one} <= {*scenario.held()}
        for day in (1, 4, 8):
            scenario.at(day)
            ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    assert {scenario.presented(stage) for stage in stages} == {most}
    assert {*scenario.ids()} == {most, one}


def test_adopting_later_what_does_not_exist_is_refused_and_changes_nothing(scenario: Scenario) -> None:
    """A misspelt id is named; set back, the run is quiet."""
    stack = scenario.orders()
    ok(stack.up())
    before = scenario.mark()
    scenario.declare(stack, adoptClientCertificateId="zzzzzz")
    assert PROPERTY.search(refused(stack.up()))
    scenario.declare(stack)
    ok(stack.up())
    assert scenario.changes(before) == []
