"""The story of one year, step by step."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok

if TYPE_CHECKING:
    from tests.e2e.conftest import Scenario

# One API, on one page of each list; the refresh has listed its stages before.
SCAN = {"GetRestApis": 1, "GetStages": 2, "GetApis": 1}
pytestmark = [pytest.mark.e2e, pytest.mark.always]


def test_a_whole_rotation_publishes_switches_confirms_and_retires(scenario: Scenario) -> None:
    """Each run takes one step, in the order generate, publish, PATCH, delete, and nothing is due in between."""
    stack = scenario.stack()
    ok(stack.up())
    (first,) = scenario.ids()
    assert scenario.presented("dev") == scenario.presented("prod") == first

    scenario.at(100)
    ok(stack.preview("--expect-no-changes"))

    scenario.at(336)
    before = scenario.mark()
    assert not stack.preview("--expect-no-changes").succeeded
    assert _calls(scenario, before) == {}
    ok(stack.up())
    first, second = scenario.ids()
    assert scenario.actions(before) == ["GenerateClientCertificate"]
    assert scenario.presented("dev") == scenario.presented("prod") == first
    assert len((stack.folder / "pins.txt").read_text().splitlines()) == 2
    ok(stack.preview("--expect-no-changes"))

    scenario.at(337)
    before = scenario.mark()
    ok(stack.up("--refresh"))
    assert scenario.actions(before) == ["UpdateStage", "UpdateStage"]
    # The refresh lists the stages of their API, and each move looks at its own.
    assert (_calls(scenario, before)["GetStages"], _calls(scenario, before)["GetStage"]) == (1, 2)
    assert scenario.presented("dev") == scenario.presented("prod") == second

    scenario.at(338)
    before = scenario.mark()
    ok(stack.up("--refresh"))
    assert scenario.actions(before) == []
    assert SCAN.items() <= _calls(scenario, before).items()
    ok(stack.preview("--expect-no-changes"))

    scenario.at(341)
    before = scenario.mark()
    ok(stack.up("--refresh"))
    assert scenario.actions(before) == ["DeleteClientCertificate"]
    assert SCAN.items() <= _calls(scenario, before).items()
    assert scenario.ids() == [second]
    assert len((stack.folder / "pins.txt").read_text().splitlines()) == 1

    ok(stack.destroy())
    assert scenario.ids() == []
    assert scenario.presented("dev") is None


def _calls(scenario: Scenario, since: int) -> Counter[str]:
    """What AWS answered, by action."""
    return Counter(
        one.action for one in scenario.sandbox.journal.entries(since=since) if one.succeeded and not one.console
    )
