"""How one point ended."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Verdict:
    """One point's result; ``violations`` begin with the number of the invariant.

    ``unfinished``: why the next runs did not bring everything to its end, "" if they did. ``trouble``: what was wrong
    with the trial itself. ``said``: what the runs said, for the reader of a failure.
    """

    point: str
    violations: list[str] = field(default_factory=list)
    unfinished: str = ""
    trouble: str = ""
    orphans_after: int = 0
    max_orphans_during: int = 0
    said: list[str] = field(default_factory=list)

    @property
    def completed(self) -> bool:
        """Whether the next runs brought everything to its end."""
        return not self.unfinished and not self.trouble

    @property
    def passed(self) -> bool:
        """Whether nothing at all is wrong."""
        return self.completed and not self.violations and not self.orphans_after and self.max_orphans_during <= 1
