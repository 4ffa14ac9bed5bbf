"""forecast(): the rules played forward, one step a run."""

from __future__ import annotations

import pytest

from apigw_client_cert.rotation.forecast import forecast
from apigw_client_cert.rotation.model import Phase
from apigw_client_cert.rotation.policy import Policy
from apigw_client_cert.rotation.transitions import Step
from tests.unit.rotation.builders import ACTIVE, DAY, HOUR, NOW, PENDING, PREVIOUS, generation, rotation

POLICY = Policy()


def test_a_daily_schedule_takes_a_step_a_run_and_begins_again_a_year_later() -> None:
    """Each at the first run at or after it is due."""
    told = forecast(rotation(generation(1, left=40 * DAY)), POLICY, start=NOW, every=DAY, most=5)
    assert [(one.step, (one.at - NOW) // DAY, one.generation) for one in told] == [
        (Step.ISSUE, 10, 2),
        (Step.ACTIVATE, 11, 2),
        (Step.CONFIRM, 12, 1),
        (Step.RETIRE, 15, 1),
        (Step.ISSUE, 345, 3),
    ]
    assert [one.phase for one in told] == [
        Phase.PUBLISHED,
        Phase.OVERLAPPING,
        Phase.OVERLAPPING,
        Phase.STEADY,
        Phase.PUBLISHED,
    ]
    assert [(one.presented, one.trusted) for one in told[:4]] == [(1, (1, 2)), (2, (1, 2)), (2, (1, 2)), (2, (2,))]


def test_a_run_between_two_days_waits_for_the_next_one() -> None:
    """A step is taken by a run, never between two."""
    (one,) = forecast(rotation(generation(1, left=40 * DAY + HOUR)), POLICY, start=NOW, every=7 * DAY, most=1)
    assert one.at == NOW + 14 * DAY


def test_an_expired_rotation_recovers_at_the_first_run() -> None:
    """A new generation at once where none is alive, and the dead one is then retired."""
    dead = rotation(generation(1, left=-DAY))
    told = forecast(dead, POLICY, start=NOW, every=DAY, most=3)
    assert [one.step for one in told] == [Step.REGENERATE, Step.CONFIRM, Step.RETIRE]
    assert (told[0].at, told[0].generation, told[0].presented, told[0].trusted) == (NOW, 2, 2, (2,))


@pytest.mark.parametrize(
    ("pin", "steps"), [(1, [Step.PIN, Step.ACTIVATE]), (None, [Step.CONFIRM, Step.RETIRE])], ids=["pinned", "free"]
)
def test_a_pin_is_told_as_it_is_obeyed(pin: int | None, steps: list[Step]) -> None:
    """Rolled back first; until the pin dies with its generation nothing else happens, least of all a retirement."""
    before = rotation(generation(1, PREVIOUS, left=60 * DAY), generation(2, ACTIVE))
    told = forecast(before, Policy(pin=pin), start=NOW, every=DAY, most=2)
    assert [one.step for one in told] == steps


def test_an_expired_previous_one_leaves_trust_first() -> None:
    """While a successor waits."""
    before = rotation(
        generation(1, PREVIOUS, left=-DAY, unused_since=NOW, scanned_at=NOW),
        generation(2, left=20 * DAY),
        generation(3, PENDING, pending_since=NOW),
    )
    first = forecast(before, POLICY, start=NOW, every=DAY, most=1)[0]
    assert (first.step, first.generation, first.trusted) == (Step.WITHDRAW, 1, (2, 3))


def test_a_changed_trigger_is_honoured_once() -> None:
    """Then the ordinary steps follow."""
    told = forecast(rotation(generation(1), trigger="a"), Policy(trigger="b"), start=NOW, every=DAY, most=3)
    assert [one.step for one in told] == [Step.ISSUE, Step.ACTIVATE, Step.CONFIRM]
