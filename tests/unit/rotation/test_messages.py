"""The one line that a preview prints."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.rotation.decide import Decision, decide
from apigw_client_cert.rotation.messages import announce, date, distance, minute
from apigw_client_cert.rotation.policy import Policy
from apigw_client_cert.rotation.transitions import Step, activate
from tests.unit.rotation.builders import DAY, HOUR, MINUTE, NOW, PENDING, PREVIOUS, SECOND, generation, rotation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apigw_client_cert.rotation.model import Rotation

POLICY = Policy()


STAGES = ("k9l8m7n6o5/dev", "k9l8m7n6o5/prod")
MOVE = "k9l8m7n6o5/dev, k9l8m7n6o5/prod move to it"


def line(held: Rotation, policy: Policy = POLICY, now: datetime = NOW, stages: Sequence[str] = STAGES) -> str | None:
    """What the preview of the rotation called orders prints."""
    return announce("orders", held, policy, decide(held, policy, now), now, stages=stages)


def test_nothing_at_all_is_said_when_nothing_is_due() -> None:
    """A quiet preview prints no line of ours."""
    assert line(rotation(generation(3, left=265 * DAY))) is None


def test_a_due_issue_reads_like_the_documented_sample() -> None:
    """Who, when it expires and in how many days, what this update does, and the earliest move."""
    now = datetime(2027, 2, 1, 11, 12, tzinfo=timezone.utc)
    expiry = datetime(2027, 3, 2, 12, 0, tzinfo=timezone.utc)
    held = rotation(generation(3, id="7kq2ab", not_after=expiry, created_date=expiry - 365 * DAY))
    assert line(held, now=now) == (
        "orders: certificate 7kq2ab (generation 3) expires 2027-03-02, in 29 days; this update generates generation 4"
        f" and publishes it; {MOVE} at 2027-02-02T10:00Z at the earliest"
    )


def test_stages_that_are_not_known_are_left_out() -> None:
    """A certificate without bindings, or one whose bindings say who they are by themselves: no stage is spoken of."""
    pending = generation(2, PENDING, pending_since=NOW - DAY)
    for held, policy in (
        (rotation(generation(1, left=20 * DAY), pending), POLICY),
        (rotation(pending), POLICY),
        (rotation(highest_number=4), POLICY),
        (rotation(generation(1, PREVIOUS), generation(2)), replace(POLICY, pin=1)),
    ):
        assert "move" not in (line(held, policy, stages=()) or "move")
    issued = line(rotation(generation(3, left=20 * DAY)), stages=())
    assert issued is not None
    assert issued.endswith(
        "this update generates generation 4 and publishes it; it may be presented from 2027-02-02T10:48Z on"
    )


def test_one_stage_moves_by_itself() -> None:
    """In the singular."""
    assert "; k9l8m7n6o5/dev moves to it at" in (line(rotation(generation(3, left=20 * DAY)), stages=STAGES[:1]) or "")


def test_the_number_announced_is_the_one_that_will_be_used() -> None:
    """Numbers of lost generations are not used again."""
    text = line(rotation(generation(3, left=20 * DAY), highest_number=7))
    assert text is not None
    assert "generates generation 8" in text


def test_the_earliest_move_of_a_late_rotation_is_cut_by_activate_by() -> None:
    """What is announced is what decide() will do."""
    text = line(rotation(generation(1, left=3 * DAY + HOUR)))
    assert text is not None
    assert text.endswith(f"{MOVE} at {minute(NOW + HOUR)} at the earliest")


def test_the_earliest_move_is_never_in_the_past() -> None:
    """Within activate_by it is the next run, that is: from now on."""
    text = line(rotation(generation(1, left=DAY)))
    assert text is not None
    assert text.endswith(f"{MOVE} at {minute(NOW)} at the earliest")


def test_an_issue_under_a_pin_says_how_long_the_pin_holds() -> None:
    """Not the lead, but the pin keeps the stages."""
    text = line(rotation(generation(1, left=20 * DAY)), replace(POLICY, pin=1))
    assert text is not None
    assert text.endswith(f"no stage moves to it while pin_generation=1 is set, until {minute(NOW + 17 * DAY)}")


def test_a_triggered_issue_names_the_trigger_instead_of_the_expiry() -> None:
    """Why it happens now."""
    text = line(rotation(generation(1), trigger="a"), replace(POLICY, trigger="b"))
    assert text is not None
    assert text.startswith("orders: rotation_trigger changed from 'a' to 'b'; this update generates generation 2")


def test_replacing_a_pending_one_names_it() -> None:
    """The pending one is due, not the active one that stages keep."""
    text = line(rotation(generation(1, left=25 * DAY), generation(2, PENDING, left=28 * DAY, pending_since=NOW)))
    assert text is not None
    assert text.startswith(
        "orders: certificate gen2 (generation 2) expires 2027-03-01, in 28 days and is still pending;"
        f" this update generates generation 3 and publishes it; {MOVE} at"
    )


def test_an_activation_names_both_and_since_when_the_successor_is_published() -> None:
    """What moves from where to where, and that backends had time."""
    since = NOW - DAY
    held = rotation(generation(1, left=20 * DAY), generation(2, PENDING, pending_since=since))
    assert line(held) == (
        "orders: certificate gen1 (generation 1) expires 2027-02-21, in 20 days; this update makes certificate gen2"
        f" (generation 2, pending since 2027-01-31T12:00Z) the one to present, and {MOVE}"
    )


@pytest.mark.parametrize("since", [NOW - HOUR, None])
def test_a_hurried_activation_admits_that_the_lead_has_not_passed(since: datetime | None) -> None:
    """With the lead as a user writes it."""
    text = line(rotation(generation(1, left=2 * DAY), generation(2, PENDING, pending_since=since)))
    assert text is not None
    assert f"the one to present although its lead of 1d has not passed, and {MOVE}" in text
    assert (", pending since 2027-02-01T11:00Z)" if since else "(generation 2)") in text


def test_an_activation_at_the_very_end_of_the_lead_is_not_hurried() -> None:
    """Nothing to admit: 95 % of the lead is all of it."""
    since = NOW - timedelta(hours=22, minutes=48)
    text = line(rotation(generation(1, left=20 * DAY), generation(2, PENDING, pending_since=since)))
    assert text is not None
    assert "although" not in text


def test_a_pin_says_what_it_stops() -> None:
    """Rollback, and the freeze that comes with it."""
    held = rotation(generation(1, PREVIOUS), generation(2))
    assert line(held, replace(POLICY, pin=1)) == (
        "orders: pin_generation=1; this update makes certificate gen1 (generation 1) the one to present, and"
        f" {MOVE}; activation and retirement stand still while the pin is set"
    )


def test_the_way_back_from_a_pin_reads_like_an_activation() -> None:
    """The newer one waited as pending."""
    held = rotation(generation(1, PREVIOUS), generation(2, pending_since=NOW - 9 * DAY))
    text = line(activate(held, 1, NOW, Step.PIN))
    assert text is not None
    assert "this update makes certificate gen2 (generation 2, pending since 2027-01-23T12:00Z)" in text


def test_a_recovery_from_a_deletion_is_loud() -> None:
    """AT ONCE, in capitals."""
    assert line(rotation(generation(2, PENDING))) == (
        "orders: the active certificate is gone from AWS; this update makes certificate gen2 (generation 2) the one to"
        f" present AT ONCE, and {MOVE}"
    )


def test_a_recovery_from_an_expiry_names_what_expired() -> None:
    """In the past tense."""
    text = line(rotation(generation(1, left=-2 * DAY), generation(2, PENDING)))
    assert text is not None
    assert text.startswith("orders: certificate gen1 (generation 1) expired 2027-01-30, 2 days ago; this update makes")


def test_a_regeneration_warns_that_backends_will_reject_it() -> None:
    """There is no lead left to give."""
    assert line(rotation(highest_number=4)) == (
        "orders: the active certificate is gone from AWS and no other generation is alive; this update generates"
        f" generation 5, the one to present AT ONCE, and {MOVE}: backends reject it until they trust it"
    )


def test_a_regeneration_after_an_expiry_names_what_expired() -> None:
    """It was not deleted: nobody ran."""
    text = line(rotation(generation(1, left=-2 * DAY)))
    assert text is not None
    assert text.startswith(
        "orders: certificate gen1 (generation 1) expired 2027-01-30, 2 days ago and no other generation is alive;"
    )


def test_a_withdrawal_names_what_expired() -> None:
    """And what happens to it."""
    assert line(rotation(generation(1, PREVIOUS, left=-DAY), generation(2))) == (
        "orders: certificate gen1 (generation 1) has expired; this update takes it out of the trust bundle"
    )


def test_a_retirement_names_all_that_are_ripe_and_since_when() -> None:
    """One line for one step."""
    held = rotation(
        generation(1, PREVIOUS, unused_since=NOW - 5 * DAY, scanned_at=NOW - DAY),
        generation(2, PREVIOUS, unused_since=NOW - 4 * DAY, scanned_at=NOW - DAY),
        generation(3),
    )
    assert line(held) == (
        "orders: no stage has presented certificate gen1 (generation 1), certificate gen2 (generation 2) since"
        " 2027-01-27T12:00Z; this update looks once more and deletes what is still unused"
    )


def test_a_first_look_says_what_is_looked_for() -> None:
    """Nobody is accused yet."""
    assert line(rotation(generation(1, PREVIOUS), generation(2))) == (
        "orders: this update looks whether any stage still presents certificate gen1 (generation 1)"
    )


def test_a_further_look_names_the_stages_of_the_last_one() -> None:
    """So that somebody can go and move them."""
    held = rotation(
        generation(1, PREVIOUS, scanned_at=NOW - DAY), generation(2), blocked_by=["abc123/dev", "abc123/prod"]
    )
    text = line(held)
    assert text is not None
    assert text.endswith("presents certificate gen1 (generation 1) (in use by the last look: abc123/dev, abc123/prod)")


@pytest.mark.parametrize(
    ("decided", "blocked"), [("overlapping", ["abc123/dev"]), ("still-in-use", [])], ids=["another-one", "nobody"]
)
def test_a_look_accuses_no_stage_that_was_not_seen_to_present_it(decided: str, blocked: list[str]) -> None:
    """The names belong to another generation's scan, or there are none."""
    held = rotation(generation(1, PREVIOUS), generation(2), blocked_by=blocked)
    look = Decision(step=Step.CONFIRM, reason=decided, numbers=(1,), next_action=Step.CONFIRM, next_action_at=NOW)
    assert announce("orders", held, POLICY, look, NOW) == (
        "orders: this update looks whether any stage still presents certificate gen1 (generation 1)"
    )


