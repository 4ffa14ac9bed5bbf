"""The certificate's rules, one scenario each: confirm, retire, withdraw, and recovery from each loss."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.rotation import transitions
from apigw_client_cert.rotation.decide import decide
from apigw_client_cert.rotation.model import Phase
from apigw_client_cert.rotation.policy import Policy
from apigw_client_cert.rotation.transitions import Step
from tests.unit.rotation.builders import (
    DAY,
    HOUR,
    NOW,
    PENDING,
    PREVIOUS,
    SECOND,
    generation,
    roles,
    rotation,
)

if TYPE_CHECKING:
    from apigw_client_cert.rotation.model import Rotation

POLICY = Policy()
OVERLAP_SERVED = timedelta(hours=68, minutes=24)
PAUSE_SERVED = timedelta(hours=22, minutes=48)


# --- confirm ------------------------------------------------------------------------------------------------------


def test_a_previous_one_that_was_never_looked_for_is_looked_for_now() -> None:
    """The run after the activation confirms."""
    decision = decide(rotation(generation(1, PREVIOUS), generation(2)), POLICY, NOW)
    assert (decision.step, decision.numbers, decision.reason) == (Step.CONFIRM, (1,), "overlapping")


@pytest.mark.parametrize(
    ("overlap", "pause"), [(72 * HOUR, PAUSE_SERVED), (24 * HOUR, PAUSE_SERVED), (10 * HOUR, 9.5 * HOUR)]
)
def test_a_blocked_retirement_comes_back_in_the_overlap_or_a_day(overlap: timedelta, pause: timedelta) -> None:
    """min(overlap, 24h), counted as served from 95 %: often enough, and no perpetual difference."""
    policy = replace(POLICY, overlap=overlap)
    held = rotation(generation(1, PREVIOUS), generation(2))
    found = transitions.confirm(held, {1: ["a/dev"]}, NOW)
    quiet = decide(found, policy, NOW + pause - SECOND)
    assert (quiet.step, quiet.next_action, quiet.next_action_at) == (Step.NONE, Step.CONFIRM, NOW + pause)
    again = decide(found, policy, NOW + pause)
    assert (again.step, again.reason) == (Step.CONFIRM, "still-in-use")


def test_a_user_found_at_retirement_comes_back_after_a_pause_too() -> None:
    """The second scan is a scan like any other."""
    ripe = generation(1, PREVIOUS, unused_since=NOW - 4 * DAY, scanned_at=NOW - 4 * DAY)
    found = transitions.retire(rotation(ripe, generation(2)), [], {1: ["a/dev"]}, NOW)
    decision = decide(found, POLICY, NOW)
    assert (decision.step, decision.next_action_at) == (Step.NONE, NOW + PAUSE_SERVED)


def test_a_scan_that_could_not_see_everything_counts_as_in_use() -> None:
    """What was not seen is named like a stage; nothing is deleted on the strength of it."""
    ripe = generation(1, PREVIOUS, unused_since=NOW - 4 * DAY, scanned_at=NOW - 4 * DAY)
    found = transitions.retire(rotation(ripe, generation(2)), [], {1: ["unknown: GET /restapis: 403"]}, NOW)
    assert found.previous[0].unused_since is None
    assert found.retirement_blocked_by == ("unknown: GET /restapis: 403",)


def test_a_scan_in_the_future_proves_nothing() -> None:
    """A clock was put back: look now."""
    held = rotation(generation(1, PREVIOUS, scanned_at=NOW + 900 * DAY), generation(2))
    assert decide(held, POLICY, NOW).step is Step.CONFIRM


def test_an_unused_time_in_the_future_is_looked_at_again() -> None:
    """A clock was put back: it neither retires now nor waits for years."""
    held = rotation(generation(1, PREVIOUS, unused_since=NOW + 900 * DAY, scanned_at=NOW + 900 * DAY), generation(2))
    decision = decide(held, POLICY, NOW)
    assert decision.step is Step.CONFIRM
    after = transitions.confirm(held, {}, NOW)
    assert decide(after, POLICY, NOW).next_action_at == NOW + OVERLAP_SERVED


def test_an_unused_time_just_ahead_asks_for_no_look_that_would_find_nothing_due() -> None:
    """Another machine's clock is a second ahead: the next look would come when that instant has passed and counts."""
    held = rotation(generation(1, PREVIOUS, unused_since=NOW + SECOND, scanned_at=NOW), generation(2))
    decision = decide(held, POLICY, NOW)
    assert (decision.step, decision.next_action) == (Step.NONE, Step.RETIRE)
    assert decision.next_action_at == NOW + SECOND + OVERLAP_SERVED


