"""A rollback in an incident goes back in its first run, unless going would lose a backend (invariants 1 and 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apigw_sandbox import Fault, FaultKind
from tests.harm.conftest import STAGES, TRUSTED, ok, sha256

if TYPE_CHECKING:
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e
FILE: dict[str, Any] = {"type": "file", "path": TRUSTED, "content": "python"}
PARAMETER: dict[str, Any] = {"type": "ssm", "name": "/orders/pins", "content": "sha256"}


@pytest.mark.parametrize("trouble", ["a target was added", "a target cannot be read"])
def test_a_rollback_waits_neither_for_a_new_lead_nor_for_a_target_that_tells_nothing(
    scenario: Scenario, trouble: str
) -> None:
    """The backend refuses the new certificate; the old one lives, and is in the file that it reads."""
    denied = trouble == "a target cannot be read"
    stack = scenario.orders(publish=[FILE, PARAMETER] if denied else [FILE])
    ok(stack.up())
    scenario.at(336)
    ok(stack.up())
    scenario.at(337.1)
    ok(stack.up())
    first, second = scenario.ids()
    scenario.at(337.2)
    if not denied:
        scenario.declare(stack, publish=[FILE, PARAMETER])
        ok(stack.up("--refresh"))
    assert [scenario.presented(stage) for stage in STAGES] == [second, second]
    scenario.reader.refuses = {sha256(scenario.pem(second))}
    if denied:
        scenario.sandbox.faults.add(Fault(kind=FaultKind.ACCESS_DENIED, action="GetParameter"))
    scenario.declare(stack, publish=[FILE, PARAMETER], pinGeneration=1)
    scenario.at(337.3)
    with scenario.traffic() as traffic:
        traffic.go_on()
        assert traffic.failed()
        outcome = stack.up("--refresh")
        assert outcome.succeeded is not denied, outcome.output
        mended = traffic.go_on()
        assert [scenario.presented(stage) for stage in STAGES] == [first, first], outcome.output
        scenario.at(337.8)
        assert stack.up("--refresh").succeeded is not denied
        traffic.go_on()
    assert traffic.failed(mended) == []
