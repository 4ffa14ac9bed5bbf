"""A small world that runs act upon: certificates, stages, a published bundle. It decides nothing and judges nothing.

A run does what the lifecycle does: refresh, one step of the certificate, then the bundle (read again and repaired),
then the bindings. Everything that happens, by a run or by hand, goes into the log, in words of the world.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from apigw_client_cert.rotation.binding import (
    Move,
    Presented,
    Presents,
    Publication,
    binding_due,
    decide_binding,
)
from apigw_client_cert.rotation.decide import decide, left_out_after, pin_in_force
from apigw_client_cert.rotation.publication import Entry, Look, Offer, bundle_due, next_entries, restart, unwanted
from apigw_client_cert.rotation.transitions import Step, begin, lose, remember_trigger
from apigw_client_cert.rotation.trigger import trigger_pulled
from tests.property.rotation.performer import minted, perform

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apigw_client_cert.rotation.decide import Decision
    from apigw_client_cert.rotation.model import Generation, Rotation
    from apigw_client_cert.rotation.policy import Policy

LIFE = timedelta(days=365)


class Record(NamedTuple):
    """One thing that happened: when, in which run (0: by hand), what, to whom, and from and to what."""

    at: datetime
    run: int
    what: str
    who: str = ""
    before: str | None = None
    after: str | None = None


@dataclass(kw_only=True)
class Binding:
    """What the state of one stage binding remembers."""

    waiting_for: str | None = None
    waiting_until: datetime | None = None


class NoRoomError(Exception):
    """The account holds as many certificates as it may."""


class KilledError(Exception):
    """The process was killed after it generated a certificate and before it could save its state."""


@dataclass(kw_only=True)
class Environment:
    """The account, the target that backends read, our state, and the log."""

    policy: Policy
    now: datetime
    bindings: dict[str, Binding]
    presents: dict[str, str | None] = field(default_factory=dict)
    certificates: dict[str, Generation] = field(default_factory=dict)
    target: tuple[str, ...] = ()
    writable: bool = True
    kill_next: bool = False
    restless: bool = False
    """Whether ``rotation_trigger`` changes with every run."""
    quota: int = 1000
    entries: tuple[Entry, ...] = ()
    read_for: tuple[str, ...] = ()
    log: list[Record] = field(default_factory=list)
    run_number: int = 0
    rotation: Rotation = field(init=False)

    def __post_init__(self) -> None:
        """The first run: generate, publish, bind."""
        self.run_number = 1
        self.rotation = begin("r1", self._mint(1), self.now)
        self._publish()
        self._bind()
        self._end()

    def run(self, now: datetime) -> None:
        """One scheduled ``pulumi up --refresh``."""
        self.now = now
        self.run_number += 1
        if self.restless:
            self.policy = replace(self.policy, trigger=f"commit {self.run_number}")
        gone = {one.number for one in self.rotation.generations if one.id not in self.certificates}
        self.rotation = lose(self.rotation, gone, now)
        try:
            self._rotate()
        except KilledError:
            self._tell("red", "killed")
            return
        if self._publish():
            self._bind()
        self._end()

    # --- by hand --------------------------------------------------------------------------------------------------

    def delete_by_hand(self, generations: Iterable[Generation | None]) -> None:
        """Somebody deletes certificates, in use or not."""
        for one in generations:
            if one is not None and self.certificates.pop(one.id, None) is not None:
                self._tell("deleted", one.id, console=True)

    def present_by_hand(self, stage: str, certificate_id: str | None) -> None:
        """Somebody binds or clears a stage, ours or another."""
        self._tell("moved", stage, self.presents.get(stage), certificate_id, console=True)
        self.presents[stage] = certificate_id

    def revert_target_by_hand(self) -> None:
        """Somebody restores an older copy of the published file."""
        self.target = self.target[:-1]
        self._tell("bundle", after=" ".join(self.target), console=True)

    # --- one run --------------------------------------------------------------------------------------------------

    def _rotate(self) -> None:
        without: frozenset[Step] = frozenset()
        decision = decide(self.rotation, self.policy, self.now)
        while decision.step is not Step.NONE:
            self._tell("step", decision.step.value)
            try:
                self._perform(decision)
                break
            except NoRoomError:
                self._tell("red", "quota")
            without |= left_out_after(decision.step, nothing_made=True)
            decision = decide(self.rotation, self.policy, self.now, without)
        if not trigger_pulled(self.rotation, self.policy) and self.rotation.trigger != self.policy.trigger:
            self.rotation = remember_trigger(self.rotation, self.policy.trigger)

    def _perform(self, decision: Decision) -> None:
        number = self.rotation.highest_number + 1
        generates = decision.step in {Step.ISSUE, Step.REGENERATE}
        fresh = self._mint(number) if generates else minted(number, self.now, LIFE)
        users = {
            one.number: [stage for stage, shown in self.presents.items() if shown == one.id]
            for one in self.rotation.previous
        }
        before = self.rotation
        self.rotation = perform(before, decision, self.policy, self.now, fresh=fresh, users=users)
        if decision.step is Step.RETIRE:
            for one in before.generations:
                if self.rotation.numbered(one.number) is None:
                    del self.certificates[one.id]
                    self._tell("deleted", one.id)

    def _mint(self, number: int) -> Generation:
        """A new certificate, or the orphan that a killed run left behind."""
        found = self.certificates.get(f"gen{number}")
        if found is None:
            if len(self.certificates) >= self.quota:
                raise NoRoomError
            found = minted(number, self.now, LIFE)
            self.certificates[found.id] = found
            self._tell("minted", found.id, after=found.not_after.isoformat())
            if self.kill_next:
                self.kill_next = False
                raise KilledError
        return found

    def _publish(self) -> bool:
        active = self.rotation.active
        trusted = tuple(one for one in self.rotation.generations if one.trusted)
        offers = [Offer(rotation_id="r1", trusted=trusted, active_id=active.id if active else None)]
        drifted = self.target != tuple(entry.pem for entry in self.entries)
        if not drifted and bundle_due(self.entries, offers, (), self.read_for, self.now) is None:
            return True
        if not self.writable:
            self._tell("red", "bundle")
            return False
        presenting = set(self.presents.values())
        seen = {
            one.sha256: ("a stage",) if f"gen{int(one.sha256, 16)}" in presenting else ()
            for one in unwanted(self.entries, offers, (), self.now)
        }
        after = next_entries(self.entries, offers, (), self.now, Look(presenters=seen, again_at=self.now))
        missing = [entry.sha256 for entry in after if entry.pem not in self.target]
        self.entries = restart(after, missing, self.now)
        self.read_for = tuple(offer.active_id for offer in offers if offer.active_id)
        self.target = tuple(entry.pem for entry in self.entries)
        self._tell("bundle", after=" ".join(self.target))
        return True

    def _bind(self) -> None:
        desired = self.rotation.active
        if desired is None:
            return
        publication = Publication(
            since=next((entry.since for entry in self.entries if entry.sha256 == desired.sha256), None),
            trusted=[entry.sha256 for entry in self.entries],
        )
        for stage, binding in self.bindings.items():
            shown = self.presents.get(stage)
            due = binding_due(
                desired=desired.id,
                presented=shown,
                waiting_for=binding.waiting_for,
                waiting_until=binding.waiting_until,
                now=self.now,
            )
            if not due:
                continue
            decision = decide_binding(
                desired=desired.id,
                presented=self._presented(shown),
                publication=publication,
                policy=self.policy,
                take_over=False,
                now=self.now,
            )
            binding.waiting_for, binding.waiting_until = desired.id, decision.until
            if decision.move is Move.BIND:
                self._tell("moved", stage, shown, desired.id)
                self.presents[stage] = desired.id
            elif decision.move is Move.REFUSE:
                self._tell("red", stage)

    def _presented(self, certificate_id: str | None) -> Presented:
        if certificate_id is None:
            return Presented(kind=Presents.NOTHING)
        found = self.certificates.get(certificate_id)
        if found is None:
            return Presented(kind=Presents.GONE, id=certificate_id)
        return Presented(kind=Presents.OURS, id=found.id, not_after=found.not_after, sha256=found.sha256)

    def _end(self) -> None:
        self._tell("pin", "" if pin_in_force(self.rotation, self.policy, self.now)[0] is None else "pinned")
        active = self.rotation.active
        self._tell("active", active.id if active else "")
        pending = sum(one.role.value == "pending" for one in self.rotation.generations)
        self._tell("pending", str(pending))

    def _tell(
        self, what: str, who: str = "", before: str | None = None, after: str | None = None, *, console: bool = False
    ) -> None:
        self.log.append(Record(self.now, 0 if console else self.run_number, what, who, before, after))
