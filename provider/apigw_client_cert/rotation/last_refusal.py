"""When a certificate that was refused on live traffic is tried there again. Pure; what follows is verdict.py's table.

A probe asks with real requests, and everybody else's fail until it is told no. A run that only repeats what the run
before has seen is not worth them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apigw_client_cert.rotation.durations import served

if TYPE_CHECKING:
    from datetime import datetime, timedelta

# 64 leads: longer than any certificate that is still to be replaced lives.
_MOST_DOUBLINGS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRefusal:
    """A switch that was taken back, because the backend refused the certificate.

    ``asked`` stands for what was published and how it was asked about, ``times`` for how often in a row it was refused
    so. ``lead`` is how long backends take to trust what is published.
    """

    certificate_id: str
    at: datetime
    asked: str
    lead: timedelta
    times: int = 1

    @property
    def pause(self) -> timedelta:
        """How long it is not tried again for no other reason than time: a lead, then twice as long each time."""
        return self.lead * (1 << min(max(self.times, 1) - 1, _MOST_DOUBLINGS))

    def try_again_at(self, ends: datetime | None, activate_by: timedelta) -> datetime:
        """When it is tried again at the latest: near the end of what the stage presents, it has to be."""
        due = self.at + self.pause
        return due if ends is None else min(due, max(self.at, ends - activate_by))

    def holds(self, certificate_id: str, asked: str, now: datetime) -> bool:
        """Whether nothing says that the answer would be another one by now.

        What was refused at an instant that lies in the future was so by a clock that was put back, and proves nothing.
        """
        return self._same(certificate_id, asked) and self.at <= now < self.at + served(self.pause)

    def times_now(self, certificate_id: str, asked: str) -> int:
        """How often in a row it has been refused, if it is refused once more."""
        return self.times + 1 if self._same(certificate_id, asked) else 1

    def _same(self, certificate_id: str, asked: str) -> bool:
        return (self.certificate_id, self.asked) == (certificate_id, asked)
