"""forecast(): what scheduled runs will do, told by playing the rules forward. Pure.

At each run that finds something due it asks the rules that an update asks, in the engine's order: ``decide`` for the
certificate, ``bundle_due`` and ``next_entries`` for its bundle, ``decide_binding`` for each stage. It goes from one due
date to the first run at or after it, and never through the runs in between.

The world is one without surprises: every call succeeds, every certificate lives a year, every backend accepts what it
was told of, and a stage that no binding here moves goes on presenting what it was last seen to present.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from apigw_client_cert.rotation import transitions
from apigw_client_cert.rotation.decide import Decision, decide
from apigw_client_cert.rotation.forecast_binding import Ahead, Bound, Moved, Waiting, in_wave_order
from apigw_client_cert.rotation.forecast_bundle import BundleAhead, Published, Publishing
from apigw_client_cert.rotation.forecast_findings import Findings
from apigw_client_cert.rotation.model import Finding, Generation, Phase, Role, Rotation
from apigw_client_cert.rotation.schedule import runs_every
from apigw_client_cert.rotation.transitions import Step
from apigw_client_cert.rotation.trigger import trigger_pulled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from apigw_client_cert.rotation.policy import Policy
    from apigw_client_cert.rotation.schedule import NextRun

# Every generated certificate (docs/aws.md §2).
LIFETIME = timedelta(days=365)
_NEXT_SECOND = timedelta(seconds=1)


class Milestone(NamedTuple):
    """One step of the future: when, which, and how things stand after it.

    ``generation`` is the one that the step is about, ``presented`` the one that stages may present after it,
    ``trusted`` all that backends trust after it; numbers, oldest first. ``kept_for`` are the stages that a look finds
    presenting a previous generation, and ``kept`` the generations that are kept for them.
    """

    at: datetime
    step: Step
    generation: int
    phase: Phase
    presented: int | None
    trusted: tuple[int, ...]
    kept_for: tuple[str, ...] = ()
    kept: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What runs will do until an instant, in the order in which they do it, and what is wrong with that.

    ``waiting`` are the stages that wait when it ends.
    """

    events: tuple[Milestone | Published | Moved, ...]
    findings: tuple[Finding, ...]
    waiting: tuple[Waiting, ...] = ()


def imagined(number: int, now: datetime) -> Generation:
    """A certificate of which only the number and the dates are known."""
    return Generation(
        number=number,
        id=f"generation-{number}",
        role=Role.PENDING,
        created_date=now,
        not_after=now + LIFETIME,
        serial="",
        sha256=f"generation-{number}",
        sha1="",
        spki_sha256="",
        pem="",
    )


def forecast(
    rotation: Rotation, policy: Policy, *, start: datetime, every: timedelta, most: int
) -> tuple[Milestone, ...]:
    """The next ``most`` steps of a certificate alone, by runs at ``start`` and every so often after it."""
    future = _Future(rotation=rotation, policy=policy)
    return tuple(
        islice((one for one in future.played(start, runs_every(start, every)) if isinstance(one, Milestone)), most)
    )


def forecast_until(  # noqa: PLR0913 - each is one part of what is played
    rotation: Rotation,
    policy: Policy,
    *,
    start: datetime,
    until: datetime,
    runs: NextRun,
    publishing: Publishing | None = None,
    bindings: Sequence[Bound] = (),
) -> Forecast:
    """What the runs from ``start`` until ``until`` do for one certificate, its bundle and all stages that present it.

    Args:
        rotation: The certificate's generations, as state has them.
        policy: Its durations, trigger and pin.
        start: From when on runs come.
        until: The last instant of interest.
        runs: When they come. The stacks of the bindings run at the same instants, after the certificate's.
        publishing: What its bundle holds; None where the generation's own ``pendingSince`` counts.
        bindings: Of this and of other stacks.
    """
    future = _Future(
        rotation=rotation,
        policy=policy,
        bundle=None if publishing is None else BundleAhead(publishing),
        stages=in_wave_order(bindings),
    )
    events = tuple(future.played(start, runs, until))
    waiting = tuple(one for stage in future.stages if (one := stage.waiting(until)) is not None)
    future.findings.at_the_end(future.rotation, waiting, until)
    return Forecast(events=events, findings=future.findings.found, waiting=waiting)


