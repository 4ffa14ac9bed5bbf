"""examples/adopt: a certificate and a stage that exist and carry traffic, over two rotations."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import START, numbers, ok, quiet, refused
from tests.examples.conftest import example, trusted, unharmed

if TYPE_CHECKING:
    from tests.e2e.conftest import Scene

pytestmark = pytest.mark.e2e


def _stages(scene: Scene, *names: str) -> dict[str, object]:
    return {f"stages.{name}": {"restApiId": scene.api, "stageName": name} for name in names}


def test_what_exists_is_adopted_untouched_and_rotated_twice(scene: Scene) -> None:
    """Adoption tags and publishes, and neither generates nor binds: no request can notice it."""
    theirs = scene.sandbox.by_hand.generate_certificate(not_before=START - timedelta(days=100))
    scene.sandbox.by_hand.bind(scene.api, "prod", theirs)
    stack = example(scene, "adopt", clientCertificateId=theirs, **_stages(scene, "prod"))
    ok(stack.up())
    assert sorted(scene.actions()) == ["PutParameter", "TagResource"]
    assert scene.presented("prod") == theirs
    assert numbers(stack) == {1: "active"}
    quiet(stack)

    # The adopted one has 265 days left.
    for number, due in ((2, 236), (3, 572)):
        former = scene.presented("prod")
        for day, certificates in ((due, 2), (due + 1, 2), (due + 2, 2), (due + 5, 1)):
            scene.at(day)
            ok(stack.up("--refresh"))
            assert trusted(scene) == len(scene.ids()) == certificates
        assert former not in scene.ids()
        assert [scene.presented("prod")] == scene.ids()
        assert numbers(stack) == {number: "active"}
        quiet(stack)
    unharmed(scene)


def test_two_certificates_on_three_stages_become_one(scene: Scene) -> None:
    """One is adopted, the other one stays somebody else's: trusted while it is presented, and never deleted."""
    hand, ours, theirs = scene.sandbox.by_hand, *(scene.sandbox.by_hand.generate_certificate() for _ in range(2))
    foreign = hand.create_rest_api("theirs", stages=["live"])
    hand.bind(foreign, "live", theirs)
    for stage, presented in (("dev", ours), ("prod", theirs)):
        hand.bind(scene.api, stage, presented)
    before = scene.mark()
    stack = example(scene, "adopt", clientCertificateId=ours, **_stages(scene, "dev", "prod"))
    assert f"Stage {scene.api}/prod presents {theirs}" in refused(stack.up())
    assert scene.changes(before) == []

    (pem,) = [one.pem for one in scene.sandbox.certificates() if one.id == theirs]
    stack.configure({"takeOver": True, "alsoTrust": [pem]})
    ok(stack.up())
    assert trusted(scene) == 2
    scene.at(1)
    ok(stack.up("--refresh"))
    assert scene.moves(before) == [("prod", ours)]

    stack.unset("alsoTrust")
    ok(stack.up())
    assert trusted(scene) == 2
    hand.bind(foreign, "live", "")
    scene.at(2)
    ok(stack.up("--refresh"))
    assert trusted(scene) == 1
    assert sorted(scene.ids()) == sorted([ours, theirs])
    quiet(stack)
