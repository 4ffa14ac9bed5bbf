"""``adopt_client_certificate_id`` added once a certificate was made: never ignored without a word (11, fault 9)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.harm.conftest import ok, refused
from tests.harm.foreign import bound_and_trusted

if TYPE_CHECKING:
    from tests.harm.conftest import Scene

pytestmark = pytest.mark.e2e

# As a Python program writes it, and as every other one does.
PROPERTY = re.compile(r"adopt_?client_?certificate_?id", re.IGNORECASE)


def test_adopting_while_a_stage_presents_our_own_is_refused_before_anything_changes(scene: Scene) -> None:
    """The stage is named; take_over with also_trust, which is the way, moves the other one without a failed request.

    A preview asks nobody who presents what (invariant 6): it says what the update is about to look at.
    """
    stack = scene.orders(stages={"prod": scene.place("prod")})
    ok(stack.up())
    (ours,) = scene.ids()
    theirs = scene.sandbox.by_hand.generate_certificate()
    scene.sandbox.by_hand.bind(scene.api, "dev", theirs)
    trusting = {"alsoTrust": [scene.pem(theirs)]}
    scene.declare(stack, "orders", stages={"prod": scene.place("prod")}, **trusting)
    ok(stack.up())
    scene.at(10)
    with scene.traffic() as traffic:
        before = scene.mark()
        scene.declare(stack, "orders", adoptClientCertificateId=theirs, **trusting)
        assert PROPERTY.search(ok(stack.preview()))
        said = refused(stack.up())
        assert PROPERTY.search(said)
        assert f"{scene.api}/prod" in said
        assert scene.changes(before) == []

        scene.declare(stack, "orders", takeOver=True, **trusting)
        ok(stack.up())
        scene.at(11)
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    assert scene.moves(before) == [("dev", ours)]


def test_adopting_while_no_stage_presents_our_own_is_done_in_place(scene: Scene) -> None:
    """Nothing moves; what it replaces is retired as usual; the adopted one rotates in time."""
    stack = scene.orders(stages={"dev": scene.place("dev")})
    ok(stack.up())
    (ours,) = scene.ids()
    scene.at(10)
    theirs = scene.sandbox.by_hand.generate_certificate()
    trusting = {"stages": {"dev": scene.place("dev")}, "alsoTrust": [scene.pem(theirs)]}
    scene.declare(stack, "orders", **trusting)
    ok(stack.up())
    scene.sandbox.by_hand.bind(scene.api, "dev", theirs)
    before = scene.mark()
    with scene.traffic("dev") as traffic:
        assert theirs in refused(stack.up("--refresh"))
        scene.declare(stack, "orders", adoptClientCertificateId=theirs, **trusting)
        ok(stack.up("--refresh"))
        assert scene.moves(before) == []
        scene.declare(stack, stages={"dev": scene.place("dev")})
        for day in (11, 15):
            scene.at(day)
            ok(stack.up("--refresh"))
            assert theirs in scene.held()
        traffic.go_on()
        assert scene.ids() == [theirs]
        for day in (345, 346):
            scene.at(day)
            ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    assert scene.moves(before) == [("dev", scene.ids()[1])]
    assert ours not in scene.ids()


@pytest.mark.parametrize("made_before", [False, True], ids=["at once", "after a first run"])
def test_two_certificates_on_three_stages_become_one_rotation(scene: Scene, made_before: bool) -> None:  # noqa: FBT001
    """What people have: one is adopted, the other trusted and replaced; the target never lacks what is presented."""
    scene.sandbox.by_hand.create_stage(scene.api, "ops")
    most, one = bound_and_trusted(scene, "dev", "prod"), bound_and_trusted(scene, "ops")
    stages = {stage: scene.place(stage) for stage in ("dev", "ops", "prod")}
    stack = scene.stack()
    with scene.traffic(*stages) as traffic:
        if made_before:
            elsewhere = [{"type": "file", "path": "elsewhere.pem", "content": "python"}]
            scene.declare(stack, stages={}, publish=elsewhere)
            ok(stack.up())
        before = scene.mark()
        scene.declare(stack, stages=stages, adoptClientCertificateId=most, takeOver=True, alsoTrust=[scene.pem(one)])
        ok(stack.up())
        assert scene.moves(before) == []
        assert {most, one} <= {*scene.held()}
        for day in (1, 4, 8):
            scene.at(day)
            ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    assert {scene.presented(stage) for stage in stages} == {most}
    assert {*scene.ids()} == {most, one}


def test_adopting_later_what_does_not_exist_is_refused_and_changes_nothing(scene: Scene) -> None:
    """A misspelt id is named; set back, the run is quiet."""
    stack = scene.orders()
    ok(stack.up())
    before = scene.mark()
    scene.declare(stack, adoptClientCertificateId="zzzzzz")
    assert PROPERTY.search(refused(stack.up()))
    scene.declare(stack)
    ok(stack.up())
    assert scene.changes(before) == []
