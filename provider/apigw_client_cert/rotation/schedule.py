"""When runs come: the first at or after an instant, of a fixed interval or of a list of instants. Pure."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime, timedelta

    #: The first run at or after an instant; None where none comes any more.
    NextRun = Callable[[datetime], datetime | None]


def runs_every(start: datetime, interval: timedelta) -> NextRun:
    """Runs at ``start`` and every so often after it, without end."""

    def next_run(instant: datetime) -> datetime | None:
        # Rounded up: minus the floor of the negative.
        return start + interval * max(0, -((start - instant) // interval))

    return next_run


def runs_at(instants: Iterable[datetime]) -> NextRun:
    """Runs at these instants, in whatever order they are given."""
    known = sorted(instants)

    def next_run(instant: datetime) -> datetime | None:
        place = bisect_left(known, instant)
        return known[place] if place < len(known) else None

    return next_run
