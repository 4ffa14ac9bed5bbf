"""A trigger that changes with every run, as a commit id does, comes round and round, and never fills the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harm.conftest import ok

if TYPE_CHECKING:
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e


def test_a_trigger_that_never_rests_with_room_for_one_successor(scenario: Scenario) -> None:
    """Issue, activate, confirm, retire, and again: what the rotation replaces is gone before the next one begins."""
    stack = scenario.orders(rotationTrigger="commit 0")
    ok(stack.up())
    first = scenario.ids()
    scenario.sandbox.change(certificate_quota=2)
    with scenario.traffic() as traffic:
        for day in (1, 2, 3, 6, 7, 8, 9, 12):
            scenario.at(day)
            scenario.declare(stack, rotationTrigger=f"commit {day}")
            ok(stack.up("--refresh"))
            traffic.go_on()
            assert scenario.trusted_everywhere()
    assert traffic.failed() == []
    assert len(scenario.ids()) == 1
    made = [one.resource for one in scenario.changes() if one.action == "GenerateClientCertificate"]
    gone = [one.resource for one in scenario.changes() if one.action == "DeleteClientCertificate"]
    assert (len(made), gone) == (3, made[:2])
    assert first == made[:1]
