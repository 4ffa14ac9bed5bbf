"""The machine's clock: servers check certificates against it, so a proof runs on it."""

from __future__ import annotations

import threading
from datetime import datetime, timezone


def now() -> datetime:
    """The machine's time, UTC."""
    return datetime.now(timezone.utc)  # noqa: TID251 - the servers' clock is the machine's


def epoch() -> float:
    """The same in epoch seconds."""
    return now().timestamp()


def wait(seconds: float) -> None:
    """Let the load go on for so long; no time at all when ``seconds`` is not positive."""
    threading.Event().wait(max(0.0, seconds))


def wait_until(instant: float) -> None:
    """The same up to an instant, in epoch seconds."""
    wait(instant - epoch())
