"""What a sweep finds, and what it does: nothing where anything could not be read, and each deletion after a look."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from apigw_client_cert import errors
from apigw_client_cert.cli.exit_status import ExitStatus
from apigw_client_cert.cli.live.orphans import Kept, why_kept, why_orphan
from apigw_client_cert.cli.live.region import progress
from apigw_client_cert.cli.live.rotations import has_place, place_of
from apigw_client_cert.gateway.certificates import ROTATION_ID_TAG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from apigw_client_cert.cli.fleet import Fleet, Group
    from apigw_client_cert.cli.live.asking import Seen
    from apigw_client_cert.cli.live.region import Region
    from apigw_client_cert.cli.states import Unread
    from apigw_client_cert.gateway.interface import IssuedCertificate

ORPHAN = "orphan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """One certificate: ``verdict`` is keep, delete, deleted, gone or failed, and ``reason`` a stable word for why."""

    region: str
    account_id: str | None
    certificate: IssuedCertificate
    verdict: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """All certificates of the regions that were asked; ``refused`` says why nothing was judged or nothing more done."""

    now: datetime
    applying: bool
    certificates: tuple[Swept, ...] = ()
    refused: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()

    @property
    def exit_status(self) -> ExitStatus:
        """4 where it was refused or failed, 2 where something would be deleted, else 0."""
        verdicts = {one.verdict for one in self.certificates}
        if self.refused or "failed" in verdicts:
            return ExitStatus.UNREAD
        return ExitStatus.DUE if "delete" in verdicts else ExitStatus.FINE


def planned(  # noqa: PLR0913 - what was read, and what was said of it
    fleet: Fleet,
    seen: Seen,
    words: frozenset[str],
    now: datetime,
    *,
    all_read: bool,
    acknowledged: bool,
    applying: bool,
) -> Sweep:
    """What would be deleted and why, and why everything else is kept; nothing of it where the sweep is refused."""
    unread = (*fleet.unread, *seen.unread)
    refused = [
        *(["not every state, certificate and stage could be read"] if unread else []),
        *_not_all(fleet, seen, all_read=all_read, acknowledged=acknowledged),
    ]
    if refused:
        return Sweep(now=now, applying=applying, refused=tuple(refused), unread=unread)
    found = [_judged(one, region, words, now) for region in seen.regions.values() for one in _listed(region)]
    # What is to go comes first.
    found.sort(key=lambda one: (one.verdict != "delete", one.region, one.reason, one.certificate.id))
    return Sweep(now=now, applying=applying, certificates=tuple(found))


def _not_all(fleet: Fleet, seen: Seen, *, all_read: bool, acknowledged: bool) -> Iterator[str]:
    """Why these may not be all states: then a certificate of another one would be taken for nobody's."""
    if acknowledged:
        return
    if not all_read:
        yield (
            "these may not be all states: a certificate of another stack would be taken for nobody's. Give"
            " --all-stacks without --project and --tag, or --these-are-all-states"
        )
        return
    for region in seen.regions.values():
        if not any(_lives_here(group, region) for group in fleet.groups):
            yield (
                f"no rotation that was read lives in {region.label}: pulumi may be logged in to another backend. Log in"
                " to the one that has the account's stacks, or give --these-are-all-states"
            )


def _lives_here(group: Group, region: Region) -> bool:
    if not has_place(group):
        return False
    account, name = place_of(group)
    if account is not None and region.account_id is not None:
        return (account, name) == (region.account_id, region.name)
    return any(one.tags.get(ROTATION_ID_TAG) == group.rotation_id for one in _listed(region))


def _listed(region: Region) -> list[IssuedCertificate]:
    return list((region.certificates or {}).values())


def _judged(one: IssuedCertificate, region: Region, words: frozenset[str], now: datetime) -> Swept:
    kept = why_kept(one, words=words, usage=region.usage, listed=_listed(region), now=now)
    return Swept(
        region=region.name,
        account_id=region.account_id,
        certificate=one,
        verdict="delete" if kept is None else "keep",
        reason=ORPHAN if kept is None else kept.reason,
        message=why_orphan(one) if kept is None else kept.message,
    )


def applied(sweep: Sweep, seen: Seen, words: frozenset[str], *, said: Callable[[str], object]) -> Sweep:
    """Delete what is to be deleted, one after the other; the first that fails ends it. ``said`` hears of each."""
    done: list[Swept] = []
    refused: tuple[str, ...] = ()
    for one in sweep.certificates:
        if one.verdict != "delete" or refused:
            done.append(one)
            continue
        region = seen.regions[one.region]
        try:
            with progress(f"{region.label} {one.certificate.id}"):
                after = _deleted(one, region, words, sweep.now)
        except errors.RotationError as error:
            after = replace(one, verdict="failed", reason="failed", message=str(error))
            refused = (f"{one.certificate.id} could not be deleted or looked at again: nothing more was tried",)
        said(f"{after.verdict}  {region.label} {one.certificate.id}: {after.message}")
        done.append(after)
    return replace(sweep, certificates=tuple(done), refused=refused)


def _deleted(one: Swept, region: Region, words: frozenset[str], now: datetime) -> Swept:
    """Look at its tags and at every stage once more, and delete it where nothing has come up.

    Raises:
        RotationError: what the look could not see, or the deletion did not do.
    """
    found = region.gateway.get(one.certificate.id)
    if found is None:
        return replace(one, verdict="gone", reason="gone", message="somebody else has deleted it meanwhile")
    listed = region.gateway.list_certificates()
    usage = region.gateway.scan()
    if usage.gaps:
        raise errors.Unavailable(
            f"Who presents {found.id} could not be read: {errors.joined(usage.gaps, '; ')}",
            means="It was not deleted.",
            remedy="Run again when it can be read.",
            subject=found.id,
        )
    kept = why_kept(found, words=words, usage=usage, listed=listed, now=now)
    if kept is None and found.tags.get(ROTATION_ID_TAG) != one.certificate.tags.get(ROTATION_ID_TAG):
        kept = Kept("changed", "its rotation id has changed since the first look: another rotation has adopted it")
    if kept is None:
        try:
            region.gateway.delete(found.id)
        except (errors.StillInUse, errors.NotOurs) as error:
            kept = Kept("presented" if isinstance(error, errors.StillInUse) else "changed", str(error))
    if kept is not None:
        return replace(one, verdict="keep", reason=kept.reason, message=kept.message)
    return replace(one, verdict="deleted")
