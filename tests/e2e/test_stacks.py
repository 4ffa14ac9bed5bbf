"""What moves from one stack to another: a binding, or a whole rotation."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok, refused
from tools.toolchain import bin_dir, environment

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e

WIRED = (Path(__file__).parent / "programs" / "wired.py").read_text()


def _binding(scenario: Scenario, name: str, stage: str, **options: str) -> dict[str, object]:
    values = {"restApiId": scenario.api, "stageName": stage, **options}
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


def test_a_binding_moved_alone_by_state_move_does_not_switch_its_stage(scenario: Scenario) -> None:
    """The other stack's certificate is another rotation, and no bundle publishes both (invariant 1).

    The engine moves dynamic resources only where no default provider with another stack configuration is in the way:
    here into a stack that has not run yet.
    """
    source = scenario.stack("source", program=WIRED, config=_binding(scenario, "dev", "dev"))
    target = scenario.stack("target", program=WIRED, config=_binding(scenario, "dev", "dev"))
    ok(source.up())
    (first,) = scenario.ids()
    scenario.at(10)
    before = scenario.mark()
    _move_state(source, target, _urn(source, "StageBinding"))
    for day in (10, 11):
        scenario.at(day)
        assert f"presents {first}, a live certificate of another rotation" in refused(target.up())
    assert scenario.moves(before) == []
    target.configure({"bindings": "{}"})
    _move_state(target, source, _urn(target, "StageBinding"))
    ok(source.up())
    ok(target.destroy())
    assert scenario.ids() == [first]
    assert scenario.presented("dev") == first
    ok(source.preview("--expect-no-changes"))


def test_a_whole_rotation_moved_by_state_move_keeps_its_certificate(scenario: Scenario) -> None:
    """Certificate, bundle and binding move together: only the stack's name in the tags changes (invariants 4, 12)."""
    source = scenario.stack("source", program=WIRED, config=_binding(scenario, "dev", "dev"))
    target = scenario.stack("target", program=WIRED, config=_binding(scenario, "dev", "dev"))
    ok(source.up())
    (first,) = scenario.ids()
    kinds = ("RotatingClientCertificate", "TrustBundle", "StageBinding")
    before = scenario.mark()
    _move_state(source, target, *(_urn(source, kind) for kind in kinds))
    (target.folder / "pins.txt").write_text((source.folder / "pins.txt").read_text())
    ok(target.up())
    ok(source.destroy())
    assert scenario.actions(before) == ["TagResource"]
    assert scenario.ids() == [first]
    assert scenario.presented("dev") == first


def test_a_binding_moves_to_another_stack_by_keeping_and_adopting(scenario: Scenario) -> None:
    """With on_delete="keep" the stage is never touched; the certificate moves along by adoption (invariants 4, 9)."""
    source = scenario.stack("source", program=WIRED, config=_binding(scenario, "dev", "dev", onDelete="keep"))
    ok(source.up())
    (first,) = scenario.ids()
    scenario.at(10)
    before = scenario.mark()
    source.unset("bindings")
    ok(source.up())
    assert scenario.presented("dev") == first

    target = scenario.stack(
        "target", program=WIRED, config={**_binding(scenario, "dev", "dev"), "adoptClientCertificateId": first}
    )
    ok(target.up())
    ok(source.destroy())
    assert scenario.moves(before) == []
    assert scenario.ids() == [first]
    assert scenario.presented("dev") == first

    for day in (336, 337):
        scenario.at(day)
        ok(target.up("--refresh"))
    assert scenario.presented("dev") == scenario.ids()[1]
    assert scenario.moves(before) == [("dev", scenario.ids()[1])]