# --- retire -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unused", "due"),
    [(OVERLAP_SERVED - SECOND, Step.NONE), (OVERLAP_SERVED, Step.RETIRE), (72 * HOUR, Step.RETIRE)],
)
def test_a_previous_one_is_retired_after_the_overlap_without_a_user(unused: timedelta, due: Step) -> None:
    """From the first clean scan, to the second; 95 % of the wait counts as served."""
    held = rotation(generation(1, PREVIOUS, unused_since=NOW - unused, scanned_at=NOW - unused), generation(2))
    decision = decide(held, POLICY, NOW)
    assert decision.step is due
    assert (decision.next_action, decision.next_action_at) == (Step.RETIRE, NOW - unused + OVERLAP_SERVED)
    if due is Step.RETIRE:
        assert (decision.numbers, decision.reason) == ((1,), "unused")


def test_the_overlap_counts_from_the_clean_scan_not_from_the_activation() -> None:
    """Long after the activation, a first clean scan still starts the whole overlap."""
    held = rotation(generation(1, PREVIOUS, scanned_at=NOW - DAY), generation(2, pending_since=NOW - 90 * DAY))
    after = transitions.confirm(held, {}, NOW)
    decision = decide(after, POLICY, NOW)
    assert (decision.step, decision.next_action_at) == (Step.NONE, NOW + OVERLAP_SERVED)


def test_all_that_are_ripe_are_retired_together() -> None:
    """One scan serves them all; what is not ripe stays."""
    held = rotation(
        generation(1, PREVIOUS, unused_since=NOW - 9 * DAY, scanned_at=NOW - DAY),
        generation(2, PREVIOUS, unused_since=NOW - 4 * DAY, scanned_at=NOW - DAY),
        generation(3, PREVIOUS, unused_since=NOW - 2 * DAY, scanned_at=NOW - DAY),
        generation(4),
    )
    decision = decide(held, POLICY, NOW)
    assert (decision.step, decision.numbers) == (Step.RETIRE, (1, 2))
    assert decision.next_action_at == NOW - 9 * DAY + OVERLAP_SERVED


def test_of_those_that_will_be_ripe_the_first_is_announced() -> None:
    """Nothing is due; the next action is the nearest one."""
    held = rotation(
        generation(1, PREVIOUS, unused_since=NOW - DAY, scanned_at=NOW - DAY),
        generation(2, PREVIOUS, unused_since=NOW - 2 * DAY, scanned_at=NOW - DAY),
        generation(3),
    )
    decision = decide(held, POLICY, NOW)
    assert (decision.step, decision.next_action_at) == (Step.NONE, NOW - 2 * DAY + OVERLAP_SERVED)


def test_a_retirement_that_is_due_goes_before_another_look() -> None:
    """The scan before a deletion looks for all previous ones anyway."""
    held = rotation(
        generation(1, PREVIOUS),
        generation(2, PREVIOUS, unused_since=NOW - 9 * DAY, scanned_at=NOW - DAY),
        generation(3),
    )
    assert decide(held, POLICY, NOW).step is Step.RETIRE


def test_an_expired_previous_one_is_still_deleted_when_unused() -> None:
    """Expired ones count towards the quota of 60 like any other."""
    held = rotation(
        generation(1, PREVIOUS, left=-9 * DAY, trusted=False, unused_since=NOW - 4 * DAY, scanned_at=NOW - DAY),
        generation(2),
    )
    assert decide(held, POLICY, NOW).step is Step.RETIRE


# --- withdraw -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("left", "due"), [(SECOND, Step.NONE), (timedelta(0), Step.WITHDRAW), (-DAY, Step.WITHDRAW)])
def test_an_expired_previous_one_leaves_the_trust_bundle(left: timedelta, due: Step) -> None:
    """A foreign stage kept it to the end; nobody accepts it any more."""
    kept = generation(1, PREVIOUS, left=left, scanned_at=NOW)
    decision = decide(rotation(kept, generation(2)), POLICY, NOW)
    assert decision.step is due
    assert (decision.next_action, decision.next_action_at) == (Step.WITHDRAW, NOW + left)


def test_what_has_left_the_bundle_is_not_withdrawn_again() -> None:
    """No perpetual difference while a foreign stage keeps an expired one."""
    kept = generation(1, PREVIOUS, left=-DAY, trusted=False, scanned_at=NOW)
    assert decide(rotation(kept, generation(2)), POLICY, NOW).next_action is Step.CONFIRM


# --- recover ------------------------------------------------------------------------------------------------------


def test_the_active_one_is_gone_and_the_pending_one_takes_over_before_its_lead() -> None:
    """At once: what is presented now exists no more."""
    held = rotation(generation(1, PREVIOUS), generation(3, PENDING, pending_since=NOW))
    decision = decide(held, POLICY, NOW)
    assert (decision.step, decision.numbers, decision.reason) == (Step.RECOVER, (3,), "active-gone")


