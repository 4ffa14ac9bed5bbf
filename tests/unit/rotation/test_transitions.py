"""The transition table, and what each step makes of the rotation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apigw_client_cert.rotation import transitions
from apigw_client_cert.rotation.model import Phase, Rotation
from apigw_client_cert.rotation.transitions import TABLE, IllegalTransition, Step
from tests.unit.rotation.builders import (
    ACTIVE,
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


def test_each_step_and_phase_has_one_row_with_a_meaning() -> None:
    """A second row for the same start would be dead: the table is a function."""
    starts = [(row.step, row.before) for row in TABLE]
    assert len(starts) == len(set(starts))
    assert all(row.meaning and row.after and len(row.after) == len(set(row.after)) for row in TABLE)
    assert Step.NONE not in {row.step for row in TABLE}


def test_creation_gives_one_active_generation_on_offer_from_now() -> None:
    """The first generation is active at once; without a bundle its trust counts from creation."""
    begun = transitions.begin("r1", generation(7, PENDING), NOW, trigger="a")
    assert begun.phase is Phase.STEADY
    assert (begun.rotation_id, begun.highest_number, begun.trigger) == ("r1", 7, "a")
    assert begun.active is not None
    assert begun.active.pending_since == NOW


def test_issue_adds_a_pending_generation_whose_wait_starts_now() -> None:
    """An adopted orphan starts anew too: what the successor carries is overwritten."""
    orphan = generation(2, ACTIVE, pending_since=NOW - 9 * DAY)
    after = transitions.issue(rotation(generation(1)), orphan, NOW)
    assert roles(after) == {1: "active", 2: "pending"}
    assert after.pending is not None
    assert after.pending.pending_since == NOW
    assert after.highest_number == 2


def test_issue_replaces_a_pending_generation_which_stays_trusted_as_a_previous_one() -> None:
    """There is never a second pending one, and nothing live leaves the trust."""
    after = transitions.issue(rotation(generation(1), generation(2, PENDING)), generation(3), NOW)
    assert roles(after) == {1: "active", 2: "previous", 3: "pending"}
    assert all(one.trusted for one in after.generations)


def test_issue_remembers_the_trigger_that_asked_for_it() -> None:
    """The same value does not ask twice; without a value the old one stays."""
    asked = transitions.issue(rotation(generation(1), trigger="a"), generation(2), NOW, trigger="b")
    assert asked.trigger == "b"
    assert transitions.issue(rotation(generation(1), trigger="a"), generation(2), NOW).trigger == "a"


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_number_that_was_used_is_refused_even_when_its_generation_is_gone(number: int) -> None:
    """A number never names two certificates."""
    held = rotation(generation(2), highest_number=3)
    for step in (transitions.issue, transitions.regenerate):
        with pytest.raises(IllegalTransition, match=f"generation {number} cannot be new"):
            step(held, generation(number), NOW)


def test_activate_makes_the_pending_one_active_and_the_former_one_previous() -> None:
    """Step 3 of the procedure."""
    after = transitions.activate(rotation(generation(1), generation(2, PENDING)), 2, NOW)
    assert roles(after) == {1: "previous", 2: "active"}


def test_activate_forgets_what_scans_found_about_the_generation() -> None:
    """Once active again, an old 'unused since' must not count when it is previous the next time."""
    old = generation(1, PREVIOUS, unused_since=NOW - 9 * DAY, scanned_at=NOW, trusted=False)
    after = transitions.activate(rotation(old, generation(2)), 1, NOW, Step.PIN)
    assert after.active is not None
    assert (after.active.unused_since, after.active.scanned_at, after.active.trusted) == (None, None, True)


def test_a_roll_back_lets_the_newer_active_one_wait_as_pending() -> None:
    """Removing the pin leads forward again without generating."""
    newer = generation(2, pending_since=NOW - 9 * DAY)
    after = transitions.activate(rotation(generation(1, PREVIOUS), newer), 1, NOW, Step.PIN)
    assert roles(after) == {1: "active", 2: "pending"}
    assert after.pending is not None
    assert after.pending.pending_since == NOW - 9 * DAY


def test_a_roll_back_while_another_one_is_pending_makes_the_newer_one_previous() -> None:
    """There is never a second pending one."""
    held = rotation(generation(1, PREVIOUS), generation(2), generation(3, PENDING))
    assert roles(transitions.activate(held, 1, NOW, Step.PIN)) == {1: "active", 2: "previous", 3: "pending"}


def test_a_pin_to_the_pending_one_makes_the_former_one_previous() -> None:
    """Forward by pin is like an activation."""
    held = rotation(generation(1), generation(2, PENDING))
    assert roles(transitions.activate(held, 2, NOW, Step.PIN)) == {1: "previous", 2: "active"}


def test_recovering_does_not_make_the_expired_one_pending() -> None:
    """Only a pin rolls back; an expired one leaves the trust in the same step."""
    held = rotation(generation(1, PREVIOUS), generation(2, left=-SECOND))
    after = transitions.activate(held, 1, NOW, Step.RECOVER)
    assert roles(after) == {1: "active", 2: "previous"}
    assert [one.trusted for one in after.generations] == [True, False]


def test_recovering_from_a_loss_needs_no_former_active_one() -> None:
    """A pending generation takes the place of one that is gone."""
    assert roles(transitions.activate(rotation(generation(2, PENDING)), 2, NOW, Step.RECOVER)) == {2: "active"}


def test_regenerate_puts_all_dead_ones_behind_the_fresh_one() -> None:
    """The fresh one is active at once: nothing else could be presented."""
    held = rotation(generation(1, left=-DAY), generation(2, PENDING, left=-HOUR), trigger="a")
    after = transitions.regenerate(held, generation(3, PENDING), NOW, trigger="b")
    assert roles(after) == {1: "previous", 2: "previous", 3: "active"}
    assert [one.trusted for one in after.generations] == [False, False, True]
    assert after.trigger == "b"
    assert after.active is not None
    assert after.active.pending_since == NOW


def test_a_clean_scan_starts_the_unused_time_and_later_ones_continue_it() -> None:
    """The overlap is measured from the first of an unbroken run of clean scans."""
    first = transitions.confirm(rotation(generation(1, PREVIOUS), generation(2)), {}, NOW)
    second = transitions.confirm(first, {}, NOW + DAY)
    assert [one.unused_since for one in second.previous] == [NOW]
    assert [one.scanned_at for one in second.previous] == [NOW + DAY]


def test_a_scan_that_finds_a_user_clears_the_unused_time_and_names_the_stages() -> None:
    """The count starts anew after the last user; the names are sorted and distinct."""
    held = rotation(
        generation(1, PREVIOUS, unused_since=NOW - DAY),
        generation(2, PREVIOUS, unused_since=NOW - DAY),
        generation(3),
    )
    after = transitions.confirm(held, {1: ["b/prod", "a/dev"], 2: ["a/dev"]}, NOW)
    assert [one.unused_since for one in after.previous] == [None, None]
    assert after.retirement_blocked_by == ("a/dev", "b/prod")


def test_a_user_of_one_previous_generation_does_not_hold_back_another() -> None:
    """Each generation has its own unused time."""
    held = rotation(generation(1, PREVIOUS), generation(2, PREVIOUS), generation(3))
    after = transitions.confirm(held, {1: ["a/dev"]}, NOW)
    assert [one.unused_since for one in after.previous] == [None, NOW]


def test_an_unused_time_in_the_future_proves_nothing() -> None:
    """It was recorded by a clock that ran ahead: the count starts now."""
    held = rotation(generation(1, PREVIOUS, unused_since=NOW + 40 * DAY), generation(2))
    assert transitions.confirm(held, {}, NOW).previous[0].unused_since == NOW


def test_a_scan_leaves_active_and_pending_ones_alone() -> None:
    """Only previous generations are looked for."""
    held = rotation(generation(1, PREVIOUS), generation(2), generation(3, PENDING))
    after = transitions.confirm(held, {}, NOW)
    assert (after.active, after.pending) == (held.active, held.pending)


def test_retire_drops_what_was_deleted_and_keeps_its_number_used() -> None:
    """The last step of the procedure."""
    after = transitions.retire(rotation(generation(1, PREVIOUS), generation(2)), [1], {}, NOW)
    assert after.phase is Phase.STEADY
    assert roles(after) == {2: "active"}
    newest_gone = transitions.lose(rotation(generation(1), generation(2, PENDING)), [2], NOW)
    assert newest_gone.highest_number == 2


def test_retirement_that_finds_a_user_counts_as_a_scan_with_a_user() -> None:
    """Somebody came back between the two scans: the wait starts anew."""
    held = rotation(generation(1, PREVIOUS, unused_since=NOW - 5 * DAY), generation(2))
    after = transitions.retire(held, [], {1: ["a/dev"]}, NOW)
    assert after.previous[0].unused_since is None
    assert after.retirement_blocked_by == ("a/dev",)


def test_nothing_blocks_a_retirement_that_is_over() -> None:
    """Names of stages do not outlive the generations that they presented."""
    held = rotation(generation(1, PREVIOUS), generation(2), blocked_by=["a/dev"])
    assert transitions.retire(held, [1], {}, NOW).retirement_blocked_by == ()
    assert transitions.lose(held, [1], NOW).retirement_blocked_by == ()


def test_other_steps_keep_the_names_of_the_last_scan() -> None:
    """What blocks a retirement is reported until another scan."""
    held = rotation(generation(1, PREVIOUS), generation(2), blocked_by=["a/dev"])
    assert transitions.issue(held, generation(3), NOW).retirement_blocked_by == ("a/dev",)


def test_withdraw_takes_expired_previous_ones_out_of_the_trust_only() -> None:
    """They stay in AWS until nobody presents them; live ones stay trusted."""
    held = rotation(generation(1, PREVIOUS, left=-DAY), generation(2, PREVIOUS), generation(3))
    after = transitions.withdraw(held, NOW)
    assert {one.number: one.trusted for one in after.generations} == {1: False, 2: True, 3: True}


def test_an_expired_active_one_stays_on_offer() -> None:
    """Trust of the active one is never the rotation's to withdraw; the bundle drops expired ones by itself."""
    held = rotation(generation(1, PREVIOUS, left=-2 * DAY), generation(2, left=-DAY))
    assert [one.trusted for one in transitions.withdraw(held, NOW).generations] == [False, True]


