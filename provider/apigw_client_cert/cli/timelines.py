"""What a drawing of one rotation shows: what is known until now, and what daily runs of a year to come will do.

The rules are ``rotation/``'s: what comes is the forecast, told again as the spans between its events.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from apigw_client_cert.cli.cadence import Cadence
from apigw_client_cert.cli.forecasts import bundle_of, coming_of, played
from apigw_client_cert.errors import RotationError
from apigw_client_cert.lifecycle.binding.waves_inputs import predecessors
from apigw_client_cert.lifecycle.state import instant_or_none, undamaged
from apigw_client_cert.rotation.forecast import LIFETIME, Milestone
from apigw_client_cert.rotation.forecast_binding import Moved
from apigw_client_cert.rotation.forecast_bundle import Published
from apigw_client_cert.rotation.schedule import runs_every
from apigw_client_cert.rotation.transitions import Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from apigw_client_cert.cli.fleet import Group
    from apigw_client_cert.cli.forecasts import Coming
    from apigw_client_cert.cli.resources import Binding, Bundle, Certificate
    from apigw_client_cert.cli.rows import Row, ShownStage
    from apigw_client_cert.rotation.model import Finding, Generation

#: How far a page looks ahead, and how often runs are taken to come until then.
AHEAD: Final = timedelta(days=365)
EVERY: Final = timedelta(days=1)
TO_COME: Final = "to come"
_MADE: Final = frozenset({Step.ISSUE, Step.REGENERATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One generation: from when it was made until it is deleted, or expires.

    ``id`` None: it is to come. ``trusted_since`` None: backends were not told of it; ``trusted_until`` None: they go on
    trusting it. ``made`` is None where a binding of another stack was not told.
    """

    number: int
    id: str | None
    role: str
    made: datetime | None
    expires: datetime
    deleted: datetime | None = None
    trusted_since: datetime | None = None
    trusted_until: datetime | None = None

    @property
    def ends(self) -> datetime:
        """Its end, whichever comes first."""
        return self.expires if self.deleted is None else min(self.deleted, self.expires)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presenting:
    """What a stage presents from when until when; nothing of this rotation where there is no ``generation``."""

    since: datetime | None
    until: datetime | None
    certificate: str | None
    generation: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One stage: what it presents over time, and the bindings of the wave before it."""

    shown: ShownStage
    presents: tuple[Presenting, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InPhase:
    """A phase, since when, as far as that is known, and until when."""

    phase: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One rotation over time; ``unforeseen`` says why nothing is known of what comes."""

    now: datetime
    phases: tuple[InPhase, ...]
    lives: tuple[Life, ...]
    lanes: tuple[Lane, ...]
    coming: tuple[Coming, ...]
    findings: tuple[Finding, ...]
    unforeseen: str | None = None

    def instants(self) -> Iterator[datetime]:
        """Every instant at which something has begun or will, in no order."""
        yield from (one.at for one in self.coming)
        for life in self.lives:
            yield from (at for at in (life.made, life.trusted_since) if at is not None)
        for lane in self.lanes:
            yield from (one.since for one in lane.presents if one.since is not None)


def timeline_of(row: Row, now: datetime) -> Timeline:
    """The rotation of this row; what cannot be foreseen is said, and the rest is there all the same."""
    owner, group = row.group.certificate, row.group
    if owner is None:
        return _told(row, now)
    cadence = Cadence(start=now, until=now + AHEAD, runs=runs_every(now, EVERY), written="")
    coming: list[Coming] = []
    findings: tuple[Finding, ...] = ()
    unforeseen = None
    try:
        told = played(group, owner, cadence)
        coming, findings = coming_of(group, owner, told), told.findings
    except RotationError as error:
        unforeseen = str(error)
    numbers = {one.id: one.number for one in owner.rotation.generations}
    return Timeline(
        now=now,
        phases=tuple(_phases(owner, coming, now)),
        lives=tuple(_lives(owner, bundle_of(group, owner), coming)),
        lanes=tuple(_lanes(row, numbers, coming)),
        coming=tuple(coming),
        findings=findings,
        unforeseen=unforeseen,
    )


def _told(row: Row, now: datetime) -> Timeline:
    """What the bindings of another stack were told; without the owner nothing is known of what comes."""
    told: Mapping[str, Life] = {}
    # What is damaged the row's findings say.
    with contextlib.suppress(RotationError), undamaged():
        told = {life.id or "": life for life in _told_lives(row.group)}
    return Timeline(
        now=now,
        phases=(),
        lives=tuple(sorted(told.values(), key=lambda one: one.number)),
        lanes=tuple(_lanes(row, {key: life.number for key, life in told.items()}, ())),
        coming=(),
        findings=(),
        unforeseen="the stack that owns the certificate was not read",
    )


