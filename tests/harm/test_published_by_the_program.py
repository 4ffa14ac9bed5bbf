"""Where the user's own resources publish, the lead begins in the run in which they succeeded (invariant 1)."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.harm.conftest import STAGES, ok, refused
from tests.harm.foreign import bound_and_trusted

if TYPE_CHECKING:
    from collections.abc import Callable

    from acceptance.pulumi_stack import PulumiStack
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e
OWNER = "organization/harm/dev"


def _callable(scenario: Scenario, **props: object) -> dict[str, object]:
    """A component whose ``publish`` is a callable; ``props`` are more of its inputs."""
    return {"callables": {"orders": {"stages": {stage: scenario.place(stage) for stage in STAGES}, **props}}}


def _parts(scenario: Scenario, *stages: str) -> dict[str, Any]:
    """A resource of the user's, a bundle without targets that depends on it, and bindings."""
    return {
        "certificates": {"orders": {}},
        "push": "orders",
        "bundles": {"orders-trust": {"certificates": ["orders"], "targets": [], "afterPush": True}},
        "bindings": {
            f"orders-{stage}": {"certificate": "orders", "bundle": "orders-trust", **scenario.place(stage)}
            for stage in stages
        },
    }


def _fails(owner: PulumiStack) -> None:
    """The run of a day on which the push fails."""
    broken = owner.folder / "broken"
    broken.touch()
    refused(owner.up())
    broken.unlink()


def _late(scenario: Scenario, stacks: list[PulumiStack], issue_day: Callable[[PulumiStack], object] = _fails) -> None:
    """The push of the issue day fails; a backend that reloads before each day's run never refuses a stage."""
    owner = stacks[0]
    nightly = scenario.nightly()
    first = scenario.presented("prod")
    with scenario.traffic() as traffic:
        scenario.at(336)
        issue_day(owner)
        scenario.at(337)
        nightly.reload()
        before = scenario.mark()
        said = "".join(stack.up().output for stack in stacks)
        traffic.go_on()
        assert scenario.moves(before) == [], said
        assert len(scenario.held()) == 2
        scenario.at(338)
        nightly.reload()
        for stack in stacks:
            ok(stack.up())
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.presented("dev") == scenario.presented("prod") != first


@pytest.mark.parametrize("host", ["dynamic"], indirect=True)
def test_the_resource_of_a_callable_fails_on_the_issue_day(scenario: Scenario) -> None:
    """The next day it publishes for the first time; the stages move a lead later."""
    stack = scenario.stack(program="parts")
    stack.configure(_callable(scenario))
    ok(stack.up())
    _late(scenario, [stack])


def test_the_users_own_resource_fails_on_the_issue_day(scenario: Scenario) -> None:
    """The same without the component: a bundle without targets keeps the date."""
    stack = scenario.stack(program="parts")
    stack.configure(_parts(scenario, *STAGES))
    ok(stack.up())
    _late(scenario, [stack])


def _consumer(scenario: Scenario) -> PulumiStack:
    stack = scenario.stack("team", program="parts")
    stack.configure(
        {"bindings": {f"team-{stage}": {"certificate": OWNER, **scenario.place(stage)} for stage in STAGES}}
    )
    return stack


def test_another_stack_waits_for_the_lead_too(scenario: Scenario) -> None:
    """It is shared with the bundle without targets."""
    owner = scenario.stack(program="parts")
    owner.configure({**_parts(scenario), "share": {"certificate": "orders", "bundle": "orders-trust"}})
    ok(owner.up())
    consumer = _consumer(scenario)
    ok(consumer.up())
    _late(scenario, [owner, consumer])


@pytest.mark.parametrize("host", ["dynamic"], indirect=True)
@pytest.mark.parametrize("shape", ["callable", "certificate"])
def test_another_stack_is_not_told_when_it_was_published(scenario: Scenario, shape: str) -> None:
    """``shared`` without a bundle: refused before anything is bound, or the lead is carried all the same."""
    owner = scenario.stack(program="parts")
    parts = {**_parts(scenario), "bundles": {}} if shape == "certificate" else {"callables": {"orders": {"stages": {}}}}
    owner.configure({**parts, "share": {"certificate": "orders"}})
    consumer = _consumer(scenario)
    outcome = owner.up()
    if outcome.succeeded:
        outcome = consumer.up()
    if not outcome.succeeded:
        assert re.search("trust_?bundle", outcome.output, re.IGNORECASE), outcome.output
        assert scenario.moves() == []
        # The remedy: a bundle without targets, exported with the certificate.
        owner.configure({**_parts(scenario), "share": {"certificate": "orders", "bundle": "orders-trust"}})
        ok(owner.up())
        ok(consumer.up())
    _late(scenario, [owner, consumer])


def _excluded(scenario: Scenario, owner: PulumiStack) -> None:
    """A green run that leaves the push as it was."""
    ok(owner.up("--exclude", scenario.urn(owner, "Push")))
    assert len(scenario.held()) == 1


