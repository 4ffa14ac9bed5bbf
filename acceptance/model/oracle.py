"""What must never happen, judged from the sandbox's journal and state alone. Imports nothing of the package.

Each complaint begins with the number of the invariant that it breaks.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from acceptance.model.calls import Calls
from acceptance.model.record import Record, Run
from acceptance.model.seen import ACM, Certificate, Snapshot, fingerprints

if TYPE_CHECKING:
    from collections.abc import Iterable

    from acceptance.model.seen import Write
    from apigw_sandbox.journal import JournalEntry

# The tool adopts a first generation that no state knows for an hour (docs/decisions.md, 7); later a person decides.
ADOPTABLE = timedelta(hours=1)
_FORGIVEN = -1000


@dataclass(kw_only=True)
class Oracle:
    """Follows the account from one snapshot to the next.

    ``listed``: what each stack's state listed last. ``abandoned``: what no run finds again, or need not.
    """

    record: Record = field(default_factory=Record)
    happened: Counter[str] = field(default_factory=Counter)
    listed: dict[str, frozenset[str]] = field(default_factory=lambda: defaultdict(frozenset))
    abandoned: set[str] = field(default_factory=set)
    _clean_runs: dict[str, int] = field(default_factory=dict)

    @property
    def complaints(self) -> list[str]:
        """What was found so far."""
        return self.record.complaints

    def look(self, seen: Snapshot) -> None:
        """Something happened by hand, or time passed."""
        self.record.known.update(seen.certificates)
        self.record.published.look(seen)

    def plan_changed(self, stack: str) -> None:
        """The owner asked for other dates: what an interrupted run was about may not be due any more."""
        for one in self._orphans_of(stack, self.record.known.values()):
            self._clean_runs[one.id] = _FORGIVEN

    def judge(
        self,
        run: Run,
        before: Snapshot,
        calls: Iterable[JournalEntry],
        after: Snapshot,
        writes: Iterable[Write] = (),
    ) -> None:
        """One run is over."""
        calls = tuple(calls)
        self._count(run, calls)
        self.record.known.update(after.certificates)
        self._count_lost_creation(run, before)
        changes = [one for one in calls if one.mutates]
        self._reading_only(run, before, calls, after)
        Calls(self.record, run, before, after).judge(changes, writes)
        self.record.published.look(after)
        if run.kind == "up":
            self._targets(run, before, after)
            moved = {one.resource for one in changes if one.action == "UpdateStage" and one.succeeded}
            self._held(run, after, run.asserted if run.refreshed else run.asserted & moved)
        self.listed[run.stack] = run.listed[1]
        self.record.had[run.stack] |= run.listed[1]
        for one in run.listed[1] - run.listed[0]:
            self.record.published.offered(run.stack, one, after.now)
        self._orphans(run, after)
        if run.scheduled:
            self._after_a_scheduled_run(run, after)

    def _reading_only(self, run: Run, before: Snapshot, calls: tuple[JournalEntry, ...], after: Snapshot) -> None:
        changes = [one.action for one in calls if one.mutates]
        if run.kind == "preview" and calls:
            self._complain("6", run, f"it called {[one.action for one in calls]}")
        if run.kind == "refresh" and changes:
            self._complain("6", run, f"it called {changes}")
        if run.kind != "up" and before.targets != after.targets:
            self._complain("6, 12", run, "it wrote to a target")

    def _targets(self, run: Run, before: Snapshot, after: Snapshot) -> None:
        own = {self.record.known[one].sha256 for one in self.record.made(run.stack) | run.listed[1]} | run.trusted_too
        for address, content in before.targets.items():
            there = fingerprints(content)
            if content != after.targets[address] and _says_something(content):
                written = address in run.written or (there and there <= own)
                if not written and not run.takes_targets:
                    self._complain("9", run, f"it overwrote {address}, which it had not written")
            lost = there - fingerprints(after.targets[address])
            for one in self.record.known.values():
                # What another rotation trusted there, or a person wrote, is not this run's to keep.
                ours = one.id in run.listed[0] or one.sha256 in run.trusted_too
                if one.sha256 in lost and ours and one.id in after.certificates and one.expires > after.now:
                    self._complain("12", run, f"{address} lost live {one.id}")

    def _held(self, run: Run, after: Snapshot, stages: frozenset[str]) -> None:
        """Hand edits are seen by ``--refresh``; what a run moves, it looks at in any case."""
        for stage in stages if run.green else ():
            one = after.certificates.get(after.presents.get(stage) or "")
            lacking = [at for at in run.targets if one and one.sha256 not in fingerprints(after.targets[at])]
            if one and one.expires > after.now and lacking:
                self._complain("13", run, f"it was green, and {lacking} do not hold {one.id}, which {stage} presents")

    def _after_a_scheduled_run(self, run: Run, after: Snapshot) -> None:
        for stage in run.asserted:
            shown = after.certificates.get(after.presents.get(stage) or "")
            if (shown is None or shown.expires <= after.now) and after.presents.get(stage) != ACM:
                self._complain("1", run, f"it was green, and {stage} presents no live certificate")
        for one in run.listed[1]:
            cert = after.certificates.get(one)
            for address in run.targets:
                if cert and cert.expires > after.now and cert.sha256 not in fingerprints(after.targets[address]):
                    self._complain("12", run, f"it was green, and {address} does not hold live {one}")

    def _orphans(self, run: Run, after: Snapshot) -> None:
        found = self._orphans_of(run.stack, after.certificates.values())
        found = [one for one in found if one.id not in self.abandoned and one.expires > after.now]
        if len(found) > 1:
            self._complain("5", run, f"{[one.id for one in found]} are in no state")
        for one in found:
            self._clean_runs[one.id] = self._clean_runs.get(one.id, 0) + run.scheduled
            if self._clean_runs[one.id] >= 2:
                self._complain("5", run, f"{one.id} is in no state after two clean runs")

    def _orphans_of(self, stack: str, among: Iterable[Certificate]) -> list[Certificate]:
        # What is being adopted from another stack is in that one's state until it is in this one's.
        in_state = frozenset[str]().union(self.listed[stack], *self.listed.values())
        return [one for one in among if self.record.owns(stack, one) and one.id not in in_state]

    def _count_lost_creation(self, run: Run, before: Snapshot) -> None:
        if run.kind == "up" and not run.listed[0]:
            lost = self._orphans_of(run.stack, before.certificates.values())
            self.abandoned |= {one.id for one in lost if before.now - one.created > ADOPTABLE}

    def _count(self, run: Run, calls: tuple[JournalEntry, ...]) -> None:
        how = "killed" if run.killed else "green" if run.green else "red"
        self.happened.update([f"{run.kind} {how}", f"phase {run.phase}"])
        self.happened.update(f"fault {one.fault}" for one in calls if one.fault)
        self.happened.update(f"{one.action} {_answer(one)}" for one in calls if one.mutates)

    def _complain(self, invariant: str, run: Run, what: str) -> None:
        self.record.complain(invariant, run, what)


def _says_something(content: str | None) -> bool:
    """Comments alone are anybody's to replace: no reader obeys them."""
    return any(line.strip() and not line.lstrip().startswith("#") for line in (content or "").splitlines())


def _answer(call: JournalEntry) -> str:
    return "succeeded" if call.succeeded else "refused"
