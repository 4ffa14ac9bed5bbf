"""With jitter the steps of many certificates fall on many days, and a day's calls are those that are derived."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from apigw_client_cert.rotation.transitions import Step
from benchmarks.spread import JITTER, calls_of, days_of, hours_at_the_limit


def test_without_jitter_a_step_is_taken_by_all_on_one_day() -> None:
    """Thirty days before the end; a day, two, and five later."""
    days = days_of(timedelta(0), 3)
    assert days.shares == {335: 25, 336: 25, 337: 25, 340: 25}
    assert days.steps[335] == Counter({Step.ISSUE: 3})


def test_with_jitter_no_step_is_later_and_none_earlier_than_the_jitter() -> None:
    """Drawn from names, so it is the same again; every step is counted."""
    days = days_of(JITTER, 60)
    assert sum(one.total() for one in days.steps.values()) == 60 * 4
    assert 335 - JITTER.days <= min(days.steps) < max(days.steps) <= 340
    assert max(days.shares.values()) < 10
    assert days == days_of(JITTER, 60)


def test_a_day_costs_every_refresh_and_a_scan_for_each_confirmation() -> None:
    """1,000 certificates, on two pages, over 100 APIs: three reads to refresh, 102 to scan."""
    assert calls_of(Counter(), 1_000) == 3_000
    assert calls_of(Counter({Step.ISSUE: 1, Step.ACTIVATE: 1}), 1_000) == 3_000 + 1 + 2
    assert calls_of(Counter({Step.CONFIRM: 2, Step.RETIRE: 1}), 1_000) == 3_000 + 2 * 102 + 103


def test_the_burst_takes_no_time() -> None:
    """And then ten a second."""
    assert hours_at_the_limit(40) == 0
    assert hours_at_the_limit(40 + 36_000) == 1
