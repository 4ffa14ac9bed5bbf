"""examples/adopt: a certificate and a stage that exist and carry traffic, over two rotations."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import START, numbers, ok, quiet
from tests.examples.conftest import example, trusted, unharmed

if TYPE_CHECKING:
    from tests.e2e.conftest import Scene

pytestmark = pytest.mark.e2e


def test_what_exists_is_adopted_untouched_and_rotated_twice(scene: Scene) -> None:
    """Adoption tags and publishes, and neither generates nor binds: no request can notice it."""
    theirs = scene.sandbox.by_hand.generate_certificate(not_before=START - timedelta(days=100))
    scene.sandbox.by_hand.bind(scene.api, "prod", theirs)
    stack = example(scene, "adopt", restApiId=scene.api, clientCertificateId=theirs)
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
