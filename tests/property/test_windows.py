"""Maintenance windows around clock changes: half hours, the southern hemisphere, and both sides of both changes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apigw_client_cert.rotation.windows import Window

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "America/St_Johns",
    "Asia/Kolkata",
)
YEAR = datetime(2027, 1, 1, tzinfo=timezone.utc)
HOURS = tuple(YEAR + hours * HOUR for hours in range(365 * 24))


def changes(zone: str) -> list[datetime]:
    """The hours of the year in which a zone's clocks are changed."""
    walls = ZoneInfo(zone)
    offsets = [hour.astimezone(walls).utcoffset() for hour in HOURS]
    return [hour for hour, before, after in zip(HOURS[1:], offsets, offsets[1:], strict=False) if before != after]


CHANGES = {zone: changes(zone) for zone in ZONES}


def inside(window: Window, now: datetime) -> bool:
    """Whether the clocks on the wall say so, reckoned in minutes of the week."""
    wall = now.astimezone(window.zone)
    minute = wall.weekday() * 1440 + wall.hour * 60 + wall.minute
    begins = [day * 1440 + window.start // MINUTE for day in window.days]
    return any((minute - begin) % (7 * 1440) < window.length // MINUTE for begin in begins)


@st.composite
def windows_and_instants(draw: st.DrawFn) -> tuple[Window, datetime]:
    """A window, and an instant: most within four hours of a clock change, at any second."""
    zone = draw(st.sampled_from(ZONES))
    days = tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=1))))
    start = draw(st.integers(0, 5 * 60) | st.integers(0, 1439)) * MINUTE
    length = draw(st.integers(1, 90) | st.integers(1, 1440)) * MINUTE
    near = draw(st.sampled_from(CHANGES[zone] or [YEAR]))
    seconds = draw(st.integers(-4 * 3600, 4 * 3600) | st.integers(-10 * 86400, 10 * 86400))
    return Window(days, start, length, ZoneInfo(zone)), near + timedelta(seconds=seconds)


REPEATED = Window(tuple(range(7)), 135 * MINUTE, 30 * MINUTE, ZoneInfo("Europe/Berlin"))


@given(windows_and_instants())
@example((REPEATED, datetime(2027, 10, 31, 1, 5, tzinfo=timezone.utc)))  # 02:05 on the wall, for the second time
@example((REPEATED, datetime(2027, 10, 31, 0, 50, tzinfo=timezone.utc)))  # 02:50, for the first time
@example((REPEATED, datetime(2027, 3, 28, 0, 59, tzinfo=timezone.utc)))  # 02:15 does not come that day
def test_a_window_is_open_when_the_wall_says_so_and_opens_next_after_now(case: tuple[Window, datetime]) -> None:
    """An opening is never in the past, it is one, and nothing opens before it."""
    window, now = case
    opens = window.opens_at(now)
    if inside(window, now):
        assert opens is None
        return
    assert opens is not None
    assert now < opens <= now + 14 * DAY + 2 * HOUR
    assert inside(window, opens)
    assert not inside(window, opens - timedelta(seconds=1))
    whole = now.replace(second=0) + MINUTE
    between = (whole + minutes * MINUTE for minutes in range(int((opens - whole) / MINUTE)))
    assert not any(inside(window, instant) for instant in between)


@pytest.mark.parametrize("zone", ZONES[:-1])
def test_the_zones_change_their_clocks(zone: str) -> None:
    """Twice in that year, or the property above says nothing of changes."""
    assert len(CHANGES[zone]) == 2
