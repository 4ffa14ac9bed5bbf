"""The account of the benchmarks: what AWS grants each (docs/aws.md §3.5), and when its first certificate is made."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Final

START: Final = datetime(2026, 3, 2, 10, tzinfo=timezone.utc)
STAGES_PER_API: Final = 10
RATE_PER_SECOND: Final = 10.0
BURST: Final = 40


def seconds_at_the_limit(calls: int) -> float:
    """How long so many calls take at least where the account has the burst to begin with."""
    return max(0, calls - BURST) / RATE_PER_SECOND
