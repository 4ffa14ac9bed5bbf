"""The certificate's rules, one scenario each: when a rotation is due, the clock, a whole rotation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.rotation import transitions
from apigw_client_cert.rotation.decide import decide, rotate_at
from apigw_client_cert.rotation.model import Phase
from apigw_client_cert.rotation.policy import Policy
from apigw_client_cert.rotation.transitions import Step
from tests.unit.rotation.builders import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    PENDING,
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


# --- when a rotation is due ---------------------------------------------------------------------------------------


def test_on_day_100_nothing_is_due_and_the_issue_is_announced() -> None:
    """Quiet until rotateAt; the future is told."""
    held = rotation(generation(1, left=265 * DAY))
    decision = decide(held, POLICY, NOW)
    assert (decision.step, decision.reason, decision.numbers) == (Step.NONE, "nothing-due", ())
    assert (decision.next_action, decision.next_action_at) == (Step.ISSUE, NOW + 235 * DAY)
    assert decision.findings == ()


@pytest.mark.parametrize(("late", "due"), [(-SECOND, Step.NONE), (timedelta(0), Step.ISSUE), (9 * DAY, Step.ISSUE)])
def test_a_successor_is_issued_from_rotate_before_on(late: timedelta, due: Step) -> None:
    """To the second, from the observed notAfter."""
    decision = decide(rotation(generation(1, left=30 * DAY - late)), POLICY, NOW)
    assert decision.step is due
    assert (decision.next_action, decision.next_action_at) == (Step.ISSUE, NOW - late)
    assert decision.numbers == ((1,) if due is Step.ISSUE else ())


def test_jitter_makes_a_rotation_due_earlier_by_that_much() -> None:
    """RotateAt = notAfter - rotate_before - jitter."""
    one = generation(1, left=100 * DAY)
    assert rotate_at(one, replace(POLICY, jitter=5 * DAY)) == one.not_after - 35 * DAY


def test_rotate_at_follows_the_observed_expiry_not_the_creation() -> None:
    """AWS decides how long a certificate lives."""
    one = generation(1, left=100 * DAY, life=200 * DAY)
    assert rotate_at(one, POLICY) == one.not_after - 30 * DAY


def test_a_certificate_that_lives_less_than_twice_rotate_before_is_due_at_half_its_life() -> None:
    """A short one, minted for a test, would otherwise be due on arrival, and so would every successor."""
    fresh = generation(1, left=HOUR, life=HOUR)
    assert rotate_at(fresh, POLICY) == NOW + HOUR / 2
    assert step(rotation(fresh)) is Step.NONE


def test_a_certificate_that_ends_before_it_begins_is_due_at_its_end() -> None:
    """Nonsense dates are still a date."""
    one = generation(1, left=DAY, life=-DAY)
    assert rotate_at(one, POLICY) == one.not_after


def test_half_a_life_of_an_odd_number_of_seconds_is_cut_to_a_whole_second() -> None:
    """Dates in state have whole seconds."""
    assert rotate_at(generation(1, left=7 * SECOND, life=7 * SECOND), POLICY) == NOW + 3 * SECOND


@pytest.mark.parametrize(("left", "due"), [(70 * DAY, Step.NONE), (50 * DAY, Step.ISSUE)])
def test_a_changed_threshold_rotates_only_what_is_due_by_it(left: timedelta, due: Step) -> None:
    """Changing rotate_before moves the date; by itself it is no reason to rotate."""
    held = rotation(generation(1, left=left))
    assert step(held) is Step.NONE
    assert step(held, replace(POLICY, rotate_before=60 * DAY)) is due


def test_other_thresholds_do_not_make_a_steady_rotation_due() -> None:
    """publish_lead, overlap and activate_by concern a rotation that has begun."""
    held = rotation(generation(1, left=31 * DAY))
    changed = replace(POLICY, publish_lead=10 * DAY, overlap=10 * DAY, activate_by=9 * DAY)
    assert step(held, changed) is Step.NONE


# --- the clock ----------------------------------------------------------------------------------------------------


def test_a_clock_that_was_ahead_when_the_pending_one_was_issued_delays_it_until_activate_by_only() -> None:
    """PendingSince in the far future: no lead can be proven, but liveness holds."""
    held = rotation(generation(1, left=20 * DAY), generation(2, PENDING, pending_since=NOW + 900 * DAY))
    decision = decide(held, POLICY, NOW)
    assert (decision.step, decision.next_action_at) == (Step.NONE, NOW + 17 * DAY)


def test_a_clock_that_jumps_back_leaves_a_steady_rotation_quiet() -> None:
    """Nothing is due before the certificate was even made."""
    assert step(rotation(generation(1)), now=NOW - 4000 * DAY) is Step.NONE


def test_a_clock_that_jumps_forward_past_every_expiry_asks_for_a_new_one() -> None:
    """Defined, if not useful."""
    assert step(rotation(generation(1), generation(2, PENDING)), now=NOW + 4000 * DAY) is Step.REGENERATE


# --- a whole rotation ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wobble", [timedelta(0), MINUTE, -MINUTE])
def test_an_exact_daily_schedule_takes_its_four_steps_on_the_due_days(wobble: timedelta) -> None:
    """Issue, activate the next day, confirm the next, retire three days later; quiet on all other days."""
    held, steps = rotation(generation(1, left=30 * DAY + HOUR)), {}
    for day in range(12):
        now = NOW + day * DAY + (wobble if day % 2 else timedelta(0))
        decision = decide(held, POLICY, now)
        if decision.step is not Step.NONE:
            steps[day] = decision.step
        if decision.step is Step.ISSUE:
            held = transitions.issue(held, generation(2, left=365 * DAY, now=now), now)
        elif decision.step is Step.ACTIVATE:
            held = transitions.activate(held, 2, now)
        elif decision.step is Step.CONFIRM:
            held = transitions.confirm(held, {}, now)
        elif decision.step is Step.RETIRE:
            held = transitions.retire(held, decision.numbers, {}, now)
    assert steps == {1: Step.ISSUE, 2: Step.ACTIVATE, 3: Step.CONFIRM, 6: Step.RETIRE}
    assert held.phase is Phase.STEADY
