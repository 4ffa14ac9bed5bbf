"""API Gateway's control-plane throttle: a token bucket for the whole account."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from apigw_sandbox.api_errors import TooManyRequests

if TYPE_CHECKING:
    from collections.abc import Callable


class TokenBucket:
    """Refills by rate up to burst. Not thread-safe: the control plane's lock guards it.

    It reads a monotonic clock, never the sandbox's: moving the sandbox's clock must not open the throttle.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._tokens: float | None = None
        self._at = 0.0

    def take(self, *, rate: float, burst: int) -> None:
        """One request; raises ``TooManyRequests`` with the whole seconds until the next one is let in."""
        now = self._monotonic()
        tokens = float(burst) if self._tokens is None else min(burst, self._tokens + (now - self._at) * rate)
        self._at = now
        if tokens < 1:
            self._tokens = tokens
            raise TooManyRequests("Too Many Requests", retry_after=max(1, math.ceil((1 - tokens) / rate)))
        self._tokens = tokens - 1

    def reset(self) -> None:
        """Full again."""
        self._tokens = None
