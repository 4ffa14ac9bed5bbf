"""What a trust bundle holds and since when. Pure.

It adds freely. What no input lists any more is only a wish to drop it: a live certificate leaves when a look found
that nobody presents it, and is kept for whoever does (invariant 12). An expired one leaves in a run that AWS answered:
a clock that is months ahead expires what stages present, and AWS refuses the signatures of such a clock. Entries keep
the place that they were first given: a backend that tries only the first matching certificate (docs/aws.md §9) then
keeps accepting what is presented now.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from apigw_client_cert.rotation.model import TrustedCertificate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(TrustedCertificate):
    """One certificate of a bundle; ``rotation_id`` None means that the user asked to trust it as well.

    ``since`` is None until it was written to every target and read back. ``kept_for`` are the stages for which it is
    kept although no input lists it any more, and ``look_again_at`` says when they are looked at again; None where an
    input lists it.
    """

    rotation_id: str | None
    since: datetime | None = None
    kept_for: tuple[str, ...] = ()
    look_again_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One rotation's share: its generations that backends should trust, oldest first, and which one is active."""

    rotation_id: str
    trusted: tuple[TrustedCertificate, ...]
    active_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Who presents what may have to go: SHA-256 -> stages, and when to look again at what is kept for them.

    What is not among ``presenters`` was not looked at, which counts as presented. Without ``answered`` nobody but this
    machine says what time it is.
    """

    presenters: Mapping[str, tuple[str, ...]]
    again_at: datetime
    answered: bool = True


def unwanted(
    published: Sequence[Entry], offers: Sequence[Offer], also: Iterable[TrustedCertificate], now: datetime
) -> tuple[Entry, ...]:
    """The live entries that no input lists any more: each needs a look before it may go."""
    wanted = _wanted(offers, also)
    return tuple(entry for entry in published if entry.sha256 not in wanted and not entry.expired(now))


def next_entries(
    published: Sequence[Entry],
    offers: Sequence[Offer],
    also: Iterable[TrustedCertificate],
    now: datetime,
    look: Look | None = None,
) -> tuple[Entry, ...]:
    """The entries that the bundle holds after this run, in their order; without a look, nothing leaves."""
    wanted = _wanted(offers, also)
    offering = {offer.rotation_id for offer in offers}
    kept: list[Entry] = []
    for entry in published:
        if entry.expired(now):
            if look is None or not look.answered:
                kept.append(entry)
        elif entry.sha256 in wanted:
            owner = _owner(entry, wanted[entry.sha256], offering)
            same = entry.rotation_id == owner and entry.look_again_at is None and not entry.kept_for
            kept.append(entry if same else replace(entry, rotation_id=owner, kept_for=(), look_again_at=None))
        elif look is None or entry.sha256 not in look.presenters:
            kept.append(entry)
        elif look.presenters[entry.sha256]:
            kept.append(replace(entry, kept_for=look.presenters[entry.sha256], look_again_at=look.again_at))
    known = {entry.sha256 for entry in kept}
    added = [entry for entry in wanted.values() if entry.sha256 not in known and not entry.expired(now)]
    if not published:
        # What the first text replaces is presented now, and is among what is trusted besides: the oldest comes first.
        added.sort(key=lambda entry: (entry.not_after, entry.rotation_id is not None))
    return (*kept, *added)


def restart(
    entries: Iterable[Entry],
    missing: Collection[str],
    now: datetime,
    unpublished: Collection[str] = (),
    unheld: Collection[str] = (),
) -> tuple[Entry, ...]:
    """The entries once written: what was missing from a target, or never written, is published from now.

    So is what was published at an instant that lies in the future: a clock was put back, and it proves nothing. What is
    still ``unpublished`` has no date; nor has what would be dated from now and is ``unheld``: not every target was seen
    to hold it in the end. What was published before keeps its date while a target cannot be read.
    """

    def since(entry: Entry) -> datetime | None:
        if entry.sha256 in unpublished:
            return None
        if entry.since is None or entry.since > now or entry.sha256 in missing:
            return None if entry.sha256 in unheld else now
        return entry.since

    dated = [(entry, since(entry)) for entry in entries]
    return tuple(entry if entry.since == at else replace(entry, since=at) for entry, at in dated)


def bundle_due(
    published: Sequence[Entry],
    offers: Sequence[Offer],
    also: Iterable[TrustedCertificate],
    read_for: Collection[str],
    now: datetime,
) -> str | None:
    """Why the bundle has something to do, as a stable word, or None.

    ``read_for`` are the active ids for which the targets were last read: before a stage may move to another one
    they are read again, and repaired.
    """
    also = tuple(also)
    after = next_entries(published, offers, also, now)
    if any(entry.since is None for entry in after):
        return "add"
    if any(entry.expired(now) for entry in published):
        return "drop"
    if [entry.rotation_id for entry in after] != [entry.rotation_id for entry in published]:
        return "adopt"
    if any(
        entry.look_again_at is None or entry.look_again_at <= now for entry in unwanted(published, offers, also, now)
    ):
        return "look"
    if not {offer.active_id for offer in offers if offer.active_id} <= set(read_for):
        return "read-again"
    return None


def _wanted(offers: Sequence[Offer], also: Iterable[TrustedCertificate]) -> dict[str, Entry]:
    wanted: dict[str, Entry] = {}
    for offer in offers:
        for certificate in offer.trusted:
            wanted.setdefault(certificate.sha256, entry_of(certificate, offer.rotation_id))
    for certificate in also:
        wanted.setdefault(certificate.sha256, entry_of(certificate, None))
    return wanted


def _owner(entry: Entry, wanted: Entry, offering: Collection[str]) -> str | None:
    """Who may retire it: the rotation that lists it now, which may have adopted it, else the one that did before."""
    if wanted.rotation_id is None and entry.rotation_id not in offering:
        return entry.rotation_id
    return wanted.rotation_id


def entry_of(certificate: TrustedCertificate, rotation_id: str | None) -> Entry:
    """An entry that is not published yet."""
    return Entry(
        sha256=certificate.sha256,
        sha1=certificate.sha1,
        spki_sha256=certificate.spki_sha256,
        pem=certificate.pem,
        not_after=certificate.not_after,
        rotation_id=rotation_id,
    )
