"""A target that is taken out and added again is our own (issue 11, fault 16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harm.conftest import TRUSTED, ok

if TYPE_CHECKING:
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e

FILE = {"type": "file", "path": TRUSTED, "content": "python"}
MORE = {"type": "file", "path": "more.pem", "content": "python"}


@pytest.mark.parametrize("days", [(), (336, 337), (336, 337, 338, 341)], ids=["at once", "moved", "retired"])
def test_a_target_taken_out_and_added_again_is_not_refused(scenario: Scenario, days: tuple[int, ...]) -> None:
    """At once, or a rotation later, when it holds what the bundle knows no more; no request fails meanwhile."""
    stack = scenario.orders(publish=[FILE, MORE])
    ok(stack.up())
    with scenario.traffic() as traffic:
        scenario.declare(stack, publish=[FILE])
        ok(stack.up())
        for day in days:
            scenario.at(day)
            ok(stack.up("--refresh"))
        scenario.declare(stack, publish=[FILE, MORE])
        ok(stack.up())
        traffic.go_on()
    assert traffic.failed() == []
    assert (stack.folder / "more.pem").read_text() == scenario.published()


def test_the_only_target_of_two_swapped_for_the_other_keeps_the_stages_trusted(scenario: Scenario) -> None:
    """The one that backends read leaves and returns in the middle of a lead: the lead starts anew for it."""
    stack = scenario.orders(publish=[FILE, MORE])
    ok(stack.up())
    first = scenario.ids()
    scenario.declare(stack, publish=[MORE])
    ok(stack.up())
    scenario.at(336)
    ok(stack.up("--refresh"))
    assert scenario.held() == first
    scenario.at(336.9)
    scenario.declare(stack, publish=[FILE, MORE])
    ok(stack.up())
    with scenario.traffic() as traffic:
        scenario.at(337)
        ok(stack.up("--refresh"))
        assert [*{scenario.presented("dev"), scenario.presented("prod")}] == first
        scenario.at(338)
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.presented("dev") == scenario.presented("prod") == scenario.ids()[1]
