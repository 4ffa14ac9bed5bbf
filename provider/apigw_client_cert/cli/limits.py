"""From when on runs count as stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When a person is to hear that runs have stopped.

    ``grace``: a step has been due for longer; None is half of each rotation's ``activate_by``, which is how far apart
    runs may be for the certificate's life to be enough. ``stale``: the state is older, or of no time; None never
    asks.
    """

    grace: timedelta | None = None
    stale: timedelta | None = None
