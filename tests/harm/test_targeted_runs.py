"""A run over a part of the program, in which the successor of a binding has no say (issue 11, fault 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harm.conftest import STAGES, ok

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.harm.conftest import Scene

pytestmark = pytest.mark.e2e


def _binding(stack: PulumiStack) -> str:
    """The URN of the binding of dev."""
    found = [str(one["urn"]) for one in stack.export()["deployment"]["resources"]]
    (urn,) = [one for one in found if one.endswith("StageBinding::orders-dev")]
    return urn


def _rename(scene: Scene, stack: PulumiStack) -> None:
    """The program calls the binding of dev by another name."""
    scene.declare(stack, stages={"live": scene.place("dev"), "prod": scene.place("prod")})


@pytest.mark.parametrize("part", ["--target", "--exclude"])
def test_a_renamed_binding_of_which_only_the_old_name_is_run(scene: Scene, part: str) -> None:
    """Refused or kept, the stage goes on presenting; the whole program then finds nothing to mend."""
    stack = scene.orders()
    ok(stack.up())
    old = _binding(stack)
    _rename(scene, stack)
    before = scene.mark()
    with scene.traffic() as traffic:
        stack.up(part, old if part == "--target" else old.replace("orders-dev", "orders-live"))
        traffic.go_on()
        ok(stack.up())
        ok(stack.preview("--refresh", "--expect-no-changes"))
        traffic.go_on()
    assert traffic.failed() == []
    assert scene.moves(before) == []
    assert {*map(scene.presented, STAGES)} == {*scene.ids()}


def test_a_binding_that_moved_to_another_component_of_which_only_the_old_one_is_run(scene: Scene) -> None:
    """The component is called otherwise and adopts: to a targeted run the old binding is simply gone."""
    stack = scene.orders()
    ok(stack.up())
    (first,) = scene.ids()
    old = _binding(stack)
    scene.declare(stack, "invoices", adoptClientCertificateId=first)
    before = scene.mark()
    with scene.traffic() as traffic:
        stack.up("--target", old)
        traffic.go_on()
        ok(stack.up())
        traffic.go_on()
    assert traffic.failed() == []
    assert scene.moves(before) == []
    assert scene.ids() == [first]


def test_a_stage_that_left_the_program_is_cleared_by_a_whole_run(scene: Scene) -> None:
    """What must go on to work: nobody wants it, nobody is told otherwise."""
    stack = scene.orders()
    ok(stack.up())
    scene.declare(stack, stages={"prod": scene.place("prod")})
    with scene.traffic("prod") as traffic:
        ok(stack.up())
        traffic.go_on()
    assert traffic.failed() == []
    assert scene.presented("dev") is None
    assert scene.presented("prod") in scene.ids()
