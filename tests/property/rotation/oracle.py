"""What must never happen, computed from the world's log alone. Shares no code with the rules: it imports none."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.property.rotation.simulated import Record


@dataclass(kw_only=True)
class Oracle:
    """Reads a log once, from its beginning, and collects what should not have happened.

    ``punctual``: runs came at least every ``activate_by / 2``, so liveness is owed too. With ``overlap`` it counts for
    how many runs, at most, a certificate stayed that was neither active nor the newest, that no pin kept, and that
    nobody had presented for so long twice: once until it is confirmed, once until it may go.
    """

    publish_lead: timedelta
    activate_by: timedelta
    punctual: bool = True
    complaints: list[str] = field(default_factory=list)
    minted: dict[str, datetime] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    presents: dict[str, str | None] = field(default_factory=dict)
    published_since: dict[str, datetime] = field(default_factory=dict)
    actives: list[str] = field(default_factory=list)
    most_certificates: int = 0
    disturbed_until: datetime | None = None
    overlap: timedelta | None = None
    most_runs_unneeded: int = 0
    _shown_last: dict[str, datetime] = field(default_factory=dict)
    _unneeded_runs: Counter[str] = field(default_factory=Counter)
    _pinned: bool = False
    _minting_runs: Counter[int] = field(default_factory=Counter)
    _deleting_runs: Counter[int] = field(default_factory=Counter)
    _run: int = 0

    def read(self, log: Iterable[Record]) -> Oracle:
        """Judge all that happened; returns itself."""
        for record in log:
            if record.run > self._run:
                self._run = record.run
                self._before_run(record.at)
            getattr(self, f"_{record.what}")(record)
        for run in self._minting_runs.keys() & self._deleting_runs.keys():
            self.complaints.append(f"run {run} generated and deleted")
        return self

    def _before_run(self, at: datetime) -> None:
        """Liveness is worst at the last instant before a run comes to help."""
        disturbed = self.disturbed_until is not None and at <= self.disturbed_until
        if self.punctual and self.actives and not disturbed:
            left = self.minted[self.actives[-1]] - at
            if left < self.activate_by / 2:
                self.complaints.append(f"{at}: active {self.actives[-1]} has only {left} left")

    def _pin(self, record: Record) -> None:
        self._pinned = bool(record.who)

    def _count_unneeded(self, at: datetime) -> None:
        """At the end of a run."""
        there = self.minted.keys() - self.deleted
        shown = {one for one in self.presents.values() if one}
        needed = {*shown, *self.actives[-1:], *sorted(there, key=lambda one: self.minted[one])[-1:]}
        for one in there:
            if one in needed or self._pinned:
                self._shown_last[one] = at
                self._unneeded_runs[one] = 0
            elif self.overlap and at - self._shown_last.get(one, at) >= 2 * self.overlap:
                self._unneeded_runs[one] += 1
                self.most_runs_unneeded = max(self.most_runs_unneeded, self._unneeded_runs[one])

    def _minted(self, record: Record) -> None:
        if record.who in self.minted:
            self.complaints.append(f"{record.at}: {record.who} was generated twice")
        self.minted[record.who] = datetime.fromisoformat(record.after or "")
        self._minting_runs[record.run] += 1
        self.most_certificates = max(self.most_certificates, len(self.minted.keys() - self.deleted))

    def _deleted(self, record: Record) -> None:
        self.deleted.add(record.who)
        if not record.run:
            # Nothing is owed until two runs could issue and activate what somebody deleted.
            self.disturbed_until = record.at + 2 * self.activate_by
            return
        self._deleting_runs[record.run] += 1
        users = [stage for stage, shown in self.presents.items() if shown == record.who]
        if users:
            self.complaints.append(f"{record.at}: {record.who} was deleted while {users} presented it")

    def _bundle(self, record: Record) -> None:
        held = (record.after or "").split()
        for one in self.published_since.keys() - set(held):
            lives = one not in self.deleted and self.minted[one] > record.at
            if record.run and lives:
                self.complaints.append(f"{record.at}: live {one} lost its trust")
        if record.run and held != sorted(held, key=lambda one: int(one.removeprefix("gen"))):
            self.complaints.append(f"{record.at}: the bundle is not oldest first: {held}")
        self.published_since = {one: self.published_since.get(one, record.at) for one in held}

    def _moved(self, record: Record) -> None:
        self.presents[record.who] = record.after
        left_one, taken = record.before, record.after or ""
        if not record.run or left_one is None or left_one in self.deleted or self.minted[left_one] <= record.at:
            return
        since = self.published_since.get(taken)
        if since is None:
            self.complaints.append(f"{record.at}: {record.who} moved to {taken}, which is not published")
            return
        running_out = self.minted[left_one] - record.at <= self.activate_by
        if not running_out and record.at - since < self.publish_lead * 0.9 - timedelta(seconds=1):
            self.complaints.append(f"{record.at}: {record.who} moved to {taken} {record.at - since} after publication")

    def _active(self, record: Record) -> None:
        if not record.who or record.who in self.deleted or self.minted[record.who] <= record.at:
            self.complaints.append(f"{record.at}: the run left no live certificate active, but {record.who!r}")
        if not self.actives or self.actives[-1] != record.who:
            self.actives.append(record.who)

    def _pending(self, record: Record) -> None:
        self._count_unneeded(record.at)
        if int(record.who) > 1:
            self.complaints.append(f"{record.at}: {record.who} pending at once")

    def _step(self, _record: Record) -> None:
        """Steps have names; only what they do is judged."""

    def _red(self, record: Record) -> None:
        if record.who == "killed":
            self.disturbed_until = record.at + 2 * self.activate_by
