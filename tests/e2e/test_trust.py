"""The published file is edited, reverted, deleted or cannot be written: no stage outruns what backends trust."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import certificate, numbers, ok, quiet, refused

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.pulumi_stack import PulumiStack
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e

CHANGED = "orders-trust: file pins.txt was changed by somebody else; this update writes it again"
GONE = "orders-trust: file pins.txt does not exist any more; this update writes it again"


def _pins(stack: PulumiStack) -> list[str]:
    return (stack.folder / "pins.txt").read_text().splitlines()


def test_the_published_file_is_reverted_just_before_the_switch(scenario: Scenario) -> None:
    """Invariant 1: the run that activates repairs the file, restarts the wait, and moves no stage before its end."""
    stack = scenario.published()
    first, second = scenario.ids()
    both = _pins(stack)
    (stack.folder / "pins.txt").write_text(both[0] + "\n")

    scenario.at(337)
    before = scenario.mark()
    said = ok(stack.up("--refresh"))
    assert CHANGED in said
    assert (
        f"stage {scenario.api}/dev keeps {first} until {scenario.day(337.9)}: backends have not trusted {second}"
        in said
    )
    assert _pins(stack) == both
    assert stack.outputs("StageBinding", "orders-dev")["waitingUntil"] == scenario.day(337.9)

    scenario.at(337.5)
    ok(stack.up("--refresh"))
    assert certificate(stack)["retirementBlockedBy"] == [f"{scenario.api}/dev", f"{scenario.api}/prod"]
    quiet(stack)
    assert scenario.actions(before) == []
    assert scenario.presented("dev") == scenario.presented("prod") == first

    scenario.at(337.95)
    ok(stack.up("--refresh"))
    assert scenario.presented("dev") == scenario.presented("prod") == second


def test_the_published_file_is_reverted_and_nobody_refreshes(scenario: Scenario) -> None:
    """The bundle is read again in the run that activates, whether or not the stack was refreshed."""
    stack = scenario.published()
    first, second = scenario.ids()
    both = _pins(stack)
    (stack.folder / "pins.txt").write_text(both[0] + "\n")
    scenario.at(337)
    said = ok(stack.up())
    assert (
        f"stage {scenario.api}/prod keeps {first} until {scenario.day(337.9)}: backends have not trusted {second}"
        in said
    )
    assert _pins(stack) == both
    assert scenario.presented("dev") == scenario.presented("prod") == first


@pytest.mark.parametrize("damage", ["deleted", "edited"])
def test_the_published_file_is_damaged_early_in_the_lead(scenario: Scenario, damage: str) -> None:
    """A refresh in the middle of the lead repairs it; the wait counts from then, and the rotation goes on."""
    stack = scenario.published()
    first, second = scenario.ids()
    both = _pins(stack)
    file = stack.folder / "pins.txt"
    if damage == "deleted":
        file.unlink()
    else:
        file.write_text("# these pins are under repair\n")
    scenario.at(336.5)
    assert (GONE if damage == "deleted" else CHANGED) in ok(stack.up("--refresh"))
    assert _pins(stack) == both
    quiet(stack)

    scenario.at(337)
    ok(stack.up())
    assert scenario.presented("dev") == scenario.presented("prod") == first
    scenario.at(337.41)
    ok(stack.up())
    assert scenario.presented("dev") == scenario.presented("prod") == second


def _block(file: Path) -> None:
    """A folder in the place of the file: not even root can write there."""
    file.unlink()
    file.mkdir()


def test_the_bundle_cannot_be_written_for_weeks(scenario: Scenario) -> None:
    """Invariants 1, 8: every run is red and names the target; no stage moves, not even in the certificate's last days.

    Once it can be written, backends get their lead before the stages move: there is still time for it.
    """
    stack = scenario.stack()
    ok(stack.up())
    (first,) = scenario.ids()
    scenario.at(336)
    _block(stack.folder / "pins.txt")
    for day in (336, 337, 362.5):
        scenario.at(day)
        said = refused(stack.up("--refresh"))
        assert "file pins.txt cannot be" in said
        assert "Correct `path`" in said
        assert scenario.presented("dev") == scenario.presented("prod") == first
    assert numbers(stack) == {1: "previous", 2: "active"}
    second = scenario.ids()[-1]

    binding = next(one["urn"] for one in stack.resources("StageBinding") if one["urn"].endswith("orders-dev"))
    said = refused(stack.up("--target", binding))
    assert f"Stage {scenario.api}/dev must leave {first}, which expires soon, but {second} is not in the trust" in said
    assert "Find out why the bundle's last update failed" in said
    assert scenario.presented("dev") == first

    (stack.folder / "pins.txt").rmdir()
    assert f"keeps {first} until 2027-02-28T19:36:00Z" in ok(stack.up("--refresh"))
    assert len(_pins(stack)) == 2
    assert scenario.presented("dev") == scenario.presented("prod") == first

    scenario.at(363.5)
    ok(stack.up("--refresh"))
    assert scenario.presented("dev") == scenario.presented("prod") == second
