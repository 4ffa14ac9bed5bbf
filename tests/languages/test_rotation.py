"""A whole rotation from a program in each language: the examples, the generated SDKs, the real hosts and engine."""

from __future__ import annotations

import hashlib
from ssl import PEM_cert_to_DER_cert
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok
from tests.languages.conftest import EXAMPLES, outputs

if TYPE_CHECKING:
    from tests.languages.conftest import ExampleScene

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("language", EXAMPLES)
def test_the_example_rotates(language: str, scene: ExampleScene) -> None:
    """Day 0 create, quiet on day 100, then issue, activate, confirm and retire: one step a run, and no run fails."""
    stack = scene.example(language)
    ok(stack.up())
    (first,) = scene.ids()
    assert _presented(scene) == {first}
    scene.at(100)
    ok(stack.preview("--expect-no-changes"))

    scene.at(336)
    ok(stack.up("--refresh"))
    first, second = scene.ids()
    assert _presented(scene) == {first}
    assert _published(scene) == {first, second}
    assert outputs(stack)["phase"] == "published"

    for day in (337, 338):
        scene.at(day)
        ok(stack.up("--refresh"))
        assert scene.ids() == [first, second]
        assert _presented(scene) == {second}
        assert _published(scene) == {first, second}

    scene.at(341)
    ok(stack.up("--refresh"))
    assert scene.ids() == [second]
    assert _presented(scene) == _published(scene) == {second}
    exported = outputs(stack)
    assert (exported["phase"], exported["nextAction"]) == ("steady", "issue")
    assert exported["trustedFingerprints"] == [hashlib.sha256(_der(scene)[second]).hexdigest()]


def _presented(scene: ExampleScene) -> set[str | None]:
    return {scene.presented("dev"), scene.presented("prod")}


def _published(scene: ExampleScene) -> set[str]:
    """The certificates whose fingerprint is in what nginx reads: SHA-1, as its ``$ssl_client_fingerprint`` is."""
    text = scene.parameter()
    return {one for one, der in _der(scene).items() if hashlib.sha1(der).hexdigest() in text}  # noqa: S324 - nginx's choice


def _der(scene: ExampleScene) -> dict[str, bytes]:
    return {one.id: PEM_cert_to_DER_cert(one.pem) for one in scene.sandbox.certificates()}
