"""The certificate's rules, one scenario each: activation and the pin."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.rotation import transitions
from apigw_client_cert.rotation.decide import decide, pin_in_force
from apigw_client_cert.rotation.policy import Policy
from apigw_client_cert.rotation.transitions import Step
from tests.unit.rotation.builders import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    PENDING,
    PREVIOUS,
    SECOND,
    generation,
    rotation,
)

if TYPE_CHECKING:
    from datetime import datetime

    from apigw_client_cert.rotation.model import Rotation

POLICY = Policy()
LEAD_SERVED = timedelta(hours=22, minutes=48)


def step(held: Rotation, policy: Policy = POLICY, now: datetime = NOW) -> Step:
    """Which step is due."""
    return decide(held, policy, now).step


# --- activation ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("waited", "due"), [(LEAD_SERVED - SECOND, Step.NONE), (LEAD_SERVED, Step.ACTIVATE), (DAY, Step.ACTIVATE)]
)
def test_the_pending_one_is_activated_after_95_per_cent_of_its_lead(waited: timedelta, due: Step) -> None:
    """From pendingSince, to the second."""
    held = rotation(generation(1, left=20 * DAY), generation(2, PENDING, pending_since=NOW - waited))
    decision = decide(held, POLICY, NOW)
    assert decision.step is due
    assert (decision.next_action, decision.next_action_at) == (Step.ACTIVATE, NOW - waited + LEAD_SERVED)
    if due is Step.ACTIVATE:
        assert (decision.numbers, decision.reason) == ((2,), "lead-served")


@pytest.mark.parametrize("early", [-MINUTE, timedelta(0), MINUTE])
def test_an_exact_daily_schedule_does_not_slip(early: timedelta) -> None:
    """A run that starts a minute early the next day still activates."""
    held = rotation(generation(1, left=20 * DAY), generation(2, PENDING, pending_since=NOW))
    assert step(held, now=NOW + DAY - early) is Step.ACTIVATE


def test_the_lead_counts_from_pending_since_not_from_aws_creation_date() -> None:
    """An adopted orphan may be old; nobody was told to trust it before."""
    orphan = generation(2, PENDING, left=355 * DAY, pending_since=NOW - HOUR)
    assert step(rotation(generation(1, left=20 * DAY), orphan)) is Step.NONE


@pytest.mark.parametrize(("left", "due"), [(3 * DAY + SECOND, Step.NONE), (3 * DAY, Step.ACTIVATE)])
def test_within_activate_by_the_wait_is_over(left: timedelta, due: Step) -> None:
    """A short lead is better than an expired certificate."""
    held = rotation(generation(1, left=left), generation(2, PENDING, pending_since=NOW))
    decision = decide(held, POLICY, NOW)
    assert decision.step is due
    assert decision.next_action is Step.ACTIVATE
    if due is Step.ACTIVATE:
        assert decision.reason == "expiring"


def test_a_late_run_issues_and_leaves_the_activation_to_the_next_run() -> None:
    """Never in the run that generated, however late it is."""
    held = rotation(generation(1, left=DAY))
    assert step(held) is Step.ISSUE
    after = transitions.issue(held, generation(2, left=365 * DAY), NOW)
    assert step(after, now=NOW + SECOND) is Step.ACTIVATE


def test_a_pending_one_that_nobody_dated_waits_until_activate_by() -> None:
    """Without a pendingSince no lead can have been served."""
    held = rotation(generation(1, left=20 * DAY), generation(2, PENDING))
    decision = decide(held, POLICY, NOW)
    assert (decision.next_action, decision.next_action_at) == (Step.ACTIVATE, NOW + 17 * DAY)


@pytest.mark.parametrize("waiting", [timedelta(0), 300 * DAY])
def test_a_pending_one_that_is_nearly_due_itself_is_replaced_not_activated(waiting: timedelta) -> None:
    """It would only be rotated away again."""
    pending = generation(2, PENDING, left=30 * DAY, pending_since=NOW - waiting)
    decision = decide(rotation(generation(1, left=25 * DAY), pending), POLICY, NOW)
    assert (decision.step, decision.reason, decision.numbers) == (Step.ISSUE, "pending-expiring", (2,))


def test_a_pending_one_that_will_be_nearly_due_before_its_lead_has_passed_is_not_announced_as_the_next() -> None:
    """What is announced is what will happen."""
    pending = generation(2, PENDING, left=30 * DAY + HOUR, pending_since=NOW)
    decision = decide(rotation(generation(1, left=25 * DAY), pending), POLICY, NOW)
    assert (decision.step, decision.next_action, decision.next_action_at) == (Step.NONE, Step.ISSUE, NOW + HOUR)


def test_a_nearly_due_pending_one_is_activated_when_the_active_one_runs_out() -> None:
    """Backends have trusted it for long; a fresh one would be presented without its lead, or too late."""
    pending = generation(2, PENDING, left=29 * DAY, pending_since=NOW - 300 * DAY)
    held = rotation(generation(1, left=3 * DAY), pending)
    assert step(held) is Step.ACTIVATE
    assert step(transitions.activate(held, 2, NOW)) is Step.ISSUE


def test_a_pending_one_that_runs_out_as_soon_as_the_active_one_is_replaced() -> None:
    """Activating it would gain nothing."""
    pending = generation(2, PENDING, left=3 * DAY, pending_since=NOW - 300 * DAY)
    assert step(rotation(generation(1, left=2 * DAY), pending)) is Step.ISSUE


def test_an_expired_pending_one_is_replaced() -> None:
    """It can never be presented."""
    held = rotation(generation(1, left=20 * DAY), generation(2, PENDING, left=-DAY, pending_since=NOW - DAY))
    assert step(held) is Step.ISSUE


def test_activation_never_waits_for_the_retirement_of_an_older_one() -> None:
    """A foreign stage that keeps generation 1 does not keep us from generation 3."""
    blocked = generation(1, PREVIOUS, left=5 * DAY, scanned_at=NOW - 5 * DAY)
    ripe = generation(2, PREVIOUS, unused_since=NOW - 9 * DAY, scanned_at=NOW - DAY)
    held = rotation(blocked, ripe, generation(3, left=20 * DAY), generation(4, PENDING, pending_since=NOW - 2 * DAY))
    assert step(held) is Step.ACTIVATE


def test_issuing_never_waits_for_the_retirement_of_an_older_one() -> None:
    """A rotation may begin while the last one has not ended."""
    blocked = generation(1, PREVIOUS, left=-5 * DAY, scanned_at=NOW - 5 * DAY)
    assert step(rotation(blocked, generation(2, left=20 * DAY))) is Step.ISSUE


# --- the pin ------------------------------------------------------------------------------------------------------

ROLLED = rotation(generation(1, PREVIOUS, left=25 * DAY), generation(2, left=350 * DAY, pending_since=NOW - 9 * DAY))


def test_a_pin_to_a_previous_one_rolls_back_at_once() -> None:
    """Rollback does not wait."""
    decision = decide(ROLLED, replace(POLICY, pin=1), NOW)
    assert (decision.step, decision.numbers, decision.reason) == (Step.PIN, (1,), "pinned")


def test_after_a_roll_back_the_newer_one_waits_and_returns_when_the_pin_is_removed() -> None:
    """Rollback and back, without generating anything."""
    back = transitions.activate(ROLLED, 1, NOW, Step.PIN)
    frozen = decide(back, replace(POLICY, pin=1), NOW)
    assert (frozen.step, frozen.next_action, frozen.next_action_at) == (Step.NONE, Step.ACTIVATE, NOW + 22 * DAY)
    forward = decide(back, POLICY, NOW)
    assert (forward.step, forward.numbers) == (Step.ACTIVATE, (2,))


def test_a_pin_to_the_pending_one_activates_it_before_its_lead() -> None:
    """The owner decides; the bindings still wait for what was published."""
    held = rotation(generation(1), generation(2, PENDING, pending_since=NOW))
    decision = decide(held, replace(POLICY, pin=2), NOW)
    assert (decision.step, decision.numbers) == (Step.PIN, (2,))


def test_a_pin_to_the_active_one_freezes_activation_until_activate_by() -> None:
    """A pending one waits, however long; a forgotten pin does not become an outage."""
    held = rotation(generation(1, left=20 * DAY), generation(2, PENDING, pending_since=NOW - 9 * DAY))
    decision = decide(held, replace(POLICY, pin=1), NOW)
    assert (decision.step, decision.next_action) == (Step.NONE, Step.ACTIVATE)
    assert decision.next_action_at == NOW + 17 * DAY
    after = decide(held, replace(POLICY, pin=1), NOW + 17 * DAY + MINUTE)
    assert (after.step, after.next_action_at) == (Step.ACTIVATE, NOW + 17 * DAY)


def test_a_pin_freezes_retirement() -> None:
    """What one may want to roll back to is not deleted; it is not even looked at."""
    ripe = generation(1, PREVIOUS, unused_since=NOW - 9 * DAY, scanned_at=NOW - DAY)
    held = rotation(ripe, generation(2))
    assert step(held, replace(POLICY, pin=2)) is Step.NONE
    assert step(rotation(generation(1, PREVIOUS), generation(2)), replace(POLICY, pin=2)) is Step.NONE
    assert step(held) is Step.RETIRE


def test_a_pin_keeps_nothing_that_is_over() -> None:
    """Nobody rolls back to it, and in a full account it takes the room of the successor; told before it is due."""
    pinned = replace(POLICY, pin=2)
    dying = generation(1, PREVIOUS, left=DAY)
    announced = decide(rotation(dying, generation(2)), pinned, NOW)
    assert (announced.step, announced.next_action, announced.next_action_at) == (Step.NONE, Step.WITHDRAW, NOW + DAY)
    over = replace(dying, trusted=False)
    assert step(rotation(over, generation(2)), pinned, NOW + DAY) is Step.CONFIRM
    seen = replace(over, unused_since=NOW - 9 * DAY, scanned_at=NOW - DAY)
    assert step(rotation(seen, generation(2)), pinned, NOW + DAY) is Step.RETIRE


def test_a_pin_does_not_freeze_publishing() -> None:
    """The successor is issued in time, so that it is trusted when the pin ends."""
    assert step(rotation(generation(1, left=29 * DAY)), replace(POLICY, pin=1)) is Step.ISSUE


def test_a_pin_does_not_keep_an_expired_one_in_the_trust() -> None:
    """Withdrawal follows from the expiry alone."""
    held = rotation(generation(1, PREVIOUS, left=-DAY), generation(2))
    assert step(held, replace(POLICY, pin=2)) is Step.WITHDRAW


def test_a_pin_to_a_generation_that_is_gone_is_ignored_with_a_warning() -> None:
    """It died later: a warning, not an error."""
    decision = decide(rotation(generation(2)), replace(POLICY, pin=1), NOW)
    assert decision.step is Step.NONE
    assert [one.reason for one in decision.findings] == ["pin-gone"]
    assert "pin_generation=1 is ignored" in decision.findings[0].message


@pytest.mark.parametrize(
    ("left", "in_force"), [(3 * DAY + SECOND, True), (3 * DAY, False), (timedelta(0), False), (-DAY, False)]
)
def test_a_pin_ends_activate_by_before_its_generation_does(*, left: timedelta, in_force: bool) -> None:
    """The warning names the certificate and its last minute."""
    held = rotation(generation(1, PREVIOUS, left=left), generation(2))
    pinned, finding = pin_in_force(held, replace(POLICY, pin=1), NOW)
    assert (pinned is not None) is in_force
    assert (finding is None) is in_force
    if finding is not None:
        assert finding.reason == "pin-expiring"
        assert "certificate gen1 (generation 1)" in finding.message
        assert f"{NOW + left:%Y-%m-%dT%H:%MZ}" in finding.message


def test_when_the_pinned_one_is_dying_its_successor_takes_over() -> None:
    """With the warning, and retirement stands still no longer."""
    held = transitions.activate(ROLLED, 1, NOW, Step.PIN)
    decision = decide(held, replace(POLICY, pin=1), NOW + 22 * DAY)
    assert (decision.step, decision.numbers) == (Step.ACTIVATE, (2,))
    assert [one.reason for one in decision.findings] == ["pin-expiring"]


def test_without_a_pin_there_is_nothing_in_force() -> None:
    """And nothing to warn of."""
    assert pin_in_force(ROLLED, POLICY, NOW) == (None, None)
