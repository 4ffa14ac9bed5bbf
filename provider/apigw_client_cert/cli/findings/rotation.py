"""All that is to say of one rotation, over all stacks that have a part in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from apigw_client_cert import errors
from apigw_client_cert.cli.exit_status import worst_first
from apigw_client_cert.cli.findings.binding import binding_findings
from apigw_client_cert.cli.findings.bundle import bundle_findings
from apigw_client_cert.cli.findings.certificate import certificate_findings
from apigw_client_cert.cli.findings.finding import FAILED, STALE, StatusFinding, Urgency
from apigw_client_cert.lifecycle.failed_step import FAILED_STEP
from apigw_client_cert.lifecycle.inputs import known
from apigw_client_cert.lifecycle.state import undamaged
from apigw_client_cert.rotation.messages import distance, minute

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from apigw_client_cert.cli.fleet import Group
    from apigw_client_cert.cli.limits import Limits
    from apigw_client_cert.cli.states import StackState
    from apigw_client_cert.rotation.decide import Decision


def findings_of(group: Group, decision: Decision | None, now: datetime, limits: Limits) -> tuple[StatusFinding, ...]:
    """The findings, the worst first; the decision is its certificate's, None where the owner was not read."""
    owner = group.certificate
    found = [
        *(_readable(group.stack, certificate_findings(group, owner, decision, now)) if owner and decision else ()),
        *(each for one in group.bundles for each in _readable(one.stack, bundle_findings(group, one, now))),
        *(each for one in group.bindings for each in _readable(one.stack, binding_findings(group, one, now))),
        *_unpublished(group),
    ]
    # A step that each run tries and fails is no sign that runs have stopped.
    failing = {one.stack.label for one in found if one.reason == FAILED}
    failing |= {one.stack.label for one in group.bundles if FAILED_STEP in one.resource.outputs}
    judged = [one if one.stack.label in failing else _overdue(one, group, now, limits) for one in found]
    return worst_first((*judged, *_stale(group, now, limits)))


def _readable(stack: StackState, findings: Iterator[StatusFinding]) -> list[StatusFinding]:
    """A part of a state that an editor's hand has damaged needs a person, and keeps nothing else from being said."""
    try:
        with undamaged():
            return list(findings)
    except errors.RotationError as error:
        return [StatusFinding(stack=stack, reason="damaged", urgency=Urgency.PERSON, message=str(error))]


def _unpublished(group: Group) -> Iterator[StatusFinding]:
    """Where the owner was read, and nothing that was read says who publishes."""
    if group.certificate is None or group.bundles:
        return
    inputs = [one.resource.inputs for one in group.bindings]
    if not any(known(one, "publishedTo") or known(one, "publishedSince") for one in inputs):
        yield StatusFinding(
            stack=group.certificate.stack,
            reason="no-publish",
            urgency=Urgency.NOTE,
            message="nothing that was read publishes it: backends learn of a successor by other means, or not at all",
        )


def _overdue(one: StatusFinding, group: Group, now: datetime, limits: Limits) -> StatusFinding:
    """A due step that no run has taken for longer than the grace: runs have stopped."""
    grace = group.activate_by / 2 if limits.grace is None else limits.grace
    if one.urgency is not Urgency.DUE or one.since is None or now - one.since <= grace:
        return one
    late = f"due since {minute(one.since)}, {distance(one.since - now)}, and no run has taken it: {one.message}"
    return replace(one, reason="overdue", urgency=Urgency.PERSON, message=late)


def _stale(group: Group, now: datetime, limits: Limits) -> Iterator[StatusFinding]:
    for stack in group.stacks:
        at = stack.written_at
        if limits.stale is None or (at is not None and now - at <= limits.stale):
            continue
        since = "" if at is None else f" since {minute(at)}, {distance(at - now)}"
        untold = f"the state of {stack.label} does not say when it was written: whether runs come cannot be told"
        yield StatusFinding(
            stack=stack,
            reason=STALE,
            urgency=Urgency.PERSON,
            message=f"no run has written the state of {stack.label}{since}" if since else untold,
            since=at,
            run=True,
        )
