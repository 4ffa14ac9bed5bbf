"""What a user, or somebody else, does to waves in mid-rotation, on the real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok, quiet, refused

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.e2e.conftest import Scene

pytestmark = pytest.mark.e2e
ACM_ARN = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


def _wave(scene: Scene, number: int, stage: str) -> dict[str, object]:
    path = f"waves[{number}].stages.{stage}"
    return {f"{path}.restApiId": scene.api, f"{path}.stageName": stage}


def _published(scene: Scene) -> PulumiStack:
    """Day 336: dev goes first, prod a day later; generation 2 is pending."""
    waves = {**_wave(scene, 0, "dev"), **_wave(scene, 1, "prod"), "waves[1].soak": "24h"}
    return scene.published(config={"name": "orders", "publish[0].file": "pins.txt", **waves})


def test_a_stage_that_joins_and_one_that_changes_its_wave_take_their_new_turn(scene: Scene) -> None:
    """Nothing is replaced, cleared, or moved back: the key names the binding, whatever its wave."""
    stack = _published(scene)
    scene.sandbox.by_hand.create_stage(scene.api, "beta")
    scene.at(337)
    ok(stack.up("--refresh"))
    second = scene.ids()[-1]
    assert (scene.presented("dev"), scene.presented("prod")) == (second, scene.ids()[0])
    # prod becomes the first wave, dev goes behind it; beta joins it.
    for stage, number in (("dev", 0), ("prod", 1)):
        stack.unset(f"waves[{number}].stages.{stage}")
    stack.configure({**_wave(scene, 0, "prod"), **_wave(scene, 1, "dev"), **_wave(scene, 1, "beta")})
    before = scene.mark()
    ok(stack.up("--refresh"))
    assert sorted(scene.moves(before)) == [("beta", second), ("prod", second)]
    quiet(stack)
    for day in (338, 342):
        scene.at(day)
        ok(stack.up("--refresh"))
    assert scene.ids() == [second]


def test_a_wave_that_leaves_the_program_in_mid_rotation_holds_nobody(scene: Scene) -> None:
    """Its stage is cleared, which is what removing a binding means, and the other goes on in the same run."""
    stack = _published(scene)
    stack.unset("waves[0]")
    stack.unset("waves[0].soak")
    scene.at(337)
    ok(stack.up("--refresh"))
    assert (scene.presented("dev"), scene.presented("prod")) == (None, scene.ids()[-1])


def test_waves_that_verify_nothing_are_quiet_at_preview(scene: Scene) -> None:
    """While one waits, and when all have moved: what a stage has no proof of is no change."""
    stack = _published(scene)
    quiet(stack)
    scene.at(337)
    for _ in range(2):
        ok(stack.up("--refresh"))
    quiet(stack)


def test_a_week_of_missed_runs_moves_one_wave_a_run(scene: Scene) -> None:
    """The next scheduled run is a day later, and the soak is as long."""
    stack = _published(scene)
    moved = []
    for day in (344, 345):
        scene.at(day)
        before = scene.mark()
        ok(stack.up("--refresh"))
        moved.append([stage for stage, _id in scene.moves(before)])
    assert moved == [["dev"], ["prod"]]


def test_an_acm_certificate_in_a_wave_holds_the_next_one_until_the_stage_is_left_to_acm(scene: Scene) -> None:
    """In this run and the next, by name; then the rest goes on, and ACM keeps its stage."""
    stack = _published(scene)
    scene.sandbox.by_hand.bind(scene.api, "dev", ACM_ARN)
    for day in (337, 338):
        scene.at(day)
        text = refused(stack.up("--refresh"))
        assert f"Stage {scene.api}/dev presents the ACM certificate {ACM_ARN}" in text
        assert scene.presented("prod") == scene.ids()[0]
    stack.unset("waves[0]")
    stack.unset("waves[0].soak")
    ok(stack.up("--refresh"))
    assert (scene.presented("dev"), scene.presented("prod")) == (ACM_ARN, scene.ids()[-1])
