"""A target that cannot be read or written keeps neither the others nor the stages from being looked after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_sandbox import Fault, FaultKind
from tests.harm.conftest import TRUSTED, ok

if TYPE_CHECKING:
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e

PARAMETER = "/orders/trust"


def _parameter(scenario: Scenario) -> str:
    """What the other target holds."""
    return str(scenario.sandbox.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]["Value"])


@pytest.mark.parametrize("denied", ["GetParameter", "PutParameter"])
def test_one_target_is_denied_while_the_other_is_emptied_and_a_stage_unbound(scenario: Scenario, denied: str) -> None:
    """Both are mended in the red run; no stage moves to what the parameter lacks, until it holds it for the lead."""
    places = [
        {"type": "ssm", "name": PARAMETER, "content": "python"},
        {"type": "file", "path": TRUSTED, "content": "python"},
    ]
    stack = scenario.orders(publish=places)
    ok(stack.up())
    (first,) = scenario.ids()
    before = _parameter(scenario)
    denial = Fault(kind=FaultKind.ACCESS_DENIED, service="ssm", action=denied, repeats=True)
    scenario.sandbox.faults.add(denial)
    with scenario.traffic() as traffic:
        scenario.sandbox.console.bind(scenario.api, "dev", None)
        scenario.edit("")
        scenario.at(336)
        red = stack.up("--refresh")
        known = traffic.go_on()
        assert red.code != 0
        assert f"ssm:{denied}" in red.output
        second = scenario.ids()[1]
        assert scenario.held() == [first, second], red.output
        assert scenario.presented("dev") == scenario.presented("prod") == first, red.output
        scenario.at(337)  # the successor is active
        assert stack.up("--refresh").code != 0
        traffic.go_on()
        scenario.sandbox.faults.clear()
        assert _parameter(scenario) == before
        assert scenario.presented("dev") == scenario.presented("prod") == first
        scenario.at(338)
        ok(stack.up("--refresh"))
        traffic.go_on()
        assert _parameter(scenario) == scenario.published()
        assert scenario.presented("dev") == scenario.presented("prod") == first
        scenario.at(339)
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed(known) == []
    assert scenario.presented("dev") == scenario.presented("prod") == second
