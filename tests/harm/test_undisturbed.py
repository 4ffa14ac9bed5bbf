"""The measurement itself: a rotation that nothing disturbs fails no request, and an outage is seen as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harm.conftest import ok

if TYPE_CHECKING:
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e


def test_a_whole_rotation_fails_no_request(scenario: Scenario) -> None:
    """Issue, activate, confirm, retire."""
    stack = scenario.orders()
    ok(stack.up())
    (first,) = scenario.ids()
    with scenario.traffic() as traffic:
        for day in (336, 337, 338, 341):
            scenario.at(day)
            ok(stack.up("--refresh"))
            traffic.go_on()
            assert scenario.trusted_everywhere()
    assert traffic.failed() == []
    (second,) = scenario.ids()
    assert second != first
    assert scenario.held() == [second]
    assert scenario.presented("dev") == scenario.presented("prod") == second


@pytest.mark.parametrize("host", ["dynamic"], indirect=True)
def test_an_outage_is_seen(scenario: Scenario) -> None:
    """What the file no longer holds is refused from the next handshake on, and accepted when it is there again."""
    stack = scenario.orders()
    ok(stack.up())
    with scenario.traffic() as traffic:
        held = scenario.published()
        scenario.edit("")
        traffic.go_on()
        lost = {one.stage for one in traffic.failed()}
        scenario.edit(held)
        mended = traffic.go_on()
        traffic.go_on()
    assert lost == {"dev", "prod"}
    assert traffic.failed(mended) == []