def test_what_was_withdrawn_by_a_clock_that_ran_ahead_is_trusted_again() -> None:
    """A stage may still present it, and it is alive after all (invariant 12)."""
    held = rotation(generation(1, PREVIOUS, trusted=False), generation(2))
    assert transitions.confirm(held, {1: ["a/dev"]}, NOW).previous[0].trusted


@pytest.mark.parametrize(
    ("held", "gone", "phase"),
    [
        (rotation(generation(1)), [1], Phase.LOST),
        (rotation(generation(1), generation(2, PENDING)), [2], Phase.STEADY),
        (rotation(generation(1), generation(2, PENDING)), [1], Phase.LOST),
        (rotation(generation(1, PREVIOUS), generation(2)), [1], Phase.STEADY),
        (rotation(generation(1, PREVIOUS), generation(2), generation(3, PENDING)), [3], Phase.OVERLAPPING),
        (rotation(generation(1, PREVIOUS), generation(2), generation(3, PENDING)), [1], Phase.PUBLISHED),
        (rotation(generation(1, PREVIOUS), generation(2), generation(3, PENDING)), [1, 2, 3], Phase.LOST),
        (rotation(generation(1, PREVIOUS)), [1], Phase.LOST),
    ],
)
def test_what_somebody_deleted_is_forgotten(held: Rotation, gone: list[int], phase: Phase) -> None:
    """Every loss leads to a phase of the table, and the numbers stay used."""
    after = transitions.lose(held, gone, NOW)
    assert after.phase is phase
    assert not set(roles(after)) & set(gone)
    assert after.highest_number == held.highest_number


