"""The sandbox's own time: what certificates are dated by, and what tests move."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone

EARLIEST = datetime(1970, 1, 1, tzinfo=timezone.utc)
LATEST = datetime(9000, 1, 1, tzinfo=timezone.utc)
"""Room for any validity below X.509's last year, 9999 (RFC 5280 §4.1.2.5)."""


def wall_now() -> datetime:
    """The machine's time, UTC."""
    return datetime.now(timezone.utc)  # noqa: TID251 - the sandbox's clock starts from the machine's


class SandboxClock:
    """Time that runs with the machine's clock, from wherever it was set, until frozen. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset = timedelta(0)
        self._frozen_at: datetime | None = None

    def now(self) -> datetime:
        """The sandbox's time: aware, UTC."""
        with self._lock:
            return self._frozen_at or wall_now() + self._offset

    @property
    def frozen(self) -> bool:
        """Whether time stands still."""
        return self._frozen_at is not None

    def set(self, instant: datetime, *, frozen: bool | None = None) -> None:
        """Jump to an instant, forward or back; ``frozen`` says whether to stand there, None to go on as before.

        Raises:
            ValueError: a naive time, or one that a certificate cannot hold.
        """
        if instant.tzinfo is None:
            raise ValueError(f"{instant.isoformat()} has no time zone; give an aware datetime")
        instant = instant.astimezone(timezone.utc)
        if not EARLIEST <= instant <= LATEST:
            raise ValueError(f"the clock runs from {EARLIEST.year} to {LATEST.year}, not at {instant.isoformat()}")
        with self._lock:
            stand = self._frozen_at is not None if frozen is None else frozen
            self._frozen_at = instant if stand else None
            self._offset = timedelta(0) if stand else instant - wall_now()

    def advance(self, by: timedelta) -> datetime:
        """Move by a duration, which may be negative; returns the new time."""
        self.set(self.now() + by)
        return self.now()

    def freeze(self) -> None:
        """Stand still at the present instant."""
        self.set(self.now(), frozen=True)

    def run(self) -> None:
        """Run on from the present instant."""
        self.set(self.now(), frozen=False)

    def reset(self) -> None:
        """Real time again, running."""
        with self._lock:
            self._frozen_at = None
            self._offset = timedelta(0)


def parse_instant(text: str) -> datetime:
    """An RFC 3339 time with a zone, such as ``2027-03-01T00:00:00Z``; raises ``ValueError``."""
    instant = datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith(("Z", "z")) else text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; write it like 2027-03-01T00:00:00Z")
    return instant


def format_instant(instant: datetime) -> str:
    """RFC 3339, UTC, to the millisecond."""
    return instant.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
