"""A run over a part of the program, in which the successor of a binding has no say (issue 11, fault 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harm.conftest import STAGES, ok

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e


def _binding(stack: PulumiStack) -> str:
    """The URN of the binding of dev."""
    found = [str(one["urn"]) for one in stack.export()["deployment"]["resources"]]
    (urn,) = [one for one in found if one.endswith("StageBinding::orders-dev")]
    return urn


def _rename(scenario: Scenario, stack: PulumiStack) -> None:
    """The program calls the binding of dev by another name."""
    scenario.declare(stack, stages={"live": scenario.place("dev"), "prod": scenario.place("prod")})


@pytest.mark.parametrize("part", ["--target", "--exclude"])
def test_a_renamed_binding_of_which_only_the_old_name_is_run(scenario: Scenario, part: str) -> None:
    """Refused or kept, the stage goes on presenting; the whole program then finds nothing to mend."""
    stack = scenario.orders()
    ok(stack.up())
    old = _binding(stack)
    _rename(scenario, stack)
    before = scenario.mark()
    with scenario.traffic() as traffic:
        stack.up(part, old if part == "--target" else old.replace("orders-dev", "orders-live"))
        traffic.go_on()
        ok(stack.up())
        ok(stack.preview("--refresh", "--expect-no-changes"))
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.moves(before) == []
    assert {*map(scenario.presented, STAGES)} == {*scenario.ids()}


def test_a_binding_that_moved_to_another_component_of_which_only_the_old_one_is_run(scenario: Scenario) -> None:
    """The component is called otherwise and adopts: to a targeted run the old binding is simply gone."""
    stack = scenario.orders()
    ok(stack.up())
    (first,) = scenario.ids()
    old = _binding(stack)
    scenario.declare(stack, "invoices", adoptClientCertificateId=first)
    before = scenario.mark()
    with scenario.traffic() as traffic:
        stack.up("--target", old)
        traffic.go_on()
        ok(stack.up())
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.moves(before) == []
    assert scenario.ids() == [first]


def test_a_stage_that_left_the_program_is_cleared_by_a_whole_run(scenario: Scenario) -> None:
    """What must go on to work: nobody wants it, nobody is told otherwise."""
    stack = scenario.orders()
    ok(stack.up())
    scenario.declare(stack, stages={"prod": scenario.place("prod")})
    with scenario.traffic("prod") as traffic:
        ok(stack.up())
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.presented("dev") is None
    assert scenario.presented("prod") in scenario.ids()