def test_the_active_one_is_gone_and_a_previous_one_takes_over() -> None:
    """Backends still trust it."""
    decision = decide(rotation(generation(1, PREVIOUS)), POLICY, NOW)
    assert (decision.step, decision.numbers) == (Step.RECOVER, (1,))


def test_of_several_previous_ones_the_longest_lived_takes_over() -> None:
    """Not the one with the highest number."""
    held = rotation(generation(1, PREVIOUS, left=9 * DAY), generation(2, PREVIOUS, left=5 * DAY))
    assert decide(held, POLICY, NOW).numbers == (1,)


def test_an_expired_pending_one_does_not_take_over() -> None:
    """A live previous one does."""
    held = rotation(generation(1, PREVIOUS), generation(2, PENDING, left=-DAY))
    assert decide(held, POLICY, NOW).numbers == (1,)


def test_a_pinned_one_takes_over_before_the_pending_one() -> None:
    """The owner's word counts in a loss too."""
    held = rotation(generation(1, PREVIOUS), generation(2, PENDING))
    assert decide(held, replace(POLICY, pin=1), NOW).numbers == (1,)


@pytest.mark.parametrize("held", [rotation(highest_number=3), rotation(generation(1, PREVIOUS, left=-DAY))])
def test_nothing_is_alive_and_a_fresh_one_is_generated_and_activated_in_one(held: Rotation) -> None:
    """The only case in which a run presents what it generated: there is nothing to protect."""
    decision = decide(held, POLICY, NOW)
    assert (decision.step, decision.reason, decision.next_action_at) == (Step.REGENERATE, "active-gone", NOW)


@pytest.mark.parametrize(("left", "due"), [(SECOND, Step.ISSUE), (timedelta(0), Step.REGENERATE)])
def test_an_expired_active_one_without_a_successor_is_replaced_at_once(left: timedelta, due: Step) -> None:
    """No run came for a month."""
    decision = decide(rotation(generation(1, left=left)), POLICY, NOW)
    assert decision.step is due
    if due is Step.REGENERATE:
        assert (decision.reason, decision.next_action_at) == ("active-expired", NOW)


def test_an_expired_active_one_with_a_successor_gives_way_at_once() -> None:
    """Even to one that was issued this minute."""
    held = rotation(generation(1, left=-SECOND), generation(2, PENDING, pending_since=NOW))
    decision = decide(held, POLICY, NOW)
    assert (decision.step, decision.numbers, decision.reason) == (Step.RECOVER, (2,), "active-expired")


def test_recovery_goes_before_everything_else() -> None:
    """A pin, a trigger, a ripe retirement and an expired previous one wait."""
    held = rotation(
        generation(1, PREVIOUS, left=-DAY),
        generation(2, PREVIOUS, unused_since=NOW - 9 * DAY, scanned_at=NOW - DAY),
        generation(3, left=-SECOND),
        generation(4, PENDING, pending_since=NOW - 2 * DAY),
        trigger="a",
    )
    assert decide(held, replace(POLICY, trigger="b"), NOW).step is Step.RECOVER


@pytest.mark.parametrize(
    ("held", "gone", "end"),
    [
        (rotation(generation(1)), [1], {2: "active"}),
        (rotation(generation(1, left=20 * DAY), generation(2, PENDING, pending_since=NOW)), [1], {2: "active"}),
        (rotation(generation(1, PREVIOUS), generation(2)), [2], {1: "active"}),
        (rotation(generation(1, PREVIOUS), generation(2)), [1], {2: "active"}),
        (rotation(generation(1, PREVIOUS), generation(2)), [1, 2], {3: "active"}),
        (rotation(generation(1), generation(2, PENDING, pending_since=NOW)), [2], {1: "active"}),
        (rotation(generation(1), generation(2, PENDING, pending_since=NOW)), [1, 2], {3: "active"}),
    ],
)
def test_every_loss_by_hand_is_mended_by_the_next_step(held: Rotation, gone: list[int], end: dict[int, str]) -> None:
    """Active, pending, previous or all: one step later something live is active, and no number is used twice."""
    lost = transitions.lose(held, gone, NOW)
    decision = decide(lost, POLICY, NOW)
    if decision.step is Step.RECOVER:
        lost = transitions.activate(lost, decision.numbers[0], NOW, decision.step)
    elif decision.step is Step.REGENERATE:
        lost = transitions.regenerate(lost, generation(lost.highest_number + 1), NOW)
    assert roles(lost) == end
    assert lost.phase is Phase.STEADY


def test_a_lost_pending_one_is_issued_again() -> None:
    """The rotation was due and still is."""
    held = rotation(generation(1, left=20 * DAY), generation(2, PENDING, pending_since=NOW))
    decision = decide(transitions.lose(held, [2], NOW), POLICY, NOW)
    assert decision.step is Step.ISSUE