@dataclass(slots=True, kw_only=True)
class _Future:
    """One rotation while it is played forward."""

    rotation: Rotation
    policy: Policy
    bundle: BundleAhead | None = None
    stages: list[Ahead] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    _strangers: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Whoever presents a previous generation and is no binding of ours is nobody's to move."""
        others = set(self.rotation.retirement_blocked_by) - {one.bound.stage for one in self.stages}
        for one in self.rotation.previous:
            if others and one.scanned_at is not None and one.unused_since is None:
                self._strangers[one.number] = tuple(sorted(others))

    def played(
        self, start: datetime, runs: NextRun, until: datetime | None = None
    ) -> Iterator[Milestone | Published | Moved]:
        """Every event of every run, run by run."""
        now = runs(start)
        while now is not None and (until is None or now <= until):
            decision = decide(self.rotation, self.policy, now)
            yield from self._run(decision, now)
            # A run takes one step; what else is due is the next one's.
            later = now + _NEXT_SECOND
            if decision.step is Step.NONE:
                later = max(later, decision.next_action_at)
            now = runs(min([later, *(one for one in self._dates() if one > now)]))

    def _run(self, decision: Decision, now: datetime) -> Iterator[Milestone | Published | Moved]:
        if self.bundle is not None:
            self.bundle.knows(self.rotation)
        if decision.step is not Step.NONE:
            yield self._step(decision, now)
        if self.bundle is not None:
            published = self.bundle.run(self.rotation, self.policy, self._users(), now)
            if published is not None:
                yield published
        active = self.rotation.active
        if not self.stages or active is None:
            return
        # A wave is told what the one before came to in this very run.
        told = {one.bound.name: one for one in self.stages}
        for stage in self.stages:
            moved = stage.run(self.rotation, active, self.bundle, told, now)
            if moved is not None:
                self.findings.moved(moved, stage)
                yield moved

    def _step(self, decision: Decision, now: datetime) -> Milestone:
        before, numbers = self.rotation, decision.numbers
        made = decision.step in {Step.ISSUE, Step.REGENERATE}
        about = before.highest_number + 1 if made or not numbers else numbers[0]
        kept = tuple(self._in_use()) if decision.step in {Step.CONFIRM, Step.RETIRE} else ()
        self.rotation = self._taken(decision, now)
        if not trigger_pulled(self.rotation, self.policy):
            # One that waits is remembered by the rotation that it asks for.
            self.rotation = transitions.remember_trigger(self.rotation, self.policy.trigger)
        self.findings.stepped(before, self.policy, decision, now)
        active = self.rotation.active
        return Milestone(
            now,
            decision.step,
            about,
            self.rotation.phase,
            active.number if active else None,
            tuple(one.number for one in self.rotation.generations if one.trusted),
            self.rotation.retirement_blocked_by if kept else (),
            kept,
        )

    def _taken(self, decision: Decision, now: datetime) -> Rotation:
        """The rotation after the step, as everything went well."""
        rotation, policy = self.rotation, self.policy
        fresh = imagined(rotation.highest_number + 1, now)
        match decision.step:
            case Step.ISSUE:
                return transitions.issue(rotation, fresh, now, trigger=policy.trigger)
            case Step.REGENERATE:
                return transitions.regenerate(rotation, fresh, now, trigger=policy.trigger)
            case Step.CONFIRM:
                return transitions.confirm(rotation, self._in_use(), now)
            case Step.RETIRE:
                in_use = self._in_use()
                unused = [number for number in decision.numbers if number not in in_use]
                return transitions.retire(rotation, unused, in_use, now)
            case Step.WITHDRAW:
                return transitions.withdraw(rotation, now)
            case step:
                return transitions.activate(rotation, decision.numbers[0], now, step)

    def _in_use(self) -> Mapping[int, tuple[str, ...]]:
        users = self._users()
        return {one.number: users[one.id] for one in self.rotation.previous if users.get(one.id)}

    def _users(self) -> dict[str, tuple[str, ...]]:
        """Certificate id -> the stages that present it, before those of this run move."""
        users: dict[str, tuple[str, ...]] = {}
        for stage in self.stages:
            if stage.presented.id is not None:
                users[stage.presented.id] = (*users.get(stage.presented.id, ()), stage.bound.stage)
        for one in self.rotation.previous if self._strangers else ():
            if one.number in self._strangers:
                users[one.id] = (*users.get(one.id, ()), *self._strangers[one.number])
        return users

    def _dates(self) -> Iterator[datetime]:
        """When the bundle, or a stage that waits, has something to do."""
        if self.bundle is not None:
            yield from self.bundle.dates()
        for stage in self.stages:
            if stage.wakes_at is not None:
                yield stage.wakes_at
