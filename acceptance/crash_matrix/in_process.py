"""The first layer: real lifecycle code, real boto3, the sandbox; the engine's part is acceptance/model/engine.py's."""

from __future__ import annotations

import contextlib
import copy
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from acceptance.crash_matrix.account import SavedAccount, restore, save
from acceptance.crash_matrix.completion import Shape, incompleteness, orphans, shape_of
from acceptance.crash_matrix.deaths import Death
from acceptance.crash_matrix.kinds import DEATHS, Kind
from acceptance.crash_matrix.operations import watched
from acceptance.crash_matrix.points import IN_PROCESS, Point, RecordedCall, fault_at, label_of, points_of
from acceptance.crash_matrix.preparations import STACK
from acceptance.crash_matrix.verdict import Verdict
from acceptance.model.simulation import STACKS, Simulation

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from acceptance.crash_matrix.scenarios import Scenario
    from acceptance.model.engine import Held, Program
    from acceptance.model.oracle import Oracle

MOST_RUNS = 3
"""One to adopt or repeat, one to see that nothing is left, one to spare."""

MOST_DAYS = 14
"""A scan that failed is tried again within a day, a lead is one, an overlap three; each begins anew at worst."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Eve:
    """Everything as it is before the run that is disturbed."""

    account: SavedAccount
    oracle: Oracle
    stacks: dict[str, tuple[Program, dict[str, Held], list[Held]]]
    lost: frozenset[str]
    refused: frozenset[str]


class DryRun:
    """One scenario, played up to its eve once, and from there as often as asked.

    Raises ``AssertionError`` where the scenario fails undisturbed.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.simulation = Simulation()
        self._cloud = self.simulation.cloud
        self._faults = self._cloud.sandbox.faults
        scenario.prepare(self.simulation)
        self._eve = self._saved()
        self.calls = self._record()
        undisturbed = Verdict(scenario.name)
        scenario.afterwards(self.simulation)
        self._end = self._next_runs(undisturbed)
        self._rest: Shape | None = None
        wrong = scenario.violations(self.simulation.oracle.complaints)
        wrong += [undisturbed.unfinished] if self._end is None else incompleteness(self._end)
        if wrong:
            raise AssertionError(f"{scenario.name} fails undisturbed: {wrong}")

    @property
    def points(self) -> list[Point]:
        """Everything that can happen to the undisturbed run's calls."""
        return points_of(IN_PROCESS, self.scenario.name, self.calls)

    def judge(self, point: Point) -> Verdict:
        """Play one point: the disturbed run, the next ones, and what they left."""
        self._begin()
        verdict = Verdict(point.id)
        self._faults.arm()
        with self._disturb(point):
            self._run(verdict, self.scenario.kind, refresh=self.scenario.refresh, clean=False)
        killed = self.simulation.said[-1].endswith(": killed")
        struck = killed if point.kind in DEATHS else bool(self._faults.fired)
        verdict.trouble = self._wrong_stages(point) if struck else "the fault did not strike"
        self._faults.clear()
        self.scenario.afterwards(self.simulation)
        end = self._next_runs(verdict)
        if end is not None and end != self._end:
            if self._rest is None:
                self._rest = self._rest_of_undisturbed()
                return self.judge(point)
            self._wait_for_rest(verdict)
        verdict.violations = self.scenario.violations(self.simulation.oracle.complaints)
        verdict.orphans_after = len(self._orphans())
        verdict.said = list(self.simulation.said)
        return verdict

    def _saved(self) -> _Eve:
        addresses = tuple(one for stack in STACKS for one in self.simulation.addresses(stack))
        stacks = {name: (one.program, one.state, one.condemned) for name, one in self.simulation.engines.items()}
        lost = orphans(self._cloud.calls(0), self.simulation.snapshot(), self._listed())
        return _Eve(
            account=save(self._cloud, addresses),
            oracle=copy.deepcopy(self.simulation.oracle),
            stacks=copy.deepcopy(stacks),
            # A lost state leaves more than one; an interrupted run's one still counts.
            lost=frozenset(lost if len(lost) > 1 else ()),
            refused=frozenset(self.simulation.surroundings.refused),
        )

    def _begin(self) -> None:
        restore(self._cloud, self._eve.account)
        self.simulation.oracle = copy.deepcopy(self._eve.oracle)
        self.simulation.said.clear()
        self.simulation.surroundings.refused = set(self._eve.refused)
        for name, engine in self.simulation.engines.items():
            engine.program, engine.state, engine.condemned = copy.deepcopy(self._eve.stacks[name])

    def _record(self) -> tuple[RecordedCall, ...]:
        self._faults.arm()
        with watched(self._faults) as operations:
            self._run(Verdict(""), self.scenario.kind, refresh=self.scenario.refresh, clean=True)
        seen = self._faults.seen
        apis = {"dev": "orders", "live": "feed", "old": "legacy"}
        names = {self.simulation.places[stage]["apiId"]: api for stage, api in apis.items()}
        for number, one in enumerate(self.simulation.oracle.record.known.values()):
            names[one.id] = f"g{number}" if number else "foreign"
        if self.simulation.said[-1].endswith(": green") is self.scenario.red:
            raise AssertionError(f"{self.scenario.name} fails undisturbed: {self.simulation.said[-1]}")
        return tuple(
            RecordedCall(seen=call, label=label_of(call, names), operation=operations[call.number]) for call in seen
        )

    def _disturb(self, point: Point) -> AbstractContextManager[None]:
        """Arm what happens; calls count from here."""
        if point.kind in DEATHS:
            return Death.of(self._cloud).at_call(point.call.seen.number, point.kind)
        self._faults.add(fault_at(point))
        return contextlib.nullcontext()

    def _wrong_stages(self, point: Point) -> str:
        """What is wrong where the disturbed run did not come to its call by the recorded way."""
        count = point.call.seen.number - (point.kind is Kind.KILLED_BEFORE)
        way = [(one.action, one.resource) for one in self._faults.seen[:count]]
        recorded = [(one.seen.action, one.seen.resource) for one in self.calls[:count]]
        return "" if way == recorded else f"the run went another way: {way}"

    def _run(self, verdict: Verdict, kind: str, *, refresh: bool, clean: bool) -> bool:
        """One CLI call in a process of its own, which asks for its account anew; returns whether it was green."""
        self._cloud.client._account = None  # noqa: SLF001 - the client outlives the processes that it plays in
        green = self.simulation.run(STACK, kind, refresh=refresh, clean=clean)
        verdict.max_orphans_during = max(verdict.max_orphans_during, len(self._orphans()))
        return green

    def _next_runs(self, verdict: Verdict) -> Shape | None:
        """The operator repeats the command until nothing is due at this instant; None, and why, if that never comes."""
        destroying = self.scenario.kind == "destroy"
        for _run in range(MOST_RUNS):
            green = self._run(verdict, "destroy" if destroying else "up", refresh=not destroying, clean=True)
            if green and (destroying or self.simulation.quiet(STACK)):
                return self._shape()
        verdict.unfinished = f"no rest after {MOST_RUNS} more runs: {self.simulation.said[-1]}"
        return None

    def _wait_for_rest(self, verdict: Verdict) -> None:
        """What was put off must come to the same end on the next days."""
        for _day in range(MOST_DAYS):
            self.simulation.forward(timedelta(days=1))
            self._run(verdict, "up", refresh=True, clean=True)
            if self._shape() == self._rest:
                verdict.unfinished = "; ".join(incompleteness(self._rest))
                return
        verdict.unfinished = f"another end after {MOST_DAYS} days: {self._shape()}, undisturbed {self._rest}"

    def _rest_of_undisturbed(self) -> Shape:
        self._begin()
        unused = Verdict("")
        self._run(unused, self.scenario.kind, refresh=self.scenario.refresh, clean=True)
        self.scenario.afterwards(self.simulation)
        self._next_runs(unused)
        for _day in range(MOST_DAYS):
            self.simulation.forward(timedelta(days=1))
            self._run(unused, "up", refresh=True, clean=True)
        return self._shape()

    def _shape(self) -> Shape:
        generations = self.simulation.engines[STACK].output("generations") or ()
        return shape_of(self.simulation.snapshot(), self.simulation.oracle.record.known, generations)

    def _listed(self) -> frozenset[str]:
        return frozenset(one["id"] for one in self.simulation.engines[STACK].output("generations") or ())

    def _orphans(self) -> list[str]:
        found = orphans(self._cloud.calls(0), self.simulation.snapshot(), self._listed())
        return [one for one in found if one not in self._eve.lost]
