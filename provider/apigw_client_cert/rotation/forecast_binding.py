"""A binding's part of a forecast: when its stage moves, by the rules of binding.py and turn.py. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from apigw_client_cert.rotation.binding import (
    BindingPolicy,
    Held,
    Move,
    Presented,
    Presents,
    Publication,
    Refusal,
    binding_due,
    decide_binding,
)
from apigw_client_cert.rotation.waves import Predecessor, WaveOrder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from apigw_client_cert.rotation.binding import BindingDecision
    from apigw_client_cert.rotation.forecast_bundle import BundleAhead
    from apigw_client_cert.rotation.model import Generation, Rotation
    from apigw_client_cert.rotation.waves import Hold


_DEFAULTS = BindingPolicy()


def _always_open(_now: datetime) -> datetime | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One binding, of whatever stack, as its state has it.

    ``name`` is unique among all that are played together, and what ``after`` names. ``stage`` is what a look calls the
    stage. ``opens_at`` says when the next maintenance window opens, None while one is open. ``verifies``: a switch is
    tried before, or confirmed after it. ``by_bundle``: its lead counts from when the bundle published the certificate.
    """

    name: str
    stage: str
    presented: Presented
    since: datetime | None = None
    policy: BindingPolicy = _DEFAULTS
    after: tuple[Predecessor, ...] = ()
    soak: timedelta = timedelta(0)
    opens_at: Callable[[datetime], datetime | None] = _always_open
    verifies: bool = False
    take_over: bool = False
    by_bundle: bool = True
    failed: bool = False
    waiting_for: str | None = None
    waiting_until: datetime | None = None


class Moved(NamedTuple):
    """A stage that moves, or is refused to: when, from which generation to which, and what it waited for until then.

    ``former`` is None where the stage presented nothing, or nothing of this rotation. ``overruled`` are the waits that
    the end of what it presents cuts short. ``former_ends``: when what it leaves expires. ``refusal``: it stays.
    """

    at: datetime
    binding: str
    stage: str
    generation: int
    former: int | None
    waited_for: tuple[Hold, ...] = ()
    overruled: tuple[Hold, ...] = ()
    former_ends: datetime | None = None
    verified: bool = False
    refusal: Refusal | None = None


class Waiting(NamedTuple):
    """A stage that waits when the forecast ends: for which generation's turn, for what, until when.

    ``unready`` are the bindings of the wave before that hold it.
    """

    binding: str
    stage: str
    hold: Hold
    until: datetime
    unready: tuple[str, ...] = ()


