"""What the lifecycle methods return: neutral to the host that asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Checked:
    """Inputs as they go into state, and at most one failure per property (property -> reason)."""

    # Not in tracebacks: also_trust is whole PEMs.
    inputs: dict[str, Any] = field(repr=False)
    failures: dict[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """Whether an update is due, the properties that force a replacement, and the line that was said, if any."""

    changes: bool
    replaces: tuple[str, ...] = ()
    line: str | None = None