@pytest.mark.parametrize("held", [rotation(generation(1)), rotation(generation(9, PENDING))])
def test_an_activation_that_does_not_fit_its_rotation_still_reads_without_an_error(held: Rotation) -> None:
    """Without a successor of that number, or without an active one to name."""
    misfit = Decision(step=Step.ACTIVATE, reason="x", numbers=(9,), next_action=Step.ACTIVATE, next_action_at=NOW)
    assert announce("orders", held, POLICY, misfit, NOW) == "orders: this update activates the pending generation"


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (Step.ISSUE, "no generation is active; this update generates generation 2 and publishes it"),
        (Step.ACTIVATE, "this update activates the pending generation"),
        (
            Step.RETIRE,
            "no stage has presented ; this update looks once more and deletes what is still unused",
        ),
    ],
)
def test_a_decision_that_does_not_fit_its_rotation_still_reads_without_an_error(step: Step, text: str) -> None:
    """Announcing never fails a preview."""
    misfit = Decision(step=step, reason="x", numbers=(9,), next_action=step, next_action_at=NOW)
    assert announce("orders", rotation(), POLICY, misfit, NOW) == f"orders: {text}"


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (29 * DAY + 23 * HOUR, "in 29 days"),
        (2 * DAY, "in 2 days"),
        (2 * DAY - SECOND, "in 1 day"),
        (DAY, "in 1 day"),
        (DAY - SECOND, "in 23 hours"),
        (HOUR, "in 1 hour"),
        (2 * MINUTE, "in 2 minutes"),
        (MINUTE, "in 1 minute"),
        (59 * SECOND, "in 59 seconds"),
        (SECOND, "in 1 second"),
        (timedelta(0), "0 seconds ago"),
        (-SECOND, "1 second ago"),
        (-4 * MINUTE, "4 minutes ago"),
        (-DAY, "1 day ago"),
        (-400 * DAY, "400 days ago"),
    ],
)
def test_a_distance_is_told_in_its_largest_unit(span: timedelta, text: str) -> None:
    """Whole units, singular and plural, before and after."""
    assert distance(span) == text


def test_dates_and_minutes_are_utc_and_sortable() -> None:
    """The forms of the sample."""
    assert (date(NOW), minute(NOW)) == ("2027-02-01", "2027-02-01T12:00Z")
