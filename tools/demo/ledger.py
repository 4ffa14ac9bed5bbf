"""What happened, from two witnesses that know nothing of each other: the sandbox's journal and Pulumi's history.

Pure: values in, values out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from apigw_sandbox.clock import parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from apigw_sandbox.journal import JournalEntry

PREVIEW = "preview"

# The actions that a story is told by; publishing to a file makes no AWS call, publishing to SSM does.
GENERATE = "GenerateClientCertificate"
PUBLISH = "PutParameter"
PATCH = "UpdateStage"
DELETE = "DeleteClientCertificate"

# startTime and endTime of `pulumi stack history --json` are cut to whole seconds (seen with v3.259, file backend):
# an update that ended at 41.9 says 41.
RESOLUTION = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Run:
    """One CLI call of the demo, with the journal's last number before and after it.

    ``step`` names an update (create, issue, activate, confirm, retire, destroy), or is PREVIEW.
    """

    step: str
    after: int
    through: int

    def holds(self, call: JournalEntry) -> bool:
        """Whether a call was made while the CLI ran."""
        return self.after < call.number <= self.through


@dataclass(frozen=True, slots=True)
class Update:
    """One entry of the history, and the CLI call that made it."""

    version: int
    started: datetime
    ended: datetime
    run: Run

    def holds(self, call: JournalEntry) -> bool:
        """Whether a call was made inside this update.

        The history's window alone would do for updates that are far apart. As it is up to a second wider than the
        update at either end, two updates in quick succession could both claim a call; the journal's numbers around
        the CLI call settle that without any waiting.
        """
        return self.started <= call.wall < self.ended + RESOLUTION and self.run.holds(call)


class Ledger:
    """The updates with their AWS calls.

    Args:
        runs: The CLI calls, oldest first; every one that is no preview should have made one update.
        history: What `pulumi stack history --json` says: newest first. Its `version` is 0 throughout on a file
            backend, so an update's version is its place, counted from 1 as Pulumi Cloud does.
        calls: What came over the API (changes by hand are no calls), oldest first.
        stages: The bound stages as the journal writes them, ``api/stage``.
    """

    def __init__(
        self,
        runs: Sequence[Run],
        history: Sequence[Mapping[str, Any]],
        calls: Sequence[JournalEntry],
        stages: Sequence[str],
    ) -> None:
        self.runs = tuple(runs)
        self.calls = tuple(calls)
        self.stages = tuple(stages)
        made = [run for run in runs if run.step != PREVIEW]
        # Lengths differ where a CLI call died before it made an update; `promises` says so.
        self.updates = tuple(
            Update(version, parse_instant(entry["startTime"]), parse_instant(entry["endTime"]), run)
            for version, (entry, run) in enumerate(zip(reversed(history), made, strict=False), start=1)
        )
        self.complete = len(made) == len(history)

    def of(self, update: Update) -> list[JournalEntry]:
        """Every call inside an update, reads included."""
        return [call for call in self.calls if update.holds(call)]

    def versions(self, calls: Iterable[JournalEntry]) -> list[int]:
        """The updates that hold any of these calls, each once, oldest first."""
        return [update.version for update in self.updates if any(update.holds(call) for call in calls)]

    def at_step(self, *steps: str) -> list[JournalEntry]:
        """Every call inside the updates of these steps."""
        return [call for update in self.updates if update.run.step in steps for call in self.of(update)]

    def at_preview(self) -> list[JournalEntry]:
        """Every call, reads included, while any preview ran."""
        previews = [run for run in self.runs if run.step == PREVIEW]
        return [call for call in self.calls if any(run.holds(call) for run in previews)]

    def report(self, *, ok: bool) -> dict[str, object]:
        """What reports/demo.json holds."""
        generated, deleted = self._succeeded(GENERATE), self._succeeded(DELETE)
        return {
            "ok": ok,
            "updates": [
                {"version": update.version, "calls": [call.action for call in self.of(update) if call.mutates]}
                for update in self.updates
            ],
            "aws_calls_at_preview": len(self.at_preview()),
            "generated": generated,
            "deleted": deleted,
            "left_behind": generated - deleted,
        }

    def _succeeded(self, action: str) -> int:
        return sum(call.action == action and call.succeeded for call in self.calls)
