"""Maintenance windows: texts like ``Mon-Thu 09:00-16:00 Europe/Berlin``, and when they are open.

Recurrence is dateutil's, time zones are the standard library's. Windows are wall-clock times: on the day of a clock
change they begin and end when the clocks on the wall say so. Reads no clock; the time zone database is read once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apigw_client_cert.errors import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = r"([01]\d|2[0-3]):([0-5]\d)"
_FORM = re.compile(
    rf"(?P<days>[A-Za-z]{{3}}(?:[-,][A-Za-z]{{3}})*|[Dd]aily)\s+(?P<from>{_CLOCK})-(?P<to>{_CLOCK}|24:00)(?:\s+(?P<zone>[A-Za-z0-9_+/-]+))?"
)
_EXAMPLE = '"Mon-Thu 09:00-16:00 Europe/Berlin", "Sat,Sun 22:00-04:00 UTC" or "Daily 01:00-05:00"'
_WEEK = timedelta(weeks=1)
# A Monday, long before any certificate, so that every opening of interest lies after it.
_FIRST_MONDAY = datetime(2001, 1, 1)  # noqa: DTZ001 - wall-clock time


@dataclass(frozen=True, slots=True)
class Window:
    """Open on these days of the week (0 is Monday), from this time of the day, for so long."""

    days: tuple[int, ...]
    start: timedelta
    length: timedelta
    zone: ZoneInfo

    def opens_at(self, now: datetime) -> datetime | None:
        """When it opens next, aware UTC; None while it is open."""
        from dateutil import rrule  # noqa: PLC0415 - few bindings have windows

        wall = now.astimezone(self.zone).replace(tzinfo=None)
        openings = rrule.rrule(
            rrule.WEEKLY,
            byweekday=self.days,
            dtstart=wall.replace(hour=0, minute=0, second=0, microsecond=0) - 2 * _WEEK + self.start,
            count=4 * len(self.days) + len(_DAYS),
        )
        last = openings.before(wall, inc=True)
        if last is not None and wall < last + self.length:
            return None
        following = openings.after(wall)
        if following is None:  # cannot be: it comes every week
            raise AssertionError(f"no opening after {wall} in four weeks")
        return following.replace(tzinfo=self.zone).astimezone(timezone.utc)


def parse_window(text: object) -> Window:
    """The window that a user wrote; raises ``ValueError`` with the remedy."""
    match = _FORM.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f"{shown(text)} is no window; write it like {_EXAMPLE}")
    start = _time(match["from"])
    end = _time(match["to"])
    if start == end:
        raise ValueError(f"{shown(text)} opens and closes at the same time; write it like {_EXAMPLE}")
    return Window(
        _days(match["days"], text),
        start,
        (end - start) % timedelta(days=1) or timedelta(days=1),
        _zone(match["zone"] or "UTC"),
    )


def next_opening(windows: Sequence[Window], now: datetime) -> datetime | None:
    """When the first of them opens; None while one is open, or where there are none."""
    openings = [window.opens_at(now) for window in windows]
    return None if not openings or None in openings else min(one for one in openings if one is not None)


def longest_closed(windows: Sequence[Window]) -> timedelta:
    """The longest time in a week during which none of them is open; nothing where there are none.

    Reckoned in January 2001, in each window's own zone: up to an hour of a clock change is left out.
    """
    if not windows:
        return timedelta(0)
    first = _FIRST_MONDAY.replace(tzinfo=timezone.utc)
    open_from: list[tuple[datetime, datetime]] = []
    for window in windows:
        for week in (-1, 0, 1, 2):
            for day in window.days:
                wall = _FIRST_MONDAY + week * _WEEK + timedelta(days=day) + window.start
                begins = wall.replace(tzinfo=window.zone).astimezone(timezone.utc)
                open_from.append((begins, begins + window.length))
    gaps = []
    until = None
    for begins, ends in sorted(open_from):
        if until is not None and first - _WEEK <= until < first + _WEEK:
            gaps.append(begins - until)
        until = ends if until is None else max(until, ends)
    return max([*gaps, timedelta(0)])


def _time(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def _days(text: str, whole: object) -> tuple[int, ...]:
    if text.lower() == "daily":
        return tuple(range(len(_DAYS)))
    found: set[int] = set()
    for part in text.lower().split(","):
        try:
            ends = [_DAYS.index(day) for day in part.split("-")]
        except ValueError:
            raise ValueError(f"{shown(whole)} names a day that is none of {', '.join(_DAYS)}") from None
        if len(ends) > 2:  # noqa: PLR2004 - from and to
            raise ValueError(f"{shown(whole)} is no window; write it like {_EXAMPLE}")
        first, last = ends[0], ends[-1]
        found |= {day % len(_DAYS) for day in range(first, last + (last < first) * len(_DAYS) + 1)}
    return tuple(sorted(found))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(
            f"time zone {shown(name)} is not known here; use a name such as Europe/Berlin or UTC (and install the"
            " package tzdata where the machine has no time zone database)"
        ) from error
