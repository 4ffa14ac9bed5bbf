"""Maintenance windows: what users write, and when it is open."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.rotation.windows import longest_closed, next_opening, parse_window

if TYPE_CHECKING:
    from pathlib import Path

OFFICE = "Mon-Thu 09:00-16:00 Europe/Berlin"


def at(text: str) -> datetime:
    """An instant of UTC."""
    return datetime.fromisoformat(f"{text}+00:00")


@pytest.mark.parametrize(
    ("window", "now", "opens"),
    [
        (OFFICE, "2026-11-25T07:59:59", "2026-11-25T08:00:00"),  # a Wednesday, UTC+1
        (OFFICE, "2026-11-25T08:00:00", None),
        (OFFICE, "2026-11-25T14:59:59", None),
        (OFFICE, "2026-11-25T15:00:00", "2026-11-26T08:00:00"),
        (OFFICE, "2026-11-26T15:00:00", "2026-11-30T08:00:00"),  # over the weekend
        (OFFICE, "2026-07-01T06:59:59", "2026-07-01T07:00:00"),  # UTC+2
        ("Fri 22:00-04:00", "2026-11-28T03:59:59", None),  # over midnight
        ("Fri 22:00-04:00", "2026-11-28T04:00:00", "2026-12-04T22:00:00"),
        ("sat,SUN 01:00-24:00 UTC", "2026-11-29T23:59:59", None),
        ("Sat-Mon 00:00-24:00", "2026-11-30T12:00:00", None),  # over the end of the week
        ("Daily 03:00-02:00 America/New_York", "2026-11-25T07:30:00", "2026-11-25T08:00:00"),
        ("Mon 00:00-24:00 Pacific/Kiritimati", "2026-11-29T10:00:00", None),  # Monday begins there first
    ],
)
def test_a_window_is_open_from_its_first_to_before_its_last_minute(window: str, now: str, opens: str | None) -> None:
    """On the walls of its time zone."""
    assert parse_window(window).opens_at(at(now)) == (None if opens is None else at(opens))


@pytest.mark.parametrize(
    ("now", "opens"),
    [("2027-03-28T00:59:59", "2027-03-28T01:00:00"), ("2027-10-31T01:59:59", "2027-10-31T02:00:00")],
    ids=["clocks go forward", "clocks go back"],
)
def test_a_clock_change_moves_the_window_with_the_walls(now: str, opens: str) -> None:
    """03:00 in Berlin is 01:00 UTC on the day that summer begins, and 02:00 on the day that it ends."""
    assert parse_window("Sun 03:00-05:00 Europe/Berlin").opens_at(at(now)) == at(opens)


@pytest.mark.parametrize(
    ("window", "now", "opens"),
    [
        ("Daily 02:15-02:45 Europe/Berlin", "2027-10-31T00:44:59", None),
        ("Daily 02:15-02:45 Europe/Berlin", "2027-10-31T00:45:00", "2027-10-31T01:15:00"),
        ("Daily 02:15-02:45 Europe/Berlin", "2027-10-31T01:05:00", "2027-10-31T01:15:00"),
        ("Daily 02:15-02:45 Europe/Berlin", "2027-10-31T01:15:00", None),
        ("Daily 01:30-02:45 Europe/Berlin", "2027-10-31T00:50:00", "2027-10-31T01:00:00"),  # set back into it
        ("Daily 02:15-02:45 Europe/Berlin", "2027-03-28T00:30:00", "2027-03-29T00:15:00"),  # skipped
        ("Daily 02:15-05:00 Europe/Berlin", "2027-03-28T00:30:00", "2027-03-28T01:00:00"),  # set forward into it
        ("Sun 02:15-02:45 Europe/Berlin", "2027-03-21T02:00:00", "2027-04-04T00:15:00"),  # skipped for a week
        ("Daily 01:45-01:50 Australia/Lord_Howe", "2027-04-03T15:05:00", "2027-04-03T15:15:00"),  # half an hour
    ],
)
def test_an_hour_that_the_clocks_repeat_or_skip(window: str, now: str, opens: str | None) -> None:
    """Repeated, the window is open twice; skipped, it waits for the next time that the wall shows."""
    assert parse_window(window).opens_at(at(now)) == (None if opens is None else at(opens))


def test_utc_needs_no_time_zone_database(tmp_path: Path) -> None:
    """Nor does a window that names no zone; another one says what to install."""
    program = (
        "import sys; sys.modules['tzdata'] = None\n"
        "from apigw_client_cert.rotation.windows import parse_window\n"
        "print(parse_window('Daily 01:00-05:00').zone, parse_window('Mon 01:00-05:00 UTC').zone)\n"
        "parse_window('Mon 01:00-05:00 Europe/Berlin')"
    )
    environment = {**os.environ, "PYTHONTZPATH": str(tmp_path)}
    told = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert told.stdout == "UTC UTC\n"
    assert "install the package tzdata" in told.stderr


def test_the_first_window_to_open_counts() -> None:
    """None where one is open, or where there are none."""
    windows = [parse_window(OFFICE), parse_window("Sat 10:00-12:00")]
    assert next_opening(windows, at("2026-11-27T12:00:00")) == at("2026-11-28T10:00:00")
    assert next_opening(windows, at("2026-11-28T11:00:00")) is None
    assert next_opening([], at("2026-11-28T11:00:00")) is None


@pytest.mark.parametrize(
    ("windows", "closed"),
    [
        ([], timedelta(0)),
        (["Daily 00:00-24:00"], timedelta(0)),
        (["Daily 09:00-16:00"], timedelta(hours=17)),
        ([OFFICE], timedelta(days=3, hours=17)),
        ([OFFICE, "Sat 09:00-16:00 Europe/Berlin"], timedelta(days=1, hours=17)),
        (["Mon 09:00-10:00"], timedelta(days=6, hours=23)),
        (["Mon 09:00-10:00 Asia/Tokyo", "Mon 09:00-10:00 America/New_York"], timedelta(days=6, hours=9)),
    ],
)
def test_the_longest_time_without_an_open_window_is_known(windows: list[str], closed: timedelta) -> None:
    """For the check that one opens in time at all."""
    assert longest_closed([parse_window(one) for one in windows]) == closed


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is no window"),
        (9, "is no window"),
        ("09:00-16:00", "is no window"),
        ("Mon 9:00-16:00", "is no window"),
        ("Mon 09:00-25:00", "is no window"),
        ("Mon-Tue-Wed 09:00-16:00", "is no window"),
        ("Mon 09:00-09:00", "opens and closes at the same time"),
        ("Mon-Foo 09:00-16:00", "names a day that is none of mon, tue"),
        ("Mon 09:00-16:00 Mars/Base", "time zone 'Mars/Base' is not known here"),
        ("Mon 09:00-16:00 ../../etc/passwd", "is no window"),
    ],
)
def test_what_is_no_window_is_refused_with_an_example(text: object, says: str) -> None:
    """Naming what is wrong with it."""
    with pytest.raises(ValueError, match=r"^(?s:.)+$") as refused:
        parse_window(text)
    assert says in str(refused.value)
    assert "Europe/Berlin" in str(refused.value) or "none of" in str(refused.value)


def test_an_opening_lies_within_a_week() -> None:
    """At any minute of a year, whatever the day; it is never in the past."""
    window = parse_window("Wed 02:30-02:45 Europe/Berlin")
    start = datetime(2027, 1, 1, tzinfo=timezone.utc)
    for hours in range(0, 24 * 365, 7):
        now = start + timedelta(hours=hours)
        opens = window.opens_at(now)
        assert opens is None or timedelta(0) < opens - now <= timedelta(days=7, hours=1)
