"""What a bundle's state says: what it would publish or withdraw, what it keeps and for whom, what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert import errors
from apigw_client_cert.cli.findings.dates import activated_at, issued_at, last_written
from apigw_client_cert.cli.findings.finding import StatusFinding, Urgency, ahead, failed_step, looking_on
from apigw_client_cert.cli.findings.follow import follow
from apigw_client_cert.lifecycle.failed_step import FAILED_STEP
from apigw_client_cert.lifecycle.inputs import has_unknown, known
from apigw_client_cert.lifecycle.trust_bundle import crud as trust_bundle
from apigw_client_cert.lifecycle.trust_bundle.drift import DRIFTED
from apigw_client_cert.lifecycle.trust_bundle.outputs import LACKED, generations_of, ids_of, texts_of
from apigw_client_cert.rotation.last_days import last_days_of_kept
from apigw_client_cert.rotation.messages import minute

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from apigw_client_cert.cli.fleet import Group
    from apigw_client_cert.cli.resources import Bundle, Certificate


def bundle_findings(group: Group, one: Bundle, now: datetime) -> Iterator[StatusFinding]:
    """All that is to say of one bundle that publishes this group's rotation."""
    if group.speaks_for(one):
        yield from _of_itself(one, now)
    if FAILED_STEP in one.resource.outputs:
        return
    untold = None if group.certificate is None else _untold(group.certificate, one, now)
    if untold is not None:
        yield untold
    elif group.speaks_for(one):
        yield from _due(group, one, now)


def _of_itself(one: Bundle, now: datetime) -> Iterator[StatusFinding]:
    yield from failed_step(one.stack, one.resource.outputs, now)
    for finding in last_days_of_kept(one.entries, now):
        yield StatusFinding(stack=one.stack, reason=finding.reason, urgency=Urgency.PERSON, message=finding.message)
    yield from _kept(one)


def _kept(one: Bundle) -> Iterator[StatusFinding]:
    for entry in one.entries:
        if entry.kept_for:
            again = "" if entry.look_again_at is None else f"; runs look again from {minute(entry.look_again_at)} on"
            yield StatusFinding(
                stack=one.stack,
                reason="kept",
                urgency=Urgency.NOTE,
                message=f"{one.resource.name} keeps the certificate with the SHA-256 fingerprint {entry.sha256[:16]}…"
                f" for {errors.joined(entry.kept_for)} alone{again}",
            )


def _due(group: Group, one: Bundle, now: datetime) -> Iterator[StatusFinding]:
    outputs, name = one.resource.outputs, one.resource.name
    unknown = {key for key, value in one.resource.inputs.items() if has_unknown(value)}
    # What is damaged is said of the resource.
    shut = sorted(unknown - {*one.resource.damaged})
    if shut:
        yield StatusFinding(
            stack=one.stack,
            reason="encrypted",
            urgency=Urgency.NOTE,
            message=f"whether {name} has something to do cannot be told: {errors.joined(shut)} of it is"
            " encrypted in this state",
        )
    if unknown:
        return
    difference = trust_bundle.diff(outputs, one.resource.given, looking_on(now))
    if difference.changes:
        line = ahead(difference.line or f"{name}: this update reads its targets again and writes what is to change")
        lacking = _lacking_presented(group, one)
        if lacking:
            line = f"{line}; a target lacks {errors.joined(lacking)}, which stages present: its backends refuse them"
        yield StatusFinding(
            stack=one.stack,
            reason="not-held" if lacking else "publish",
            urgency=Urgency.PERSON if lacking else Urgency.DUE,
            message=line,
            # Nothing dates what a refresh has seen.
            since=None if lacking else _due_since(one, now),
            run=True,
        )


def _lacking_presented(group: Group, one: Bundle) -> list[str]:
    """The certificates that a refresh has seen missing from a target, and that stages present."""
    if not texts_of(one.resource.outputs, DRIFTED):
        return []
    rotations = known(one.resource.given, "rotations") or ()
    presented = {str(each.get("clientCertificateId")) for each in rotations} | {
        each.presented for each in group.bindings
    }
    lacked, ids = texts_of(one.resource.outputs, LACKED), ids_of(rotations)
    return sorted({each for sha256 in lacked for each in ids.get(sha256, ())} & presented)


def _due_since(one: Bundle, now: datetime) -> datetime | None:
    """Since when it is to publish, withdraw or look: by what is ripe, or waits to be published since it was issued."""
    ripe = [at for entry in one.entries for at in (entry.look_again_at, entry.not_after) if at is not None]
    waiting = {entry.sha256 for entry in one.entries if entry.since is None}
    if waiting:
        known_of = generations_of(one.resource.given)
        ripe += [each.pending_since or each.created_date for each in known_of if each.sha256 in waiting]
    return min((at for at in ripe if at <= now), default=last_written(one.stack, now))


def _untold(owner: Certificate, one: Bundle, now: datetime) -> StatusFinding | None:
    """What the owner has issued or made active since this bundle's last run.

    In one stack the same run does both, unless it ended, or was red, before it came to the bundle.
    """
    name, active = one.resource.name, owner.rotation.active
    published = {entry.sha256 for entry in one.entries}
    missing = [
        each
        for each in owner.rotation.generations
        if each.trusted and not each.expired(now) and each.sha256 not in published
    ]
    if missing:
        dates = [at for each in missing if (at := issued_at(owner, each)) is not None]
        line = f"{name} does not hold {errors.joined(each.id for each in missing)} yet; the next update publishes it"
        happened = min(dates, default=None)
    elif active is not None and active.id not in _told_active(one):
        line = f"{name} has not read its targets since {active.id} became the active one; the next update does"
        happened = activated_at(owner, active)
    else:
        return None
    return follow(owner, one.stack, line, happened=happened, now=now)


def _told_active(one: Bundle) -> set[str]:
    """What it was told is active, and what it has read its targets for."""
    rotations = known(one.resource.given, "rotations") or ()
    return {*texts_of(one.resource.outputs, "readFor"), *(str(each.get("clientCertificateId")) for each in rotations)}
