"""examples/one-target: two rotations in one place, and a stage that changes hands without an outage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok, quiet, refused
from tests.examples.conftest import example, trusted, unharmed

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.e2e.conftest import Scene

pytestmark = pytest.mark.e2e


@pytest.fixture
def stack(scene: Scene) -> PulumiStack:
    """Dev presents the certificate of one rotation, prod that of the other."""
    stages = {
        f"stages.{name}": {"restApiId": scene.api, "stageName": name, "rotation": rotation}
        for name, rotation in (("dev", "orders"), ("prod", "billing"))
    }
    stack = example(scene, "one-target", **stages)
    ok(stack.up())
    assert trusted(scene) == 2
    return stack


def test_both_rotate_and_neither_writes_the_other_out(scene: Scene, stack: PulumiStack) -> None:
    """A whole rotation of each, in the same runs."""
    for day, pins in ((336, 4), (337, 4), (338, 4), (341, 2)):
        scene.at(day)
        ok(stack.up("--refresh"))
        assert trusted(scene) == pins
    assert {scene.presented("dev"), scene.presented("prod")} == set(scene.ids())
    unharmed(scene)


def test_a_stage_is_handed_over_after_the_lead(scene: Scene, stack: PulumiStack) -> None:
    """Under its own name and under another one; nothing is cleared on the way (invariant 9)."""
    ours, theirs = scene.presented("dev"), scene.presented("prod")
    before = scene.mark()
    stack.configure({"stages.dev.rotation": "billing"})
    assert "TrustBundle(certificates=[a, b])" in refused(stack.up())
    stack.configure({"stages.dev.takeOver": True})
    ok(stack.up())
    # The bundle has published both since the first run, some seconds ago on this clock.
    assert scene.presented("dev") == ours
    scene.at(1)
    ok(stack.up("--refresh"))
    assert scene.moves(before) == [("dev", theirs)]

    stack.unset("stages.dev")
    entry = {"restApiId": scene.api, "stageName": "dev", "rotation": "orders", "takeOver": True}
    stack.configure({"stages.again": entry})
    ok(stack.up())
    assert scene.moves(before) == [("dev", theirs), ("dev", ours)]
    quiet(stack)
    unharmed(scene)
