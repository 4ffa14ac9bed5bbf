"""What a trust bundle holds and since when. Pure.

It adds freely and drops only what is expired or retired (invariant 12). Entries keep the place that they were
first given: a backend that tries only the first matching certificate (facts/aws-client-certs.md §0.1) then keeps
accepting what is presented now.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from apigw_client_cert.rotation.model import TrustedCertificate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(TrustedCertificate):
    """One certificate of a bundle; ``rotation_id`` None means that the user asked to trust it as well.

    ``since`` is None until it was written to every target and read back.
    """

    rotation_id: str | None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One rotation's share: its generations that backends should trust, oldest first, and which one is active."""

    rotation_id: str
    trusted: tuple[TrustedCertificate, ...]
    active_id: str | None = None


def next_entries(
    published: Sequence[Entry], offers: Sequence[Offer], also: Iterable[TrustedCertificate], now: datetime
) -> tuple[Entry, ...]:
    """The entries that the bundle holds after this run, in their order."""
    wanted: dict[str, Entry] = {}
    for offer in offers:
        for certificate in offer.trusted:
            wanted.setdefault(certificate.sha256, _entry(certificate, offer.rotation_id))
    for certificate in also:
        wanted.setdefault(certificate.sha256, _entry(certificate, None))
    offering = {offer.rotation_id for offer in offers}
    kept = [
        replace(entry, rotation_id=_owner(entry, wanted.get(entry.sha256), offering))
        for entry in published
        if not entry.expired(now)
        # A rotation that is no longer among the inputs has not said that its certificates are retired.
        and (entry.sha256 in wanted or (entry.rotation_id is not None and entry.rotation_id not in offering))
    ]
    known = {entry.sha256 for entry in kept}
    added = [entry for entry in wanted.values() if entry.sha256 not in known and not entry.expired(now)]
    return (*kept, *added)


def restart(entries: Iterable[Entry], missing: Collection[str], now: datetime) -> tuple[Entry, ...]:
    """The entries once written: what was missing from a target, or never written, is published from now.

    So is what was published at an instant that lies in the future: a clock was put back, and it proves nothing.
    """
    return tuple(
        replace(entry, since=now) if entry.since is None or entry.since > now or entry.sha256 in missing else entry
        for entry in entries
    )


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
    after = next_entries(published, offers, also, now)
    before = [entry.sha256 for entry in published]
    if any(entry.since is None for entry in after):
        return "add"
    if [entry.sha256 for entry in after] != before:
        return "drop"
    if [entry.rotation_id for entry in after] != [entry.rotation_id for entry in published]:
        return "adopt"
    if not {offer.active_id for offer in offers if offer.active_id} <= set(read_for):
        return "read-again"
    return None


def _owner(entry: Entry, wanted: Entry | None, offering: Collection[str]) -> str | None:
    """Who may retire it: the rotation that lists it now, which may have adopted it, else the one that did before."""
    if wanted is None or (wanted.rotation_id is None and entry.rotation_id not in offering):
        return entry.rotation_id
    return wanted.rotation_id


def _entry(certificate: TrustedCertificate, rotation_id: str | None) -> Entry:
    facts = {one.name: getattr(certificate, one.name) for one in fields(TrustedCertificate)}
    return Entry(**facts, rotation_id=rotation_id)
