"""Certificates deleted by hand: each scene ends with a live certificate on both stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import certificate, numbers, ok, quiet

if TYPE_CHECKING:
    from tests.e2e.conftest import Scene

pytestmark = pytest.mark.e2e


def _both_present(scene: Scene, expected: str) -> None:
    assert expected in scene.ids()
    assert scene.presented("dev") == scene.presented("prod") == expected


def test_the_active_certificate_is_deleted_while_it_is_the_only_one(scene: Scene) -> None:
    """Invariant 5: the next run generates the next number, publishes it and binds it at once, and says so loudly."""
    stack = scene.stack()
    ok(stack.up())
    (first,) = scene.ids()
    scene.at(100)
    scene.sandbox.by_hand.delete_certificate(first)
    before = scene.mark()
    said = ok(stack.up("--refresh"))
    assert "orders: generation 1 was deleted by somebody else" in said
    assert "no other generation is alive; this update generates generation 2" in said
    assert "AT ONCE" in said
    assert scene.actions(before) == ["GenerateClientCertificate", "UpdateStage", "UpdateStage"]
    (second,) = scene.ids()
    _both_present(scene, second)
    assert numbers(stack) == {2: "active"}
    # When the bundle looked, both stages still named the deleted one: it is kept for them until the next look.
    assert len((stack.folder / "pins.txt").read_text().splitlines()) == 2
    quiet(stack)
    scene.at(101)
    ok(stack.up("--refresh"))
    assert len((stack.folder / "pins.txt").read_text().splitlines()) == 1
    quiet(stack)


def test_the_active_certificate_is_deleted_while_its_successor_is_published(scene: Scene) -> None:
    """The pending generation, which backends know already, takes the place; none is generated."""
    stack = scene.published()
    first, second = scene.ids()
    scene.at(336.1)
    scene.sandbox.by_hand.delete_certificate(first)
    before = scene.mark()
    said = ok(stack.up("--refresh"))
    assert f"this update makes certificate {second} (generation 2) the one to present AT ONCE" in said
    assert scene.actions(before) == ["UpdateStage", "UpdateStage"]
    _both_present(scene, second)
    assert numbers(stack) == {2: "active"}
    quiet(stack)


def test_the_active_certificate_is_deleted_while_the_previous_one_lives(scene: Scene) -> None:
    """The previous generation is presented again; what the next preview announces has a number never used before."""
    stack = scene.overlapping()
    first, second = scene.ids()
    scene.at(337.5)
    scene.sandbox.by_hand.delete_certificate(second)
    before = scene.mark()
    said = ok(stack.up("--refresh"))
    assert "orders: generation 2 was deleted by somebody else" in said
    assert scene.actions(before) == ["UpdateStage", "UpdateStage"]
    _both_present(scene, first)
    assert "this update generates generation 3 and publishes it" in ok(stack.preview())
    ok(stack.up())
    assert numbers(stack) == {1: "active", 3: "pending"}
    _both_present(scene, first)
    quiet(stack)


def test_the_previous_certificate_is_deleted(scene: Scene) -> None:
    """The rotation is over a few days early: trust in the dead one is withdrawn, and nothing else happens."""
    stack = scene.overlapping()
    first, second = scene.ids()
    scene.at(337.5)
    scene.sandbox.by_hand.delete_certificate(first)
    before = scene.mark()
    said = ok(stack.up("--refresh"))
    assert "orders: generation 1 was deleted by somebody else" in said
    assert scene.actions(before) == []
    _both_present(scene, second)
    assert certificate(stack)["phase"] == "steady"
    assert len((stack.folder / "pins.txt").read_text().splitlines()) == 1
    quiet(stack)


def test_the_pending_certificate_is_deleted(scene: Scene) -> None:
    """Another successor is issued under the next number, and its lead starts anew."""
    stack = scene.published()
    first, second = scene.ids()
    scene.at(336.5)
    scene.sandbox.by_hand.delete_certificate(second)
    before = scene.mark()
    ok(stack.up("--refresh"))
    assert scene.actions(before) == ["GenerateClientCertificate"]
    _both_present(scene, first)
    assert numbers(stack) == {1: "active", 3: "pending"}
    assert certificate(stack)["generations"][1]["pendingSince"] == scene.day(336.5)
    quiet(stack)


def test_the_pending_certificate_is_deleted_and_nobody_refreshes(scene: Scene) -> None:
    """Invariant 7: the update that was to activate looks first, and issues another successor instead."""
    stack = scene.published()
    first, second = scene.ids()
    scene.at(337)
    scene.sandbox.by_hand.delete_certificate(second)
    before = scene.mark()
    said = ok(stack.up())
    assert "orders: generation 2 was deleted by somebody else" in said
    assert scene.actions(before) == ["GenerateClientCertificate"]
    _both_present(scene, first)
    assert numbers(stack) == {1: "active", 3: "pending"}
    quiet(stack)


def test_all_certificates_are_deleted(scene: Scene) -> None:
    """Neither number comes back: generation 3 is generated and both stages present it after one run."""
    stack = scene.overlapping()
    for one in scene.ids():
        scene.sandbox.by_hand.delete_certificate(one)
    scene.at(338)
    before = scene.mark()
    ok(stack.up("--refresh"))
    assert scene.actions(before) == ["GenerateClientCertificate", "UpdateStage", "UpdateStage"]
    (third,) = scene.ids()
    _both_present(scene, third)
    assert numbers(stack) == {3: "active"}
    quiet(stack)