def _told_lives(group: Group) -> Iterator[Life]:
    since = {entry.sha256: entry.since for bundle in group.bundles for entry in bundle.entries}
    for binding in group.bindings:
        for one in binding.generations.values():
            expires = instant_or_none(one.get("expirationDate"))
            if expires is not None:
                yield Life(
                    number=int(one["number"]),
                    id=str(one["id"]),
                    role=str(one.get("role", "")),
                    made=instant_or_none(one.get("createdDate")),
                    expires=expires,
                    trusted_since=since.get(str(one.get("sha256"))) or _published(binding, one),
                )


def _published(binding: Binding, generation: Mapping[str, object]) -> datetime | None:
    told = binding.resource.inputs.get("publishedSince")
    return instant_or_none(told.get(generation.get("sha256"))) if isinstance(told, dict) else None


def _phases(owner: Certificate, coming: Sequence[Coming], now: datetime) -> Iterator[InPhase]:
    rotation = owner.rotation
    since = None if rotation.pending is None else rotation.pending.pending_since
    phase, begun = rotation.phase, now if since is None else min(since, now)
    for one in coming:
        if isinstance(one.event, Milestone) and one.event.phase is not phase:
            yield InPhase(phase=phase.value, since=begun, until=one.at)
            phase, begun = one.event.phase, one.at
    yield InPhase(phase=phase.value, since=begun, until=None)


def _lives(owner: Certificate, bundle: Bundle | None, coming: Sequence[Coming]) -> list[Life]:
    lives = {one.number: _known(one, bundle) for one in owner.rotation.generations}
    for one in coming:
        event = one.event
        if isinstance(event, Published):
            lives |= {key: replace(lives[key], trusted_since=one.at) for key in {*event.added} & {*lives}}
            lives |= {key: replace(lives[key], trusted_until=one.at) for key in {*event.withdrawn} & {*lives}}
        elif isinstance(event, Milestone):
            _step(lives, event, by_bundle=bundle is not None)
    return list(lives.values())


def _known(one: Generation, bundle: Bundle | None) -> Life:
    if bundle is None:
        since = (one.pending_since or one.created_date) if one.trusted else None
    else:
        since = next((entry.since for entry in bundle.entries if entry.sha256 == one.sha256), None)
    return Life(
        number=one.number,
        id=one.id,
        role=one.role.value,
        made=one.created_date,
        expires=one.not_after,
        trusted_since=since,
    )


def _step(lives: dict[int, Life], event: Milestone, *, by_bundle: bool) -> None:
    if event.step in _MADE:
        made = Life(number=event.generation, id=None, role=TO_COME, made=event.at, expires=event.at + LIFETIME)
        lives[event.generation] = made if by_bundle else replace(made, trusted_since=event.at)
    untrusted = [key for key, life in lives.items() if key not in event.trusted and life.deleted is None]
    if event.step is Step.RETIRE:
        # What has expired left the trust long before it is deleted.
        gone = {*untrusted, event.generation} - {*event.kept}
        lives |= {key: replace(lives[key], deleted=event.at) for key in gone & {*lives}}
    if not by_bundle:
        ended = [key for key in untrusted if lives[key].trusted_since and lives[key].trusted_until is None]
        lives |= {key: replace(lives[key], trusted_until=event.at) for key in ended}


def _lanes(row: Row, numbers: Mapping[str, int], coming: Sequence[Coming]) -> Iterator[Lane]:
    for binding, shown in zip(row.group.bindings, row.stages, strict=True):
        moves = [one for one in coming if isinstance(one.event, Moved) and one.event.refusal is None]
        ours = [one for one in moves if (one.stack, one.resource) == (shown.stack, shown.name)]
        yield Lane(shown=shown, presents=tuple(_presents(binding, numbers, ours)), after=_after(binding))


def _presents(binding: Binding, numbers: Mapping[str, int], moves: Sequence[Coming]) -> Iterator[Presenting]:
    certificate, since = binding.presented, binding.presented_since
    generation = None if certificate is None else numbers.get(certificate)
    for one in moves:
        yield Presenting(since=since, until=one.at, certificate=certificate, generation=generation)
        certificate, since = None, one.at
        generation = one.event.generation if isinstance(one.event, Moved) else None
    yield Presenting(since=since, until=None, certificate=certificate, generation=generation)


def _after(binding: Binding) -> tuple[str, ...]:
    with contextlib.suppress(RotationError), undamaged():
        return tuple(one.name for one in predecessors(binding.resource.given))
    return ()
