"""What a bundle's state says: what it would publish or withdraw, what it keeps and for whom, what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert import errors
from apigw_client_cert.cli.findings.finding import (
    StatusFinding,
    Urgency,
    ahead,
    failed_step,
    last_written,
    looking_on,
    untold_since,
)
from apigw_client_cert.lifecycle.failed_step import FAILED_STEP
from apigw_client_cert.lifecycle.inputs import has_unknown
from apigw_client_cert.lifecycle.trust_bundle import crud as trust_bundle
from apigw_client_cert.rotation.last_days import last_days_of_kept
from apigw_client_cert.rotation.messages import minute

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from apigw_client_cert.cli.fleet import Bundle, Group
    from apigw_client_cert.rotation.model import Generation


def bundle_findings(group: Group, one: Bundle, now: datetime) -> Iterator[StatusFinding]:
    """All that is to say of one bundle that publishes this group's rotation."""
    yield from failed_step(one.stack, one.resource.outputs, now)
    for finding in last_days_of_kept(one.entries, now):
        yield StatusFinding(stack=one.stack, reason=finding.reason, urgency=Urgency.PERSON, message=finding.message)
    yield from _kept(one)
    if FAILED_STEP in one.resource.outputs:
        return
    shut = [key for key, value in one.resource.inputs.items() if has_unknown(value)]
    if shut:
        yield StatusFinding(
            stack=one.stack,
            reason="encrypted",
            urgency=Urgency.NOTE,
            message=f"whether {one.resource.name} has something to do cannot be told: {errors.joined(shut)} of it is"
            " encrypted in this state",
        )
        return
    yield from _due(group, one, now)


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
    since, line = last_written(one.stack, now), None
    missing = _missing(group, one)
    if missing:
        ids = errors.joined(each.id for each in missing)
        reason, line = "follow", f"{name} does not hold {ids} yet; this update publishes it"
        since = untold_since(one.stack, min(each.pending_since or each.created_date for each in missing), now)
    else:
        reason = "publish"
        difference = trust_bundle.diff(outputs, one.resource.inputs or outputs, looking_on(now))
        if difference.changes:
            line = difference.line or f"{name}: this update reads its targets again and writes what is to change"
            ripe = [at for entry in one.entries for at in (entry.look_again_at, entry.not_after) if at is not None]
            since = min((at for at in ripe if at <= now), default=since)
    if line is not None:
        yield StatusFinding(
            stack=one.stack, reason=reason, urgency=Urgency.DUE, message=ahead(line), since=since, run=True
        )


def _missing(group: Group, one: Bundle) -> list[Generation]:
    """What the owner has issued since this bundle's last run; its own run does both."""
    if group.certificate is None or group.certificate.stack is one.stack:
        return []
    published = {entry.sha256 for entry in one.entries}
    return [each for each in group.certificate.rotation.generations if each.trusted and each.sha256 not in published]
