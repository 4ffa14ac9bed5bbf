"""Several stacks in one account: the same names, another name, a binding that moves between two."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok, refused
from tools.toolchain import bin_dir, environment

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.e2e.conftest import Scene

pytestmark = pytest.mark.e2e

WIRED = (Path(__file__).parent / "programs" / "wired.py").read_text()


def _one_stage(scene: Scene, stage: str) -> dict[str, object]:
    return {
        "name": "orders",
        "publish[0].file": "pins.txt",
        "publish[0].content": "sha256",
        **scene.stage_config(stage),
    }


def _binding(scene: Scene, name: str, stage: str, **options: str) -> dict[str, object]:
    values = {"restApiId": scene.api, "stageName": stage, **options}
    return {f"bindings.{name}.{key}": value for key, value in values.items()}


def _move_state(source: PulumiStack, target: PulumiStack, *urns: str) -> None:
    # Not through PulumiStack.run, which adds --stack: this command names two.
    stacks = [f"--{side}=organization/rotation/{one.name}" for side, one in (("source", source), ("dest", target))]
    command = [str(bin_dir() / "pulumi"), "state", "move", "--yes", *stacks, *urns]
    env = environment(source.backend / "home", source.backend)
    done = subprocess.run(command, cwd=source.folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _urn(stack: PulumiStack, kind: str) -> str:
    (found,) = stack.resources(kind)
    return str(found["urn"])


def test_two_stacks_of_the_same_names_never_touch_each_others_certificates(scene: Scene) -> None:
    """Two backends, one account, same project, stack and name: only the rotation id in state owns (invariant 4)."""
    mine = scene.stack(folder="mine", config={"name": "orders"})
    ok(mine.up())
    scene.at(10)
    theirs = scene.stack(folder="theirs", backend="their-backend", config=_one_stage(scene, "prod"))
    ok(theirs.up())
    mine.configure(_one_stage(scene, "dev"))
    ok(mine.up())
    first, other = scene.ids()
    assert (scene.presented("dev"), scene.presented("prod")) == (first, other)
    tags = [dict(one.tags) for one in scene.sandbox.certificates()]
    rotation_ids = {one.pop("apigw-client-cert:rotation-id") for one in tags}
    assert tags[0] == tags[1]
    assert len(rotation_ids) == 2

    before = scene.mark()
    for day in (336, 337, 338, 341):
        scene.at(day)
        ok(mine.up())
    kept, successor = scene.ids()
    assert kept == other
    touched = {entry.resource for entry in scene.changes(before)}
    assert touched == {first, successor, f"{scene.api}/dev"}
    assert (scene.presented("dev"), scene.presented("prod")) == (successor, other)

    ok(mine.destroy())
    assert scene.ids() == [other]
    assert scene.presented("prod") == other


def test_a_second_stack_of_the_same_names_is_refused_beside_a_presented_certificate(scene: Scene) -> None:
    """It might be this stack's own, with its state lost: nothing is generated, and both remedies are named (4, 12)."""
    ok(scene.stack(folder="mine", config=_one_stage(scene, "dev")).up())
    (first,) = scene.ids()
    scene.at(10)
    theirs = scene.stack(folder="theirs", backend="their-backend", config=_one_stage(scene, "prod"))
    before = scene.mark()
    text = refused(theirs.up())
    assert f"Certificate {first}" in text
    assert f"{scene.api}/dev" in text
    assert f"adopt_client_certificate_id='{first}'" in text
    assert "another name" in text
    assert scene.actions(before) == []

    theirs.configure({"name": "invoices"})
    ok(theirs.up())
    assert scene.presented("dev") == first
    assert scene.presented("prod") == scene.ids()[1]


def test_a_renamed_stack_keeps_its_certificate_and_renames_its_tags(scene: Scene) -> None:
    """The rotation id in state owns the certificate, and the names in the tags only follow (invariant 4)."""
    stack = scene.stack()
    ok(stack.up())
    (first,) = scene.ids()
    stack.run("stack", "rename", "production", expect=0)
    stack.name = "production"

    scene.at(10)
    before = scene.mark()
    ok(stack.up())
    assert scene.actions(before) == ["TagResource"]
    assert scene.ids() == [first]
    assert scene.sandbox.certificates()[0].tags["apigw-client-cert:stack"] == "production"
    assert scene.presented("dev") == scene.presented("prod") == first
    ok(stack.preview("--expect-no-changes"))


def test_a_binding_moved_alone_by_state_move_does_not_switch_its_stage(scene: Scene) -> None:
    """The other stack's certificate is another rotation, and no bundle publishes both (invariant 1).

    The engine moves dynamic resources only where no default provider with another stack configuration is in the way:
    here into a stack that has not run yet.
    """
    source = scene.stack("source", program=WIRED, config=_binding(scene, "dev", "dev"))
    target = scene.stack("target", program=WIRED, config=_binding(scene, "dev", "dev"))
    ok(source.up())
    (first,) = scene.ids()
    scene.at(10)
    before = scene.mark()
    _move_state(source, target, _urn(source, "StageBinding"))
    for day in (10, 11):
        scene.at(day)
        assert f"presents {first}, a live certificate of another rotation" in refused(target.up())
    assert scene.moves(before) == []
    target.configure({"bindings": "{}"})
    _move_state(target, source, _urn(target, "StageBinding"))
    ok(source.up())
    ok(target.destroy())
    assert scene.ids() == [first]
    assert scene.presented("dev") == first
    ok(source.preview("--expect-no-changes"))


def test_a_whole_rotation_moved_by_state_move_keeps_its_certificate(scene: Scene) -> None:
    """Certificate, bundle and binding move together: only the stack's name in the tags changes (invariants 4, 12)."""
    source = scene.stack("source", program=WIRED, config=_binding(scene, "dev", "dev"))
    target = scene.stack("target", program=WIRED, config=_binding(scene, "dev", "dev"))
    ok(source.up())
    (first,) = scene.ids()
    kinds = ("RotatingClientCertificate", "TrustBundle", "StageBinding")
    before = scene.mark()
    _move_state(source, target, *(_urn(source, kind) for kind in kinds))
    (target.folder / "pins.txt").write_text((source.folder / "pins.txt").read_text())
    ok(target.up())
    ok(source.destroy())
    assert scene.actions(before) == ["TagResource"]
    assert scene.ids() == [first]
    assert scene.presented("dev") == first


def test_a_binding_moves_to_another_stack_by_keeping_and_adopting(scene: Scene) -> None:
    """With on_delete="keep" the stage is never touched; the certificate moves along by adoption (invariants 4, 9)."""
    source = scene.stack("source", program=WIRED, config=_binding(scene, "dev", "dev", onDelete="keep"))
    ok(source.up())
    (first,) = scene.ids()
    scene.at(10)
    before = scene.mark()
    source.unset("bindings")
    ok(source.up())
    assert scene.presented("dev") == first

    target = scene.stack(
        "target", program=WIRED, config={**_binding(scene, "dev", "dev"), "adoptClientCertificateId": first}
    )
    ok(target.up())
    ok(source.destroy())
    assert scene.moves(before) == []
    assert scene.ids() == [first]
    assert scene.presented("dev") == first

    for day in (336, 337):
        scene.at(day)
        ok(target.up("--refresh"))
    assert scene.presented("dev") == scene.ids()[1]
    assert scene.moves(before) == [("dev", scene.ids()[1])]
