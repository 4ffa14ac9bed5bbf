"""A changed trigger makes a rotation due; during another one it is said, and waits for that one's end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert.rotation import transitions
from apigw_client_cert.rotation.decide import decide, left_out_after
from apigw_client_cert.rotation.model import Severity
from apigw_client_cert.rotation.policy import Policy
from apigw_client_cert.rotation.transitions import Step
from apigw_client_cert.rotation.trigger import MOST_LIVE, trigger_pulled
from tests.unit.rotation.builders import DAY, HOUR, NOW, PENDING, PREVIOUS, generation, rotation

if TYPE_CHECKING:
    from apigw_client_cert.rotation.model import Generation, Rotation

POLICY = Policy()
PULLED = replace(POLICY, trigger="b")


def _presented(number: int, hours: int = 1, **facts: Any) -> Generation:
    """A previous one that somebody presented when it was last looked at."""
    return generation(number, PREVIOUS, scanned_at=NOW - hours * HOUR, **facts)


@pytest.mark.parametrize(
    ("honoured", "asked", "pulled"),
    [
        (None, None, False),
        (None, "a", False),
        ("a", None, False),
        ("a", "a", False),
        ("a", "b", True),
        ("", "a", True),
        ("a", "", True),
    ],
)
def test_only_a_changed_trigger_makes_a_rotation_due(*, honoured: str | None, asked: str | None, pulled: bool) -> None:
    """Set for the first time, or unset, asks for nothing; an empty text is a value."""
    held, policy = rotation(generation(1), trigger=honoured), replace(POLICY, trigger=asked)
    assert trigger_pulled(held, policy) is pulled
    decision = decide(held, policy, NOW)
    assert decision.step is (Step.ISSUE if pulled else Step.NONE)
    assert decision.reason == ("triggered" if pulled else "nothing-due")


def test_a_trigger_does_not_delay_an_activation_that_is_due() -> None:
    """A trigger that changes on every run could otherwise keep a certificate from being used for ever."""
    held = rotation(generation(1), generation(2, PENDING, pending_since=NOW - 2 * DAY), trigger="a")
    assert decide(held, PULLED, NOW).step is Step.ACTIVATE


@pytest.mark.parametrize(
    ("successor", "step", "what"),
    [
        (generation(2, PENDING, pending_since=NOW), Step.NONE, "gen2 (generation 2), which is pending"),
        (generation(2, PREVIOUS), Step.CONFIRM, "gen2 (generation 2) is retired"),
        (generation(2, PREVIOUS, unused_since=NOW, scanned_at=NOW), Step.NONE, "gen2 (generation 2) is retired"),
        (generation(2, PREVIOUS, unused_since=NOW - 9 * DAY, scanned_at=NOW), Step.RETIRE, "generation 2) is retired"),
        (generation(2, PREVIOUS, scanned_at=NOW + DAY), Step.CONFIRM, "gen2 (generation 2) is retired"),
    ],
    ids=["pending", "unconfirmed", "overlap", "ripe", "seen by a clock that was ahead"],
)
def test_during_a_rotation_a_trigger_waits_and_says_for_what(successor: Generation, step: Step, what: str) -> None:
    """The one that is under way goes on: whatever changes in every run, it comes to its end."""
    held = rotation(generation(1), successor, trigger="a")
    decision = decide(held, PULLED, NOW)
    assert decision.step is step
    (finding,) = decision.findings
    assert (finding.reason, finding.severity) == ("trigger-waits", Severity.NOTE)
    assert finding.message.startswith("rotation_trigger changed from 'a' to 'b'; the rotation that it asks for begins")
    assert what in finding.message
    assert decide(held, replace(POLICY, trigger="a"), NOW).findings == ()


def test_a_trigger_waits_for_a_pin_to_be_removed() -> None:
    """A commit that pins changes a trigger that is the commit id; a pin that is ignored is not waited for."""
    held = rotation(generation(1), trigger="a")
    decision = decide(held, replace(PULLED, pin=1), NOW)
    assert decision.step is Step.NONE
    assert "begins when the pin on certificate gen1 (generation 1) is removed" in decision.findings[0].message
    assert decide(held, replace(PULLED, pin=7), NOW).step is Step.ISSUE


def test_what_somebody_presents_is_not_waited_for() -> None:
    """A stage that nobody here manages may do so for ever."""
    held = rotation(_presented(1), generation(2), trigger="a")
    assert decide(held, PULLED, NOW).step is Step.ISSUE


def _many(live: int) -> Rotation:
    previous = [_presented(number) for number in range(2, live + 1)]
    return rotation(_presented(1, left=-DAY, trusted=False), *previous, generation(9), trigger="a")


def test_triggers_make_no_more_than_so_many_live_ones() -> None:
    """Each of the others is presented by somebody; what has expired does not count."""
    assert decide(_many(MOST_LIVE - 1), PULLED, NOW).step is Step.ISSUE
    decision = decide(_many(MOST_LIVE), PULLED, NOW)
    assert decision.step is Step.NONE
    assert decision.findings[0].message.endswith("triggers make no more than 5")


def test_what_expires_is_replaced_however_many_there_are_and_the_trigger_is_honoured_by_it() -> None:
    """The bound must not become the outage; and one new certificate is enough."""
    held = _many(MOST_LIVE)
    running_out = replace(held, generations=(*held.generations[:-1], generation(9, left=20 * DAY)))
    decision = decide(running_out, PULLED, NOW)
    assert (decision.step, decision.reason, decision.findings) == (Step.ISSUE, "expiring", ())
    after = transitions.issue(running_out, generation(10), NOW, trigger="b")
    assert not trigger_pulled(after, PULLED)


def test_an_issue_that_failed_keeps_nothing_else_from_its_turn() -> None:
    """The ripe retirement makes the room; where a certificate may have been made, nothing is deleted."""
    ripe = generation(1, PREVIOUS, unused_since=NOW - 9 * DAY, scanned_at=NOW - DAY)
    held = rotation(ripe, generation(2, left=20 * DAY))
    assert decide(held, POLICY, NOW).step is Step.ISSUE
    known = decide(held, POLICY, NOW, without=left_out_after(Step.ISSUE, nothing_made=True))
    assert (known.step, known.numbers) == (Step.RETIRE, (1,))
    unknown = decide(held, POLICY, NOW, without=left_out_after(Step.ISSUE, nothing_made=False))
    assert unknown.step is Step.NONE


def test_a_deletion_that_failed_keeps_others_looked_after_and_an_activation_that_failed_ends_the_run() -> None:
    """Whoever could not look at what is to be presented begins nothing else."""
    ripe = generation(1, PREVIOUS, unused_since=NOW - 9 * DAY, scanned_at=NOW - DAY)
    held = rotation(ripe, _presented(2, 48), generation(3))
    assert decide(held, POLICY, NOW).step is Step.RETIRE
    assert decide(held, POLICY, NOW, without=left_out_after(Step.RETIRE, nothing_made=True)).step is Step.CONFIRM
    assert decide(held, POLICY, NOW, without=left_out_after(Step.ACTIVATE, nothing_made=True)).step is Step.NONE