@dataclass(slots=True)
class Ahead:
    """A binding while it is played forward."""

    bound: Bound
    presented: Presented
    since: datetime | None
    wakes_at: datetime | None
    hold: Hold | None = None
    _waiting_for: str | None = None
    _waited_for: tuple[Hold, ...] = ()
    _after: tuple[Predecessor, ...] = ()
    _refused_for: str | None = None
    _first: bool = True

    def run(
        self,
        rotation: Rotation,
        active: Generation,
        bundle: BundleAhead | None,
        told: Mapping[str, Ahead],
        now: datetime,
    ) -> Moved | None:
        """One run's update, where something is due; None where the stage keeps what it presents."""
        if self._first and self.bound.failed:
            # The first run without a failure dates what is presented anew, for those who wait until it has soaked.
            self.since = now
        woken, self._first = self._first, False
        after = self._predecessors(told)
        woken, self._after = woken or after != self._after, after
        due = binding_due(
            desired=active.id,
            presented=self.presented.id,
            waiting_for=self._waiting_for,
            waiting_until=self.wakes_at,
            now=now,
        )
        if not due and not (woken and active.id != self.presented.id):
            return None
        return self._decided(rotation, active, bundle, now)

    def waiting(self, now: datetime) -> Waiting | None:
        """What it waits for, once the runs until ``now`` were played; None where it waits for nothing."""
        if self.hold is None or self.wakes_at is None or self._waiting_for is None:
            return None
        wave_order = WaveOrder(predecessors=self._after, soak=self.bound.soak)
        unready = wave_order.unready(self._waiting_for, now)
        return Waiting(self.bound.name, self.bound.stage, self.hold, self.wakes_at, unready)

    def told(self, former: Predecessor) -> Predecessor:
        """What the next wave is told of it."""
        return replace(former, presented=self.presented.id, since=self.since, verified=True, failed=False)

    def _predecessors(self, told: Mapping[str, Ahead]) -> tuple[Predecessor, ...]:
        if not self.bound.after:
            return ()
        return tuple(told[one.name].told(one) if one.name in told else one for one in self.bound.after)

    def _decided(
        self, rotation: Rotation, active: Generation, bundle: BundleAhead | None, now: datetime
    ) -> Moved | None:
        bound, former = self.bound, self._number(rotation)
        dates = bundle if bound.by_bundle else None
        going_back = former is not None and former > active.number
        wave_order = WaveOrder(
            predecessors=self._after, soak=bound.soak, opens_at=bound.opens_at(now), going_back=going_back
        )
        decision = decide_binding(
            desired=active.id,
            presented=self.presented,
            publication=self._publication(rotation, active, dates),
            policy=bound.policy,
            take_over=bound.take_over,
            now=now,
            wave_order=wave_order,
            held=self._held(active, dates),
        )
        moved = Moved(now, bound.name, bound.stage, active.number, former, former_ends=self.presented.not_after)
        if decision.move is Move.BIND:
            return self._bound(moved, active, decision)
        if decision.move is Move.REFUSE:
            return self._refused(moved, active.id, decision)
        self._wait(active.id, decision)
        return None

    def _bound(self, moved: Moved, active: Generation, decision: BindingDecision) -> Moved:
        self.presented = Presented(kind=Presents.OURS, id=active.id, not_after=active.not_after, sha256=active.sha256)
        self.since, self.wakes_at, self.hold = moved.at, None, None
        self._waiting_for, waited, self._waited_for = None, self._waited_for, ()
        return moved._replace(waited_for=waited, overruled=decision.overruled, verified=self.bound.verifies)

    def _wait(self, desired: str, decision: BindingDecision) -> None:
        self._waiting_for, self.wakes_at, self.hold = desired, decision.until, decision.hold
        if decision.hold is not None and decision.hold not in self._waited_for:
            self._waited_for = (*self._waited_for, decision.hold)

    def _refused(self, moved: Moved, desired: str, decision: BindingDecision) -> Moved | None:
        """Said once; only the end of what is presented changes the answer, and what the next steps bring."""
        again = self._refused_for == desired
        self._refused_for, self._waiting_for = desired, desired
        self.wakes_at = self.presented.not_after or moved.at + timedelta(days=3650)
        return None if again else moved._replace(refusal=decision.refusal)

    def _number(self, rotation: Rotation) -> int | None:
        return next((one.number for one in rotation.generations if one.id == self.presented.id), None)

    def _publication(self, rotation: Rotation, active: Generation, bundle: BundleAhead | None) -> Publication:
        if bundle is None:
            shown = next((one.pending_since for one in rotation.generations if one.id == self.presented.id), None)
            return Publication(since=active.pending_since, presented_since=shown)
        return Publication(
            since=bundle.since(active.sha256),
            presented_since=bundle.since(self.presented.sha256),
            # Whether a certificate of somebody else's is trusted as well, only its PEM could say.
            trusted=bundle.held() if bundle.told.targets and self.presented.sha256 is not None else None,
            rotations=(rotation.rotation_id,),
        )

    def _held(self, active: Generation, bundle: BundleAhead | None) -> Held | None:
        if bundle is None or not bundle.told.targets:
            return None
        held, shown = bundle.held(), self.presented.sha256
        return Held(desired=active.sha256 in held, presented=shown is None or shown in held)


def in_wave_order(bindings: Sequence[Bound]) -> list[Ahead]:
    """The bindings as a run comes to them: each after those of the wave before it, else in the order given."""
    names = {one.name: one for one in bindings}
    order: dict[str, Ahead] = {}
    begun: set[str] = set()

    def visit(one: Bound) -> None:
        if one.name in begun:
            return
        begun.add(one.name)
        for former in one.after:
            if former.name in names:
                visit(names[former.name])
        order[one.name] = _ahead(one)

    for one in bindings:
        visit(one)
    return list(order.values())


def _ahead(bound: Bound) -> Ahead:
    return Ahead(
        bound=bound,
        presented=bound.presented,
        since=bound.since,
        wakes_at=bound.waiting_until,
        _waiting_for=bound.waiting_for,
        _after=bound.after,
    )
