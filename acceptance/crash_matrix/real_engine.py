"""The second layer: the real CLI and the real plugin process, which is killed where a call has just taken effect."""

from __future__ import annotations

import contextlib
import copy
import os
import signal
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance.crash_matrix.account import SavedAccount, restore, save
from acceptance.crash_matrix.completion import Shape, incompleteness
from acceptance.crash_matrix.kinds import Kind
from acceptance.crash_matrix.points import REAL_ENGINE, Point, RecordedCall, fault_at, label_of, points_of
from acceptance.crash_matrix.real_stack import RealStack
from acceptance.crash_matrix.verdict import Verdict
from acceptance.faulty_proxy import process_behind
from acceptance.model.cloud import START, Cloud
from acceptance.model.oracle import Oracle
from apigw_sandbox.faults import Fault, FaultKind, HangUpError

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

    from acceptance.pulumi_stack import Outcome
    from apigw_sandbox.faults import Moment

MOST_RUNS, MOST_DAYS = 3, 6
SCHEDULED = ("up", "--refresh")


@dataclass(frozen=True, slots=True)
class Step:
    """One CLI call of a stack's life, and its day."""

    name: str
    day: float
    flags: tuple[str, ...] = SCHEDULED


STEPS = (
    Step("create", 0, ("up",)),
    Step("issue", 336),
    Step("activate", 337),
    Step("confirm", 338),
    Step("retire", 341),
    Step("destroy", 342, ("destroy",)),
)


@dataclass(frozen=True, slots=True)
class _Eve:
    """The account, what the oracle knows, and where project and state are kept."""

    account: SavedAccount
    oracle: Oracle
    kept: Path


class RealDryRun:
    """One step, played up to its eve once, and from there as often as asked.

    Raises ``AssertionError`` where the CLI fails undisturbed.
    """

    def __init__(self, step: Step) -> None:
        self.step = step
        self._ending = contextlib.ExitStack()
        self._cloud = Cloud.running()
        self._cloud.fresh()
        folder = Path(self._ending.enter_context(tempfile.TemporaryDirectory(prefix="crash-matrix-")))
        with self._ending.pop_all() as ending:
            self._oracle = Oracle()
            self._stack = RealStack(self._cloud, folder)
            for before in STEPS[: STEPS.index(step)]:
                self._forward(before.day)
                self._undisturbed(before)
            self._forward(step.day)
            self._eve = _Eve(save(self._cloud, self._stack.targets[1:]), copy.deepcopy(self._oracle), folder / "kept")
            self._stack.keep(self._eve.kept)
            self.calls, self._end = self._record()
            self._ending = ending.pop_all()

    def __enter__(self) -> Self:
        """Ready."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the project."""
        self._ending.close()

    @property
    def points(self) -> list[Point]:
        """Everything that can happen to the undisturbed step's calls."""
        return points_of(REAL_ENGINE, self.step.name, self.calls)

    def judge(self, point: Point) -> Verdict:
        """Play one point: the disturbed call of the CLI, the next ones, and what they left."""
        restore(self._cloud, self._eve.account)
        self._oracle = copy.deepcopy(self._eve.oracle)
        self._stack.go_back(self._eve.kept)
        verdict = Verdict(point.id)
        faults = self._cloud.sandbox.faults
        faults.arm()
        faults.add(_killing(point) if point.kind is Kind.KILLED else fault_at(point))
        self._run(self.step.flags, verdict, clean=False)
        verdict.trouble = "" if faults.fired else "the fault did not strike"
        faults.clear()
        end = self._next_runs(verdict)
        if end is not None and end != self._end:
            self._wait_for_end(verdict)
        verdict.violations = list(self._oracle.complaints)
        verdict.orphans_after = len(self._stack.orphans())
        return verdict

    def _forward(self, day: float) -> None:
        self._cloud.forward(START + timedelta(days=day) - self._cloud.now())
        self._oracle.look(self._stack.seen())

    def _run(self, flags: tuple[str, ...], verdict: Verdict, *, clean: bool) -> Outcome:
        outcome = self._stack.call(flags, self._oracle, clean=clean)
        verdict.max_orphans_during = max(verdict.max_orphans_during, len(self._stack.orphans()))
        verdict.said.append(outcome.output)
        return outcome

    def _undisturbed(self, step: Step) -> None:
        outcome = self._run(step.flags, Verdict(step.name), clean=True)
        if not outcome.succeeded or self._oracle.complaints:
            raise AssertionError(f"{step.name} fails undisturbed: {self._oracle.complaints} {outcome.output}")

    def _record(self) -> tuple[tuple[RecordedCall, ...], Shape]:
        faults = self._cloud.sandbox.faults
        faults.arm()
        self._undisturbed(self.step)
        seen = faults.seen
        numbers = {one: f"g{number}" for number, one in enumerate(self._oracle.record.known, start=1)}
        names = {self._stack.api: "orders", **numbers}
        calls = [RecordedCall(seen=call, label=label_of(call, names)) for call in seen]
        end, verdict = self._stack.shape(self._oracle), Verdict(self.step.name)
        if incompleteness(end) or self._next_runs(verdict) != end:
            raise AssertionError(f"{self.step.name} comes to no rest undisturbed: {end} {verdict.unfinished}")
        # Bindings run side by side: the order of arrival is nobody's promise.
        return tuple(sorted(calls, key=lambda one: one.label)), end

    def _next_runs(self, verdict: Verdict) -> Shape | None:
        """The command again until nothing is due at this instant; None, and why, if that never comes."""
        flags = self.step.flags if self.step.flags[0] == "destroy" else SCHEDULED
        for _run in range(MOST_RUNS):
            outcome = self._run(flags, verdict, clean=True)
            if self._stack.at_rest(flags[0], outcome):
                return self._stack.shape(self._oracle)
        verdict.unfinished = f"no rest after {MOST_RUNS} more runs"
        return None

    def _wait_for_end(self, verdict: Verdict) -> None:
        """What was put off, a retirement after an incomplete scan, must come to the same end on the next days."""
        for day in range(1, MOST_DAYS + 1):
            self._forward(self.step.day + day)
            self._run(SCHEDULED, verdict, clean=True)
            if self._stack.shape(self._oracle) == self._end:
                return
        found = self._stack.shape(self._oracle)
        verdict.unfinished = f"another end after {MOST_DAYS} days: {found}, undisturbed {self._end}"


def _killing(point: Point) -> Fault:
    """SIGKILL for the process at the other end of the connection, when its call has taken effect."""

    def kill(moment: Moment) -> None:
        os.kill(process_behind(moment.caller_port, moment.server_port), signal.SIGKILL)
        raise HangUpError

    seen = point.call.seen
    return Fault(
        kind=FaultKind.CALL_BACK,
        service=seen.service,
        action=seen.action,
        resource=seen.resource,
        calls=(seen.occurrence,),
        callback=kill,
    )
