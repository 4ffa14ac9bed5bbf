"""When what was refused on live traffic is tried there again."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from apigw_client_cert.rotation.last_refusal import LastRefusal

AT = datetime(2027, 2, 2, 10, tzinfo=timezone.utc)
DAY = timedelta(days=1)


def refused(times: int = 1, lead: timedelta = DAY) -> LastRefusal:
    """G2, refused so often in a row."""
    return LastRefusal(certificate_id="g2", at=AT, asked="so", lead=lead, times=times)


@pytest.mark.parametrize(("times", "days"), [(1, 1), (2, 2), (3, 4), (4, 8), (7, 64), (8, 64), (10**9, 64), (0, 1)])
def test_each_refusal_in_a_row_doubles_the_pause(times: int, days: int) -> None:
    """From one lead to 64; what a hand wrote into state overflows nothing."""
    assert refused(times).pause == days * DAY


def test_a_daily_schedule_tries_again_the_day_after() -> None:
    """Some seconds early is served."""
    held = refused()
    assert held.holds("g2", "so", AT)
    assert held.holds("g2", "so", AT + 0.94 * DAY)
    assert not held.holds("g2", "so", AT + 0.95 * DAY)


def test_a_clock_that_was_put_back_holds_nothing() -> None:
    """What was refused tomorrow was refused by a clock that ran ahead."""
    assert not refused(7).holds("g2", "so", AT - DAY)


@pytest.mark.parametrize(("certificate_id", "asked"), [("g3", "so"), ("g2", "otherwise")])
def test_another_certificate_and_another_question_are_not_held(certificate_id: str, asked: str) -> None:
    """They are a reason; and refused again they count from one."""
    assert not refused(3).holds(certificate_id, asked, AT)
    assert refused(3).times_now(certificate_id, asked) == 1
    assert refused(3).times_now("g2", "so") == 4


def test_near_the_end_of_what_is_presented_it_is_tried_again() -> None:
    """Never said to be before the refusal itself."""
    assert refused(4).try_again_at(None, 3 * DAY) == AT + 8 * DAY
    assert refused(4).try_again_at(AT + 30 * DAY, 3 * DAY) == AT + 8 * DAY
    assert refused(4).try_again_at(AT + 5 * DAY, 3 * DAY) == AT + 2 * DAY
    assert refused(4).try_again_at(AT + DAY, 3 * DAY) == AT
