"""A trust bundle's part of a forecast: what it holds after each run, by the rules of publication.py. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from apigw_client_cert.rotation.decide import LONGEST_SCAN_PAUSE
from apigw_client_cert.rotation.durations import served
from apigw_client_cert.rotation.publication import Entry, Look, Offer, bundle_due, next_entries, restart, unwanted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from apigw_client_cert.rotation.model import Generation, Rotation
    from apigw_client_cert.rotation.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """What a bundle holds of one certificate's rotation.

    ``entries`` are this rotation's, in their order; ``others`` the SHA-256 of what else it holds. ``read_for`` are the
    active ids for which the targets were last read. ``targets``: it writes targets of its own, which stages look at.
    ``also`` are those of this rotation's generations that ``also_trust`` names besides.
    """

    name: str
    entries: tuple[Entry, ...]
    read_for: Collection[str]
    others: Collection[str] = ()
    targets: bool = True
    also: tuple[Generation, ...] = ()


class Published(NamedTuple):
    """What a run adds to a bundle and withdraws from it: generations, by number."""

    at: datetime
    bundle: str
    added: tuple[int, ...]
    withdrawn: tuple[int, ...]


@dataclass(slots=True)
class BundleAhead:
    """A bundle while it is played forward."""

    told: Publishing
    entries: tuple[Entry, ...] = ()
    _read_for: Collection[str] = ()
    _numbers: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with what state has."""
        self.entries, self._read_for = self.told.entries, self.told.read_for

    def knows(self, rotation: Rotation) -> None:
        """The numbers of what a step may delete; a bundle has fingerprints."""
        self._numbers |= {one.sha256: one.number for one in rotation.generations}

    def run(
        self, rotation: Rotation, policy: Policy, users: Mapping[str, tuple[str, ...]], now: datetime
    ) -> Published | None:
        """One run's update, where something is due; None where nothing enters or leaves."""
        self.knows(rotation)
        active, also = rotation.active, self.told.also
        trusted = tuple(one for one in rotation.generations if one.trusted)
        offer = Offer(rotation_id=rotation.rotation_id, trusted=trusted, active_id=active.id if active else None)
        if bundle_due(self.entries, (offer,), also, self._read_for, now) is None:
            return None
        before = {entry.sha256 for entry in self.entries}
        ids = {one.sha256: one.id for one in rotation.generations}
        asked = unwanted(self.entries, (offer,), also, now)
        look = Look(
            presenters={entry.sha256: users.get(ids.get(entry.sha256, ""), entry.kept_for) for entry in asked},
            again_at=now + served(min(LONGEST_SCAN_PAUSE, policy.overlap)),
        )
        self.entries = restart(next_entries(self.entries, (offer,), also, now, look), (), now)
        self._read_for = {active.id} if active else set()
        after = {entry.sha256 for entry in self.entries}
        added, withdrawn = self._numbered(after - before), self._numbered(before - after)
        return Published(now, self.told.name, added, withdrawn) if added or withdrawn else None

    def since(self, sha256: str | None) -> datetime | None:
        """Since when it publishes a certificate."""
        return next((entry.since for entry in self.entries if entry.sha256 == sha256), None)

    def held(self) -> frozenset[str]:
        """The SHA-256 of all that it holds."""
        return frozenset([*(entry.sha256 for entry in self.entries), *self.told.others])

    def dates(self) -> Iterator[datetime]:
        """When an entry expires, or is looked at again."""
        for entry in self.entries:
            yield entry.not_after
            if entry.look_again_at is not None:
                yield entry.look_again_at

    def _numbered(self, pins: Collection[str]) -> tuple[int, ...]:
        return tuple(sorted(self._numbers[pin] for pin in pins if pin in self._numbers))