@pytest.mark.parametrize("gone", [[], [9]])
def test_nothing_lost_changes_nothing(gone: list[int]) -> None:
    """A refresh with nothing to tell returns the very same state."""
    held = rotation(generation(1, PREVIOUS, left=-DAY), generation(2))
    assert transitions.lose(held, gone, NOW) is held


def test_a_trigger_that_asks_for_nothing_is_remembered() -> None:
    """Set for the first time, or unset: no rotation, but the next change is compared with it."""
    held = rotation(generation(1))
    assert transitions.remember_trigger(held, "a") == replace(held, trigger="a")
    assert transitions.remember_trigger(replace(held, trigger="a"), None) == held


def test_a_step_that_the_table_does_not_know_raises_and_names_the_phases() -> None:
    """Nothing but the table decides what may follow."""
    steady = rotation(generation(1))
    with pytest.raises(IllegalTransition, match="activate does not lead from steady to lost"):
        transitions.activate(steady, 2, NOW)
    with pytest.raises(IllegalTransition, match="confirm does not lead from steady to steady"):
        transitions.confirm(steady, {}, NOW)


@pytest.mark.parametrize("deleted", [[2], [3], [1, 2, 3]])
def test_retirement_can_never_take_the_active_or_the_pending_one(deleted: list[int]) -> None:
    """The table lists no such end of a retirement."""
    held = rotation(generation(1, PREVIOUS), generation(2), generation(3, PENDING))
    with pytest.raises(IllegalTransition):
        transitions.retire(held, deleted, {}, NOW)
