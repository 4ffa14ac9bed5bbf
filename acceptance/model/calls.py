"""The changing calls of one run, judged one after the other against what the account was at that call."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from acceptance.model.seen import ACM, Certificate, Snapshot, fingerprints
from apigw_sandbox.journal import BINDING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from acceptance.model.record import Record, Run
    from acceptance.model.seen import Write
    from apigw_sandbox.journal import JournalEntry


class Calls:
    """Follows what stages present and which certificates exist, call by call."""

    def __init__(self, record: Record, run: Run, before: Snapshot, after: Snapshot) -> None:
        self._record = record
        self._run = run
        self._after = after
        self._presents = dict(before.presents)
        self._alive = dict(before.certificates)
        self._made: list[str] = []
        self._gone: list[str] = []

    def judge(self, changes: Iterable[JournalEntry], writes: Iterable[Write]) -> None:
        """Every call of the run that was meant to change something, and every write to a target, in order."""
        judges = {
            "GenerateClientCertificate": self._generation,
            "DeleteClientCertificate": self._deletion,
            "TagResource": self._tagging,
            "UntagResource": self._tagging,
            "UpdateStage": self._update_of_stage,
        }
        open_writes = list(writes)
        for call in changes:
            while open_writes and open_writes[0].mark < call.number:
                self._write(open_writes.pop(0))
            judges.get(call.action, self._other)(call)
        for write in open_writes:
            self._write(write)
        if self._made and self._gone and self._run.kind == "up":
            self._complain("2", f"it generated {self._made} and deleted {self._gone}")

    def _write(self, write: Write) -> None:
        """No trust leaves a target in what some stage presents at this instant, whosever it is."""
        lost = fingerprints(write.before) - fingerprints(write.after)
        for stage, shown in self._presents.items():
            one = self._alive.get(shown or "")
            if one is not None and one.sha256 in lost and one.expires > self._after.now:
                self._complain("12", f"{write.address} lost live {one.id}, which {stage} presents")
        self._record.published.written(write.address, write.after, self._after.now)

    def _generation(self, call: JournalEntry) -> None:
        if call.succeeded:
            self._made.append(call.resource)
            self._alive[call.resource] = self._record.known[call.resource]
            self._record.claim(self._run.stack, self._alive[call.resource])

    def _deletion(self, call: JournalEntry) -> None:
        one = call.resource
        # Even one that AWS refuses: nobody has seen whether it does.
        users = [stage for stage, shown in self._presents.items() if shown == one]
        if users:
            self._complain("3", f"DeleteClientCertificate of {one}, which {users} presented")
        if one in self._alive and not self._record.owns(self._run.stack, self._alive[one]):
            self._complain("4", f"DeleteClientCertificate of {one}, which is not its own")
        if call.succeeded and self._alive.pop(one, None) is not None:
            self._gone.append(one)

    def _tagging(self, call: JournalEntry) -> None:
        one = self._alive.get(call.resource)
        if one is None:
            return
        chosen = self._alive.get(self._run.adopts or "")
        beside = chosen is not None and chosen.rotation is not None and chosen.rotation == one.rotation
        # At creation or later, until it is in state.
        adopts = self._run.adopts not in self._run.listed[0] and (beside or one == chosen)
        # Nobody's by its tags, and this stack's by its state: a hand took them off.
        again = one.rotation is None and one.id in self._run.listed[0]
        if not (adopts or again or self._record.owns(self._run.stack, one)):
            self._complain("4", f"{call.action} of {one.id}, which is not its own")
        elif call.succeeded and one.id in self._after.certificates:
            # What a run adopts is its own for the rest of that run.
            self._alive[one.id] = self._after.certificates[one.id]
            self._record.claim(self._run.stack, self._alive[one.id])
        elif call.succeeded and again:
            # Retired later in the same run: what its tags say meanwhile is in no snapshot.
            self._alive[one.id] = replace(one, rotation=min(self._record.rotations[self._run.stack], default=None))

    def _other(self, call: JournalEntry) -> None:
        if call.action != "PutParameter" or f"ssm {call.resource}" not in self._run.targets:
            self._complain("9", f"{call.action} of {call.resource}")

    def _update_of_stage(self, call: JournalEntry) -> None:
        if not call.succeeded:
            return
        stage, shown, taken = call.resource, self._presents.get(call.resource), call.patch.get(BINDING)
        if set(call.patch) != {BINDING}:
            self._complain("9", f"it patched {sorted(call.patch)} of {stage}")
        if taken:
            self._move(stage, shown, taken, call.at)
        else:
            self._clearing(stage, shown)
        self._presents[stage] = taken or None

    def _move(self, stage: str, shown: str | None, taken: str, at: datetime) -> None:
        run = self._run
        if stage not in run.asserted:
            self._complain("9", f"it bound {stage}, which its program does not name")
        if taken not in self._alive or taken not in self._record.made(run.stack) | run.listed[1]:
            self._complain("4", f"it bound {stage} to {taken}, which is not its own")
        left = self._alive.get(shown or "")
        dead = left.expires <= at if left is not None else shown != ACM
        if not dead and shown != taken:
            self._replacement(stage, left, self._record.known[taken], at)

    def _replacement(self, stage: str, left: Certificate | None, taken: Certificate, at: datetime) -> None:
        """A stage leaves a live certificate (None: ACM's) for another one."""
        run, name = self._run, left.id if left else ACM
        if left is None or left.id not in self._record.made(run.stack):
            if left is not None and left.rotation is not None:
                self._complain("9", f"{stage} left {name}, which another rotation made")
            elif not run.take_over:
                self._complain("9", f"{stage} left {name} without take_over")
        published = self._record.published
        # Backends refuse already what it presents: every wait would only add to the loss.
        losing = bool(run.targets) and left is not None and published.since(run.stack, left, run.targets) is None
        since = published.since(run.stack, taken, run.targets)
        if left is not None and _goes_back(left, taken) and not published.worse(run.stack, left, taken, run.targets):
            return
        if since is None:
            self._complain("1", f"{stage} left live {name} for {taken.id}, which is not published")
        elif at - since < run.lead * 0.9 - timedelta(seconds=1) and not (losing or _hurried(run, left, since, at)):
            said = f"{at - since} after it was published; the lead is {run.lead}"
            self._complain("1", f"{stage} left live {name} for {taken.id} {said}")

    def _clearing(self, stage: str, shown: str | None) -> None:
        run, left = self._run, self._alive.get(shown or "")
        if stage in run.asserted and run.kind != "destroy":
            self._complain("9", f"it cleared {stage}, which the program binds")
        if stage not in run.bound or run.keeps:
            self._complain("9", f"it cleared {stage}, which was not its own to clear")
        if shown is not None and shown not in self._record.made(run.stack):
            self._complain("9", f"it cleared {stage} of {shown}, which it never set")
        if left is not None and left.rotation is not None and not self._record.owns(run.stack, left):
            self._complain("9", f"it cleared {stage} of {shown}, which another rotation has adopted")

    def _complain(self, invariant: str, what: str) -> None:
        self._record.complain(invariant, self._run, what)


def _goes_back(left: Certificate, taken: Certificate) -> bool:
    """Whether it leaves a certificate of the same rotation that was made later."""
    return left.rotation is not None and left.rotation == taken.rotation and taken.created < left.created


def _hurried(run: Run, left: Certificate | None, since: datetime, at: datetime) -> bool:
    """Whether the presented certificate runs out: within ``activate_by``, or half of it for what came that late."""
    if left is None:
        return False
    hurry = left.expires - run.activate_by
    return at >= (hurry if since < hurry else hurry + run.activate_by / 2)
