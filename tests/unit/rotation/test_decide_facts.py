"""What a decision says beside its step: for which generations, since when, and why."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.rotation.decide import CLOCKS_DIFFER, decide, may_be_the_issued
from apigw_client_cert.rotation.policy import Policy
from apigw_client_cert.rotation.transitions import Step
from tests.unit.rotation.builders import DAY, NOW, PENDING, PREVIOUS, SECOND, YEAR, generation, rotation

if TYPE_CHECKING:
    from datetime import timedelta

    from apigw_client_cert.rotation.model import Generation

POLICY = Policy()


def test_an_issue_names_the_newest_generation_and_why() -> None:
    """Also the triggered one."""
    held = rotation(generation(1, left=20 * DAY), trigger="a")
    expiring = decide(held, POLICY, NOW)
    assert (expiring.step, expiring.numbers, expiring.reason) == (Step.ISSUE, (1,), "expiring")
    triggered = decide(held, replace(POLICY, trigger="b"), NOW)
    assert (triggered.step, triggered.numbers, triggered.reason) == (Step.ISSUE, (1,), "triggered")


def test_a_withdrawal_names_what_expired_and_why() -> None:
    """Machines read the reason."""
    decision = decide(rotation(generation(1, PREVIOUS, left=-DAY), generation(2)), POLICY, NOW)
    assert (decision.step, decision.numbers, decision.reason) == (Step.WITHDRAW, (1,), "previous-expired")


@pytest.mark.parametrize(
    ("successor", "step", "numbers"),
    [([generation(2, PENDING)], Step.RECOVER, (2,)), ([], Step.REGENERATE, ())],
    ids=["with-a-successor", "alone"],
)
def test_a_recovery_is_due_since_the_expiry(successor: list[Generation], step: Step, numbers: tuple[int, ...]) -> None:
    """Two days ago, whenever somebody looks."""
    held = rotation(generation(1, left=-2 * DAY), *successor)
    decision = decide(held, POLICY, NOW)
    assert (decision.step, decision.numbers, decision.next_action_at) == (step, numbers, NOW - 2 * DAY)


def test_generations_that_ripen_in_the_same_second_are_retired_together() -> None:
    """The second in which the wait ends counts for all of them."""
    held = rotation(
        generation(1, PREVIOUS, unused_since=NOW, scanned_at=NOW),
        generation(2, PREVIOUS, unused_since=NOW, scanned_at=NOW),
        generation(3),
    )
    ripe_at = decide(held, POLICY, NOW).next_action_at
    assert ripe_at is not None
    decision = decide(held, POLICY, ripe_at)
    assert (decision.step, decision.numbers) == (Step.RETIRE, (1, 2))


def test_a_retirement_that_a_pin_holds_back_is_announced_for_the_end_of_the_pin() -> None:
    """activate_by before the pinned one expires; a life of four days has its own issue after that."""
    ripe = generation(1, PREVIOUS, unused_since=NOW - 9 * DAY, scanned_at=NOW - DAY)
    held = rotation(ripe, generation(2, left=3.5 * DAY, life=4 * DAY))
    decision = decide(held, replace(POLICY, pin=2), NOW)
    assert (decision.step, decision.next_action, decision.next_action_at) == (Step.NONE, Step.RETIRE, NOW + 0.5 * DAY)


@pytest.mark.parametrize(
    ("left", "age", "life", "may"),
    [
        # Due for ten days: made since then, an hour's clock aside, and with most of its life before it.
        (20 * DAY, 10 * DAY, YEAR, True),
        (20 * DAY, 10 * DAY + CLOCKS_DIFFER, YEAR, True),
        (20 * DAY, 10 * DAY + CLOCKS_DIFFER + SECOND, YEAR, False),
        (20 * DAY, DAY, 2 * DAY, False),
        # Not due at all.
        (300 * DAY, CLOCKS_DIFFER + SECOND, YEAR, False),
    ],
)
def test_what_an_issue_may_have_left(left: timedelta, age: timedelta, life: timedelta, may: bool) -> None:  # noqa: FBT001 - a parametrised case
    """By the step's date and the certificate's own: tags are anybody's to give."""
    created = NOW - age
    assert may_be_the_issued(created, created + life, rotation(generation(1, left=left)), POLICY, NOW) is may


def test_what_a_triggered_issue_may_have_left_is_younger_than_the_last_step_in_state() -> None:
    """Nobody recorded when the trigger was pulled; a look, thirty days ago, was made beside an issue that failed."""
    held = rotation(
        generation(1, PREVIOUS, scanned_at=NOW - 30 * DAY), generation(2, pending_since=NOW - 40 * DAY), trigger="a"
    )
    for age, may in ((40 * DAY + CLOCKS_DIFFER, True), (40 * DAY + CLOCKS_DIFFER + SECOND, False)):
        left = may_be_the_issued(NOW - age, NOW + 300 * DAY, held, replace(POLICY, trigger="b"), NOW)
        assert left is may


def test_without_any_generation_nothing_old_is_taken() -> None:
    """A state without generations tells no date."""
    for age, may in ((CLOCKS_DIFFER, True), (CLOCKS_DIFFER + SECOND, False)):
        assert may_be_the_issued(NOW - age, NOW + 300 * DAY, rotation(), POLICY, NOW) is may
