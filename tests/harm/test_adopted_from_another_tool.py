"""A certificate that another tool still manages: its runs remove our tags, and no retirement got past that (17)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harm.conftest import ok

if TYPE_CHECKING:
    from tests.harm.conftest import Scene

pytestmark = pytest.mark.e2e

ROTATION_ID = "apigw-client-cert:rotation-id"


def test_tags_that_another_tool_removes_are_said_written_again_and_retirement_works(scene: Scene) -> None:
    """Adopted from Terraform and left in its state: after each of its runs, up to the end of the rotation."""
    theirs = scene.sandbox.by_hand.generate_certificate()
    for stage in ("dev", "prod"):
        scene.sandbox.by_hand.bind(scene.api, stage, theirs)
    stack = scene.orders(adoptClientCertificateId=theirs)
    ok(stack.up())
    ours = _tags(scene, theirs)
    assert ROTATION_ID in ours
    with scene.traffic() as traffic:
        before = scene.mark()
        for day in (10, 336, 337, 338, 341):
            scene.at(day)
            scene.sandbox.by_hand.set_tags(theirs, {"managed-by": "terraform"})
            said = ok(stack.up("--refresh"))
            assert "terraform state rm" in said
            if theirs in scene.ids():
                assert _tags(scene, theirs) == {**ours, "managed-by": "terraform"}
        ok(stack.preview("--expect-no-changes"))
        traffic.go_on()
    assert traffic.failed() == []
    (successor,) = scene.ids()
    assert sorted(scene.moves(before)) == [("dev", successor), ("prod", successor)]


def _tags(scene: Scene, certificate_id: str) -> dict[str, str]:
    (tags,) = [dict(one.tags) for one in scene.sandbox.certificates() if one.id == certificate_id]
    return tags