@pytest.mark.parametrize("host", ["dynamic"], indirect=True)
@pytest.mark.parametrize("shape", ["callable", "parts"])
def test_the_resource_is_excluded_on_the_issue_day(scenario: Scenario, shape: str) -> None:
    """Declared is not published: what depends on it runs all the same, and its lead begins a day later."""
    stack = scenario.stack(program="parts")
    stack.configure(_callable(scenario) if shape == "callable" else _parts(scenario, *STAGES))
    ok(stack.up())
    _late(scenario, [stack], partial(_excluded, scenario))


@pytest.mark.parametrize("host", ["dynamic"], indirect=True)
def test_the_resource_gets_another_place_on_the_activation_day(scenario: Scenario) -> None:
    """Where the backend reads from now on an operator wrote what was presented; the successor is new there."""
    stack = scenario.stack(program="parts")
    stack.configure(_callable(scenario))
    ok(stack.up())

    def issue(owner: PulumiStack) -> None:
        ok(owner.up())
        owner.configure({"pushTo": "elsewhere.pem"})
        scenario.trusted = owner.folder / "elsewhere.pem"
        scenario.trusted.write_text(scenario.pem(scenario.ids()[0]), encoding="ascii")

    _late(scenario, [stack], issue)


@pytest.mark.parametrize("host", ["dynamic"], indirect=True)
def test_a_callable_publishes_also_trust(scenario: Scenario) -> None:
    """A stage with somebody's certificate is taken over: trusted from the first run on, until it has moved."""
    theirs = bound_and_trusted(scenario, "dev")
    insisting = {"takeOver": True, "alsoTrust": [scenario.pem(theirs)]}
    stack = scenario.stack(program="parts")
    stack.configure(_callable(scenario, **insisting))
    with scenario.traffic("dev") as traffic:
        for day, holds in ((0, theirs), (0.5, theirs), (1.1, theirs), (2.2, None)):
            scenario.at(day)
            scenario.configure(stack, "callables", _callable(scenario, **insisting if holds else {})["callables"])
            ok(stack.up("--refresh"))
            traffic.go_on()
            assert scenario.trusted_everywhere()
            assert (theirs in scenario.held()) == bool(holds)
    assert traffic.failed() == []
    assert scenario.presented("dev") == scenario.presented("prod") != theirs


def test_a_callable_is_no_longer_given_what_a_stage_presents(scenario: Scenario) -> None:
    """It has written before anybody can look: each run is red, and says what puts it right."""
    theirs = bound_and_trusted(scenario, "dev")
    insisting = {"takeOver": True, "alsoTrust": [scenario.pem(theirs)]}
    stack = scenario.stack(program="parts")
    stack.configure(_callable(scenario, **insisting))
    ok(stack.up())
    for day in (0.1, 0.3):
        scenario.at(day)
        scenario.configure(stack, "callables", _callable(scenario)["callables"])
        message = refused(stack.up("--refresh"))
        assert f"any more, which is presented by {scenario.api}/dev" in message
        assert "Put its PEM back into also_trust" in message
    scenario.configure(stack, "callables", _callable(scenario, **insisting)["callables"])
    with scenario.traffic("dev") as traffic:
        for day in (0.4, 1.6):
            scenario.at(day)
            ok(stack.up("--refresh"))
            assert theirs in scenario.held()
            traffic.go_on()
    assert scenario.presented("dev") != theirs
    scenario.at(3)
    scenario.configure(stack, "callables", _callable(scenario)["callables"])
    ok(stack.up("--refresh"))


@pytest.mark.parametrize("host", ["dynamic"], indirect=True)
def test_a_callable_that_does_not_publish_what_is_taken_over(scenario: Scenario) -> None:
    """What it writes is all that backends trust, so nothing is made, and the remedy leads on."""
    theirs = bound_and_trusted(scenario, "dev")
    stack = scenario.stack(program="parts")
    stack.configure(_callable(scenario, takeOver=True))
    before = scenario.mark()
    with scenario.traffic("dev") as traffic:
        assert "Add its PEM to the bundle with also_trust=[its PEM] and run again" in refused(stack.up())
        assert scenario.changes(before) == []
        traffic.go_on()
        stack.configure(_callable(scenario, takeOver=True, alsoTrust=[scenario.pem(theirs)]))
        ok(stack.up())
        traffic.go_on()
    assert traffic.failed() == []


@pytest.mark.parametrize("host", ["dynamic"], indirect=True)
def test_state_and_program_are_put_back(scenario: Scenario) -> None:
    """A refresh sees that the resource holds more than the old state asks for; both stages present what it lacks."""
    stack = scenario.stack(program="parts")
    stack.configure(_callable(scenario, rotationTrigger="as made"))
    ok(stack.up())
    before = stack.export()
    stack.configure(_callable(scenario, rotationTrigger="leaked"))
    for day in (1.0, 2.1):
        scenario.at(day)
        ok(stack.up("--refresh"))
    second = scenario.ids()[1]
    assert scenario.presented("dev") == scenario.presented("prod") == second
    stack.import_state(before)
    stack.configure(_callable(scenario, rotationTrigger="as made"))
    untrusted = scenario.watch()
    with scenario.traffic() as traffic:
        for day in (2.5, 3.6, 4.7, 8):
            scenario.at(day)
            outcome = stack.up("--refresh")
            traffic.go_on()
            assert scenario.trusted_everywhere(), outcome.output
    assert (traffic.failed(), untrusted) == ([], [])
    ok(stack.up("--refresh"))
