"""Where the user's own resources publish, the lead begins in the run in which they succeeded (invariant 1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.harm.conftest import STAGES, ok, refused

if TYPE_CHECKING:
    from tests.harm.conftest import Scene
    from tools.pulumi_stack import PulumiStack

pytestmark = pytest.mark.e2e
OWNER = "organization/harm/dev"


def _callable(scene: Scene) -> dict[str, object]:
    """A component whose ``publish`` is a callable."""
    return {"callables": {"orders": {"stages": {stage: scene.place(stage) for stage in STAGES}}}}


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


def _late(scene: Scene, stacks: list[PulumiStack]) -> None:
    """The push of the issue day fails; a backend that reloads before each day's run never refuses a stage."""
    owner = stacks[0]
    nightly = scene.nightly()
    first = scene.presented("prod")
    broken = owner.folder / "broken"
    with scene.traffic() as traffic:
        scene.at(336)
        broken.touch()
        refused(owner.up())
        broken.unlink()
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
