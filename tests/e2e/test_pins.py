"""What the owner asks for: a pin, a trigger, another threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import certificate, numbers, ok, quiet, refused

if TYPE_CHECKING:
    from tests.e2e.conftest import Scene

pytestmark = pytest.mark.e2e


def test_rollback_by_pin_and_back(scene: Scene) -> None:
    """Stages go back to generation 1 in one run and forward again in one; nothing is retired while the pin is set."""
    stack = scene.overlapping()
    first, second = scene.ids()
    assert scene.presented("dev") == second

    scene.at(337.2)
    stack.configure({"pinGeneration": 1})
    before = scene.mark()
    assert f"pin_generation=1; this update makes certificate {first} (generation 1) the one" in ok(stack.preview())
    ok(stack.up("--refresh"))
    assert scene.actions(before) == ["UpdateStage", "UpdateStage"]
    assert scene.presented("dev") == scene.presented("prod") == first
    assert numbers(stack) == {1: "active", 2: "pending"}
    quiet(stack)

    scene.at(345)
    before = scene.mark()
    quiet(stack)
    stack.unset("pinGeneration")
    ok(stack.up("--refresh"))
    assert scene.actions(before) == ["UpdateStage", "UpdateStage"]
    assert scene.presented("dev") == scene.presented("prod") == second
    assert numbers(stack) == {1: "previous", 2: "active"}


def test_a_pin_that_cannot_hold_is_refused(scene: Scene) -> None:
    """Invariant 10: a dead generation does not get as far as a change; a trigger waits for the pin to be removed."""
    stack = scene.stack()
    stack.configure({"rotationTrigger": "a"})
    ok(stack.up())
    before = scene.mark()
    stack.configure({"pinGeneration": 7})
    for outcome in (stack.preview(), stack.up("--refresh")):
        said = refused(outcome)
        assert "pin_generation=7 cannot hold: generation 7 does not exist" in said
        assert "Pin one of the generations 1 (expires 2027-03-02)" in said
    stack.configure({"pinGeneration": 1, "rotationTrigger": "b"})
    said = ok(stack.up("--refresh"))
    assert "begins when the pin on certificate" in said
    assert scene.actions(before) == []
    stack.unset("pinGeneration")
    assert "this update generates generation 2" in ok(stack.up("--refresh"))


def test_a_changed_trigger_makes_a_rotation_due(scene: Scene) -> None:
    """Set for the first time it asks for nothing; changed, the next run issues a successor, and only that."""
    stack = scene.stack()
    ok(stack.up())
    scene.at(10)
    before = scene.mark()
    stack.configure({"rotationTrigger": "incident-1"})
    assert "generates" not in ok(stack.preview())
    ok(stack.up())
    assert scene.actions(before) == []
    quiet(stack)

    scene.at(20)
    stack.configure({"rotationTrigger": "incident-2"})
    said = ok(stack.preview())
    assert "rotation_trigger changed from 'incident-1' to 'incident-2'; this update generates generation 2" in said
    ok(stack.up())
    assert scene.actions(before) == ["GenerateClientCertificate"]
    first, _ = scene.ids()
    assert scene.presented("dev") == first
    quiet(stack)


def test_a_changed_threshold_recomputes_the_dates(scene: Scene) -> None:
    """An update without a call to API Gateway that changes anything: earlier dates, the same certificate."""
    stack = scene.stack()
    ok(stack.up())
    created = certificate(stack)
    scene.at(100)
    stack.configure({"rotateBefore": "60d"})
    before = scene.mark()
    assert not stack.preview("--expect-no-changes").succeeded
    ok(stack.up("--refresh"))
    assert scene.actions(before) == []
    changed = certificate(stack)
    assert (created["rotateAt"][:10], changed["rotateAt"][:10]) == ("2027-01-31", "2027-01-01")
    assert changed["nextActionAt"] == changed["rotateAt"]
    assert changed["generations"] == created["generations"]
    quiet(stack)
