"""How long the engine's call of this moment may wait for AWS, and who hears of it meanwhile.

Known where the engine is served, needed where a call is sent again, and of no concern to anybody in between: hence a
context variable and no argument. It belongs to one thread, as the calls to AWS do. The dynamic host knows neither a
limit nor a place for progress: nobody is told there, and only ``retries.py`` ends the waiting.
"""

from __future__ import annotations

import contextlib
import math
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apigw_client_cert import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class WaitLimitReached(Exception):  # noqa: N818 - caught in failures.py, never a user's error
    """The wait before the next try would pass the limit; ``cause`` is how the last try ended."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(cause)
        self.cause = cause


def _nobody(_line: str) -> None:
    """No one is listening."""


@dataclass(frozen=True, slots=True)
class WaitLimit:
    """What one call of the engine allows.

    Attributes:
        say: Is told what is waited for or looked at; each line is worth something until the next one only.
        deadline: A ``clock.monotonic()`` that no wait may reach beyond; None for no limit. It ends waits, never a call
            to AWS that was begun.
    """

    say: Callable[[str], None] = _nobody
    deadline: float | None = None

    @classmethod
    def until(cls, seconds: float, say: Callable[[str], None]) -> WaitLimit:
        """So many seconds from now on; 0 for no limit, as the engine says it."""
        return cls(say, clock.monotonic() + seconds if seconds > 0 else None)

    def left(self) -> float:
        """The seconds that may still be waited, infinite without a limit."""
        return math.inf if self.deadline is None else max(0.0, self.deadline - clock.monotonic())


_current: ContextVar[WaitLimit] = ContextVar("patience", default=WaitLimit())  # noqa: B039 - frozen


def current() -> WaitLimit:
    """What the call that runs in this thread allows."""
    return _current.get()


@contextlib.contextmanager
def with_wait_limit(wait_limit: WaitLimit) -> Iterator[None]:
    """Let the calls to AWS in this block wait so long; what was before comes back, as the thread serves others too."""
    token = _current.set(wait_limit)
    try:
        yield
    finally:
        _current.reset(token)
