"""Whose turn it is: the wave before, its soak, and maintenance windows. Pure.

The certificate knows nothing of waves. Each binding is told what the bindings of the wave before came to, and waits
until they present the same certificate, were verified where they are to be, and have presented it for the soak.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from apigw_client_cert.rotation.durations import served

if TYPE_CHECKING:
    from datetime import datetime


class Hold(enum.Enum):
    """What a move waits for; its value is the word in state."""

    LEAD = "lead"
    WAVE = "wave"
    WINDOW = "window"


@dataclass(frozen=True, slots=True, kw_only=True)
class Predecessor:
    """One binding of the wave before.

    ``presented`` is what its stage presents, ``since`` since when. ``verified`` says that nothing is to be verified
    there, or that what is presented was. ``failed`` says that its last run could not do all that was due.
    """

    name: str
    presented: str | None
    since: datetime | None
    verified: bool = True
    failed: bool = False

    def soaked_at(self, desired: str, soak: timedelta) -> datetime | None:
        """From when on it lets the next wave move to ``desired``; None while that cannot be told."""
        if self.failed or self.presented != desired or self.since is None or not self.verified:
            return None
        return self.since + (served(soak) if soak else timedelta(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveOrder:
    """When a binding may move, besides the rule of publication.

    ``opens_at``: when its next maintenance window opens, None where one is open or none is asked for.
    ``going_back``: the desired generation is an older one than the presented: a rollback, which waits for nobody.
    """

    predecessors: tuple[Predecessor, ...] = ()
    soak: timedelta = timedelta(0)
    opens_at: datetime | None = None
    going_back: bool = False

    def holds(self, desired: str, now: datetime) -> tuple[tuple[Hold, datetime | None], ...]:
        """What keeps the stage from moving to ``desired``, and until when; None where only another binding can tell."""
        if self.going_back:
            return ()
        found: list[tuple[Hold, datetime | None]] = []
        ready = [one.soaked_at(desired, self.soak) for one in self.predecessors]
        known = [instant for instant in ready if instant is not None]
        if len(known) < len(ready):
            found.append((Hold.WAVE, None))
        elif known and now < max(known):
            found.append((Hold.WAVE, max(known)))
        if self.opens_at is not None and now < self.opens_at:
            found.append((Hold.WINDOW, self.opens_at))
        return tuple(found)

    def unready(self, desired: str, now: datetime) -> tuple[str, ...]:
        """The bindings of the wave before that hold this one, by name."""
        return tuple(
            one.name for one in self.predecessors if (ready := one.soaked_at(desired, self.soak)) is None or now < ready
        )
