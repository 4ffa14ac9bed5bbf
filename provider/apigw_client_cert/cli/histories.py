"""What was done to every rotation of the states that were read: what ``history`` renders. Nothing is judged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert.cli.exit_status import ExitStatus
from apigw_client_cert.cli.fleet import fleet_of
from apigw_client_cert.cli.names import known_names, names_of, unowned
from apigw_client_cert.cli.resources import SHUT
from apigw_client_cert.cli.standings import standings_of
from apigw_client_cert.cli.states import Unread
from apigw_client_cert.errors import RotationError, joined
from apigw_client_cert.lifecycle.binding.outputs import last_confirmed
from apigw_client_cert.lifecycle.inputs import UNKNOWN
from apigw_client_cert.lifecycle.state import HISTORY, instant_or_none, text, undamaged

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from apigw_client_cert.cli.fleet import Group
    from apigw_client_cert.cli.resources import Binding, Certificate
    from apigw_client_cert.cli.standings import Standing
    from apigw_client_cert.cli.states import StackState
    from apigw_client_cert.rotation.model import HistoryEntry

#: In the place of what is encrypted in state.
ENCRYPTED: Final = "(encrypted)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What a stage's backend was last proven to accept: of a binding, by what, and since when."""

    stack: str
    name: str
    stage: str
    certificate_id: str
    since: datetime | None
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationHistory:
    """One rotation: its entries, the newest last, what its bindings have confirmed, and how its certificates stand."""

    stack: StackState
    name: str
    rotation_id: str
    entries: tuple[HistoryEntry, ...]
    confirmed: tuple[Confirmed, ...]
    standings: tuple[Standing, ...]

    @property
    def events(self) -> tuple[HistoryEntry | Confirmed, ...]:
        """Both."""
        return (*self.entries, *self.confirmed)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryReport:
    """All of them, by stack and name, as of one instant.

    ``missing`` are names that no rotation has, ``known`` those that there are then.
    """

    now: datetime
    histories: tuple[RotationHistory, ...]
    unread: tuple[Unread, ...]
    missing: tuple[str, ...] = ()
    known: tuple[str, ...] = ()

    @property
    def exit_status(self) -> ExitStatus:
        """4 where something could not be read, or a name is no rotation's."""
        return ExitStatus.UNREAD if self.unread or self.missing else ExitStatus.FINE

    @property
    def in_order(self) -> list[tuple[RotationHistory, HistoryEntry | Confirmed]]:
        """Everything over all rotations, the newest last; what says of no instant comes first."""
        told = [(one, each) for one in self.histories for each in one.events]
        return sorted(told, key=lambda pair: instant.timestamp() if (instant := at_of(pair[1])) else 0.0)

    @property
    def standings(self) -> list[tuple[RotationHistory, Standing]]:
        """Every certificate that a rotation still has, and what else its stages present."""
        return [(one, each) for one in self.histories for each in one.standings]


def at_of(one: HistoryEntry | Confirmed) -> datetime | None:
    """When a step was taken, or since when something is confirmed."""
    return one.since if isinstance(one, Confirmed) else one.at


def histories_of(states: Iterable[StackState | Unread], asked: Collection[str], now: datetime) -> HistoryReport:
    """The histories of all rotations, or of those that are asked for, by what people call them."""
    fleet = fleet_of(states)
    found: list[RotationHistory] = []
    unread, met = list(fleet.unread), set[str]()
    for group in fleet.groups:
        names = _names(group)
        if asked and names.isdisjoint(asked):
            continue
        met |= names
        if group.certificate is None:
            unread.append(Unread(group.stack.label, unowned(group)))
            continue
        told = [one for binding in group.bindings for one in _confirmed(binding)]
        found.append(_history(group, group.certificate, (one for one in told if isinstance(one, Confirmed))))
        unread += [*_spoilt(group.certificate), *(one for one in told if isinstance(one, Unread))]
    missing = tuple(name for name in asked if name not in met)
    return HistoryReport(
        now=now,
        histories=tuple(sorted(found, key=lambda one: (one.stack.label, one.name))),
        unread=tuple(unread),
        missing=missing,
        known=known_names(fleet) if missing else (),
    )


def _names(group: Group) -> set[str]:
    """A certificate that was retired names its rotation for as long as that remembers it."""
    entries = () if group.certificate is None else group.certificate.rotation.history
    return names_of(group) | {one.certificate_id for one in entries}


def _history(group: Group, owner: Certificate, confirmed: Iterable[Confirmed]) -> RotationHistory:
    return RotationHistory(
        stack=group.stack,
        name=owner.resource.name,
        rotation_id=owner.rotation.rotation_id,
        entries=tuple(map(_shown, owner.rotation.history)),
        confirmed=tuple(confirmed),
        standings=tuple(standings_of(group)),
    )


def _shown(entry: HistoryEntry) -> HistoryEntry:
    """The entry, with a word where something of it is encrypted."""
    return replace(
        entry,
        certificate_id=_word(entry.certificate_id),
        sha256=_word(entry.sha256),
        step=_word(entry.step),
        in_use_by=None if entry.in_use_by is None else tuple(map(_word, entry.in_use_by)),
        caller=None if entry.caller is None else _word(entry.caller),
    )


def _word(text: str) -> str:
    return ENCRYPTED if text == UNKNOWN else text


def _spoilt(owner: Certificate) -> Iterator[Unread]:
    """What of the history is not what a release wrote: a hand has edited it, or it is encrypted."""
    name, kept = owner.resource.name, owner.resource.outputs.get(HISTORY)
    if HISTORY in owner.resource.encrypted:
        yield Unread(owner.stack.label, f"history {SHUT}", name)
        return
    lost = 0 if kept is None else len(kept) - len(owner.rotation.history) if isinstance(kept, list) else 1
    if lost:
        why = f"{lost} of what its history holds cannot be read: it was edited or damaged, and is left out"
        yield Unread(owner.stack.label, why, name)


def _plain(evidence: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Evidence with a word in the place of what is encrypted."""
    if isinstance(evidence, dict):
        return {key: _plain(one) for key, one in evidence.items()}
    return ENCRYPTED if evidence == UNKNOWN else evidence


def _confirmed(binding: Binding) -> Iterator[Confirmed | Unread]:
    # A state of an older release has what is presented alone.
    kept = binding.resource.outputs.keys() | binding.resource.encrypted
    keys = ("lastConfirmed",) if "lastConfirmed" in kept else ("verifiedClientCertificateId", "verifiedAt", "evidence")
    shut = [key for key in keys if key in binding.resource.encrypted]
    if shut:
        yield Unread(binding.stack.label, f"{joined(shut)} {SHUT}", binding.resource.name)
    try:
        with undamaged():
            told = last_confirmed(binding.resource.outputs)
            if told is not None:
                evidence = _plain(told.get("evidence"))
                yield Confirmed(
                    stack=binding.stack.label,
                    name=binding.resource.name,
                    stage=str(binding.stage),
                    certificate_id=_word(text(told["clientCertificateId"])),
                    since=instant_or_none(told.get("since")),
                    evidence=evidence if isinstance(evidence, dict) else {},
                )
    except RotationError as error:
        yield Unread(binding.stack.label, str(error), binding.resource.name)
