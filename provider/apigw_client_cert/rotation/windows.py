"""Maintenance windows: texts like ``Mon-Thu 09:00-16:00 Europe/Berlin``, and when they are open.

Windows are wall-clock times: on the day of a clock change they begin and end when the clocks on the wall say so. Reads
no clock; the time zone database is read once, and not at all for UTC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apigw_client_cert.errors import safe_repr

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = r"([01]\d|2[0-3]):([0-5]\d)"
_FORM = re.compile(
    rf"(?P<days>[A-Za-z]{{3}}(?:[-,][A-Za-z]{{3}})*|[Dd]aily)\s+(?P<from>{_CLOCK})-(?P<to>{_CLOCK}|24:00)(?:\s+(?P<zone>[A-Za-z0-9_+/-]+))?"
)
_EXAMPLE = '"Mon-Thu 09:00-16:00 Europe/Berlin", "Sat,Sun 22:00-04:00 UTC" or "Daily 01:00-05:00"'
_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
# A Monday, long before any certificate, so that every opening of interest lies after it.
_FIRST_MONDAY = datetime(2001, 1, 1)  # noqa: DTZ001 - wall-clock time


@dataclass(frozen=True, slots=True)
class Window:
    """Open on these days of the week (0 is Monday), from this time of the day, for so long."""

    days: tuple[int, ...]
    start: timedelta
    length: timedelta
    zone: tzinfo

    def is_open(self, now: datetime) -> bool:
        """Whether the clocks on the wall are inside it; an hour that they repeat is inside it twice."""
        wall, today = self._wall(now)
        return any(
            day.weekday() in self.days and day + self.start <= wall < day + self.start + self.length
            for day in (today, today - _DAY)
        )

    def opens_at(self, now: datetime) -> datetime | None:
        """When it opens next, aware UTC and after ``now``; None while it is open."""
        if self.is_open(now):
            return None
        return min(instant for instant in self._beginnings(now) if instant > now and self.is_open(instant))

    def _beginnings(self, now: datetime) -> Iterator[datetime]:
        """The instants of the next two weeks at which it may open: its time on each day, and clock changes.

        Two weeks, because a clock change may skip the one day of a week.
        """
        today = self._wall(now)[1]
        for ahead in range(-1, 2 * len(_DAYS) + 2):
            for fold in (0, 1):
                wall = today + ahead * _DAY + self.start
                yield wall.replace(tzinfo=self.zone, fold=fold).astimezone(timezone.utc)
            change = self._clock_change(now.replace(microsecond=0) + ahead * _DAY)
            if change is not None:
                yield change

    def _clock_change(self, first: datetime) -> datetime | None:
        """The first second of the day after ``first`` on the new time; None where the clocks are left alone."""
        before, after = 0, int(_DAY.total_seconds())
        offset = self._offset(first)
        if self._offset(first + _DAY) == offset:
            return None
        while after - before > 1:
            middle = (before + after) // 2
            if self._offset(first + timedelta(seconds=middle)) == offset:
                before = middle
            else:
                after = middle
        return (first + timedelta(seconds=after)).astimezone(timezone.utc)

    def _offset(self, instant: datetime) -> timedelta | None:
        return instant.astimezone(self.zone).utcoffset()

    def _wall(self, now: datetime) -> tuple[datetime, datetime]:
        """What the clocks on the wall say, and the midnight before."""
        wall = now.astimezone(self.zone).replace(tzinfo=None)
        return wall, wall.replace(hour=0, minute=0, second=0, microsecond=0)


def parse_window(text: object) -> Window:
    """The window that a user wrote; raises ``ValueError`` with the remedy."""
    match = _FORM.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f"{safe_repr(text)} is no window; write it like {_EXAMPLE}")
    start = _time(match["from"])
    end = _time(match["to"])
    if start == end:
        raise ValueError(f"{safe_repr(text)} opens and closes at the same time; write it like {_EXAMPLE}")
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
            raise ValueError(f"{safe_repr(whole)} names a day that is none of {', '.join(_DAYS)}") from None
        if len(ends) > 2:  # noqa: PLR2004 - from and to
            raise ValueError(f"{safe_repr(whole)} is no window; write it like {_EXAMPLE}")
        first, last = ends[0], ends[-1]
        found |= {day % len(_DAYS) for day in range(first, last + (last < first) * len(_DAYS) + 1)}
    return tuple(sorted(found))


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return timezone.utc
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(
            f"time zone {safe_repr(name)} is not known here; use a name such as Europe/Berlin or UTC (and install the"
            " package tzdata where the machine has no time zone database)"
        ) from error
