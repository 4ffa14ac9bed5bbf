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
    from tests.harm.conftest import Scene

pytestmark = pytest.mark.e2e
OWNER = "organization/harm/dev"


def _callable(scene: Scene, **props: object) -> dict[str, object]:
    """A component whose ``publish`` is a callable; ``props`` are more of its inputs."""
    return {"callables": {"orders": {"stages": {stage: scene.place(stage) for stage in STAGES}, **props}}}


def _parts(scene: Scene, *stages: str) -> dict[str, Any]:
    """A resource of the user's, a bundle without targets that depends on it, and bindings."""
    return {
        "certificates": {"orders": {}},
        "push": "orders",
        "bundles": {"orders-trust": {"certificates": ["orders"], "targets": [], "afterPush": True}},
        "bindings": {
            f"orders-{stage}": {"certificate": "orders", "bundle": "orders-trust", **scene.place(stage)}
            for stage in stages
        },
    }


def _fails(owner: PulumiStack) -> None:
    """The run of a day on which the push fails."""
    broken = owner.folder / "broken"
    broken.touch()
    refused(owner.up())
    broken.unlink()


def _late(scene: Scene, stacks: list[PulumiStack], issue_day: Callable[[PulumiStack], object] = _fails) -> None:
    """The push of the issue day fails; a backend that reloads before each day's run never refuses a stage."""
    owner = stacks[0]
    nightly = scene.nightly()
    first = scene.presented("prod")
    with scene.traffic() as traffic:
        scene.at(336)
        issue_day(owner)
        scene.at(337)
        nightly.reload()
        before = scene.mark()
        said = "".join(stack.up().output for stack in stacks)
        traffic.go_on()
        assert scene.moves(before) == [], said
        assert len(scene.held()) == 2
        scene.at(338)
        nightly.reload()
        for stack in stacks:
            ok(stack.up())
        traffic.go_on()
    assert traffic.failed() == []
    assert scene.presented("dev") == scene.presented("prod") != first


@pytest.mark.parametrize("host", ["dynamic"], indirect=True)
def test_the_resource_of_a_callable_fails_on_the_issue_day(scene: Scene) -> None:
    """The next day it publishes for the first time; the stages move a lead later."""
    stack = scene.stack(program="parts")
    stack.configure(_callable(scene))
    ok(stack.up())
    _late(scene, [stack])


def test_the_users_own_resource_fails_on_the_issue_day(scene: Scene) -> None:
    """The same without the component: a bundle without targets keeps the date."""
    stack = scene.stack(program="parts")
    stack.configure(_parts(scene, *STAGES))
    ok(stack.up())
    _late(scene, [stack])


def _consumer(scene: Scene) -> PulumiStack:
    stack = scene.stack("team", program="parts")
    stack.configure({"bindings": {f"team-{stage}": {"certificate": OWNER, **scene.place(stage)} for stage in STAGES}})
    return stack


def test_another_stack_waits_for_the_lead_too(scene: Scene) -> None:
    """It is shared with the bundle without targets."""
    owner = scene.stack(program="parts")
    owner.configure({**_parts(scene), "share": {"certificate": "orders", "bundle": "orders-trust"}})
    ok(owner.up())
    consumer = _consumer(scene)
    ok(consumer.up())
    _late(scene, [owner, consumer])


@pytest.mark.parametrize("host", ["dynamic"], indirect=True)
@pytest.mark.parametrize("shape", ["callable", "certificate"])
def test_another_stack_is_not_told_when_it_was_published(scene: Scene, shape: str) -> None:
    """``shared`` without a bundle: refused before anything is bound, or the lead is carried all the same."""
    owner = scene.stack(program="parts")
    parts = {**_parts(scene), "bundles": {}} if shape == "certificate" else {"callables": {"orders": {"stages": {}}}}
    owner.configure({**parts, "share": {"certificate": "orders"}})
    consumer = _consumer(scene)
    outcome = owner.up()
    if outcome.succeeded:
        outcome = consumer.up()
    if not outcome.succeeded:
        assert re.search("trust_?bundle", outcome.output, re.IGNORECASE), outcome.output
        assert scene.moves() == []
        # The remedy: a bundle without targets, exported with the certificate.
        owner.configure({**_parts(scene), "share": {"certificate": "orders", "bundle": "orders-trust"}})
        ok(owner.up())
        ok(consumer.up())
    _late(scene, [owner, consumer])


