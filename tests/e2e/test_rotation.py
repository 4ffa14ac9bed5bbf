"""The story of one year, step by step."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok

if TYPE_CHECKING:
    from tests.e2e.conftest import Scene

# One API, on one page of each list.
SCAN = {"GetRestApis": 1, "GetStages": 1, "GetApis": 1}
pytestmark = [pytest.mark.e2e, pytest.mark.always]


def test_a_whole_rotation_publishes_switches_confirms_and_retires(scene: Scene) -> None:
    """Each run takes one step, in the order generate, publish, PATCH, delete, and nothing is due in between."""
    stack = scene.stack()
    ok(stack.up())
    (first,) = scene.ids()
    assert scene.presented("dev") == scene.presented("prod") == first

    scene.at(100)
    ok(stack.preview("--expect-no-changes"))

    scene.at(336)
    before = scene.mark()
    assert not stack.preview("--expect-no-changes").succeeded
    assert _calls(scene, before) == {}
    ok(stack.up())
    first, second = scene.ids()
    assert scene.actions(before) == ["GenerateClientCertificate"]
    assert scene.presented("dev") == scene.presented("prod") == first
    assert len((stack.folder / "pins.txt").read_text().splitlines()) == 2
    ok(stack.preview("--expect-no-changes"))

    scene.at(337)
    before = scene.mark()
    ok(stack.up("--refresh"))
    assert scene.actions(before) == ["UpdateStage", "UpdateStage"]
    # The refresh looks at each stage, and so does the move.
    assert _calls(scene, before)["GetStage"] == 2 + 2
    assert scene.presented("dev") == scene.presented("prod") == second

    scene.at(338)
    before = scene.mark()
    ok(stack.up("--refresh"))
    assert scene.actions(before) == []
    assert SCAN.items() <= _calls(scene, before).items()
    ok(stack.preview("--expect-no-changes"))

    scene.at(341)
    before = scene.mark()
    ok(stack.up("--refresh"))
    assert scene.actions(before) == ["DeleteClientCertificate"]
    assert SCAN.items() <= _calls(scene, before).items()
    assert scene.ids() == [second]
    assert len((stack.folder / "pins.txt").read_text().splitlines()) == 1

    ok(stack.destroy())
    assert scene.ids() == []
    assert scene.presented("dev") is None


def _calls(scene: Scene, since: int) -> Counter[str]:
    """What AWS answered, by action."""
    return Counter(
        one.action for one in scene.sandbox.journal.entries(since=since) if one.succeeded and not one.by_hand
    )