def _excluded(scene: Scene, owner: PulumiStack) -> None:
    """A green run that leaves the push as it was."""
    ok(owner.up("--exclude", scene.urn(owner, "Push")))
    assert len(scene.held()) == 1


@pytest.mark.parametrize("host", ["dynamic"], indirect=True)
@pytest.mark.parametrize("shape", ["callable", "parts"])
def test_the_resource_is_excluded_on_the_issue_day(scene: Scene, shape: str) -> None:
    """Declared is not published: what depends on it runs all the same, and its lead begins a day later."""
    stack = scene.stack(program="parts")
    stack.configure(_callable(scene) if shape == "callable" else _parts(scene, *STAGES))
    ok(stack.up())
    _late(scene, [stack], partial(_excluded, scene))


@pytest.mark.parametrize("host", ["dynamic"], indirect=True)
def test_the_resource_gets_another_place_on_the_activation_day(scene: Scene) -> None:
    """Where the backend reads from now on an operator wrote what was presented; the successor is new there."""
    stack = scene.stack(program="parts")
    stack.configure(_callable(scene))
    ok(stack.up())

    def issue(owner: PulumiStack) -> None:
        ok(owner.up())
        owner.configure({"pushTo": "elsewhere.pem"})
        scene.trusted = owner.folder / "elsewhere.pem"
        scene.trusted.write_text(scene.pem(scene.ids()[0]), encoding="ascii")

    _late(scene, [stack], issue)


@pytest.mark.parametrize("host", ["dynamic"], indirect=True)
def test_a_callable_publishes_also_trust(scene: Scene) -> None:
    """A stage with somebody's certificate is taken over: trusted from the first run on, until it has moved."""
    theirs = bound_and_trusted(scene, "dev")
    insisting = {"takeOver": True, "alsoTrust": [scene.pem(theirs)]}
    stack = scene.stack(program="parts")
    stack.configure(_callable(scene, **insisting))
    with scene.traffic("dev") as traffic:
        for day, holds in ((0, theirs), (0.5, theirs), (1.1, theirs), (2.2, None)):
            scene.at(day)
            scene.configure(stack, "callables", _callable(scene, **insisting if holds else {})["callables"])
            ok(stack.up("--refresh"))
            traffic.go_on()
            assert scene.trusted_everywhere()
            assert (theirs in scene.held()) == bool(holds)
    assert traffic.failed() == []
    assert scene.presented("dev") == scene.presented("prod") != theirs


@pytest.mark.parametrize("host", ["dynamic"], indirect=True)
def test_state_and_program_are_put_back(scene: Scene) -> None:
    """A refresh sees that the resource holds more than the old state asks for; both stages present what it lacks."""
    stack = scene.stack(program="parts")
    stack.configure(_callable(scene, rotationTrigger="as made"))
    ok(stack.up())
    before = stack.export()
    stack.configure(_callable(scene, rotationTrigger="leaked"))
    for day in (1.0, 2.1):
        scene.at(day)
        ok(stack.up("--refresh"))
    second = scene.ids()[1]
    assert scene.presented("dev") == scene.presented("prod") == second
    stack.import_state(before)
    stack.configure(_callable(scene, rotationTrigger="as made"))
    untrusted = scene.watch()
    with scene.traffic() as traffic:
        for day in (2.5, 3.6, 4.7, 8):
            scene.at(day)
            outcome = stack.up("--refresh")
            traffic.go_on()
            assert scene.trusted_everywhere(), outcome.output
    assert (traffic.failed(), untrusted) == ([], [])
    ok(stack.up("--refresh"))
