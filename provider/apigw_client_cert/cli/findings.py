"""What there is to say of a rotation: what is due, what somebody waits for, what needs a person.

No rule is here: ``rotation/`` decides, and each resource's ``diff`` says what its next update will do.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from apigw_client_cert import errors
from apigw_client_cert.cli.exit_status import ExitStatus
from apigw_client_cert.lifecycle import binding as binding_lifecycle
from apigw_client_cert.lifecycle import trust_bundle as bundle_lifecycle
from apigw_client_cert.lifecycle.binding_state import is_open
from apigw_client_cert.lifecycle.failed_step import FAILED_STEP
from apigw_client_cert.lifecycle.inputs import known
from apigw_client_cert.lifecycle.lagging import lag
from apigw_client_cert.lifecycle.state import instant_or_none
from apigw_client_cert.lifecycle.verification_inputs import asked_for
from apigw_client_cert.lifecycle.world import World
from apigw_client_cert.rotation.announce import announce, distance, minute
from apigw_client_cert.rotation.decide import LONGEST_SCAN_PAUSE, decide
from apigw_client_cert.rotation.durations import format_duration
from apigw_client_cert.rotation.last_days import last_days, last_days_of_kept
from apigw_client_cert.rotation.model import Severity
from apigw_client_cert.rotation.transitions import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from typing import Any

    from apigw_client_cert.cli.fleet import Binding, Bundle, Certificate, Group
    from apigw_client_cert.cli.limits import Limits
    from apigw_client_cert.cli.states import StackState
    from apigw_client_cert.rotation.decide import Decision


_FAILED: Final = "failed-step"


class Urgency(enum.Enum):
    """Whom a finding concerns; its value is the word in every format."""

    NOTE = "note"
    DUE = "due"
    PERSON = "person"

    @property
    def exit_status(self) -> ExitStatus:
        """What it makes of the exit status."""
        return {Urgency.NOTE: ExitStatus.FINE, Urgency.DUE: ExitStatus.DUE}.get(self, ExitStatus.PERSON)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusFinding:
    """One thing to say. ``reason`` is a stable word; ``run`` says that a run of ``stack`` has something to do for it.

    ``since`` is when the step became due, or the failure began, where that is known.
    """

    stack: StackState
    reason: str
    urgency: Urgency
    message: str
    since: datetime | None = None
    run: bool = False


def findings_of(group: Group, now: datetime, limits: Limits) -> tuple[StatusFinding, ...]:
    """All that is to say of one rotation, the worst first."""
    found = [
        *(_certificate(group, group.certificate, now) if group.certificate else ()),
        *(one for bundle in group.bundles for one in _said(bundle.stack, _bundle(bundle, group, now))),
        *(one for binding in group.bindings for one in _said(binding.stack, _binding(binding, group, now))),
        *_unpublished(group),
    ]
    # A step that each run has tried and failed is no sign that runs have stopped.
    failing = {one.stack.label for one in found if one.reason == _FAILED}
    judged = [one if one.stack.label in failing else _overdue(one, group, now, limits) for one in found]
    return tuple(sorted((*judged, *_stale(group, now, limits)), key=lambda one: -one.urgency.exit_status))


def _said(stack: StackState, findings: Iterator[StatusFinding]) -> Iterator[StatusFinding]:
    try:
        yield from findings
    except errors.RotationError as error:
        yield StatusFinding(stack=stack, reason="unreadable", urgency=Urgency.PERSON, message=str(error))


def _certificate(group: Group, one: Certificate, now: datetime) -> Iterator[StatusFinding]:
    rotation, policy, outputs = one.rotation, one.policy, one.resource.outputs
    decision = decide(rotation, policy, now)
    yield from _failed(one.stack, outputs, now)
    for finding in (*decision.findings, *last_days(rotation, policy, now)):
        urgency = Urgency.NOTE if finding.severity is Severity.NOTE else Urgency.PERSON
        yield StatusFinding(stack=one.stack, reason=finding.reason, urgency=urgency, message=finding.message)
    if rotation.retirement_blocked_by:
        again = min(policy.overlap, LONGEST_SCAN_PAUSE)
        kept = errors.listed(each.id for each in rotation.previous if each.unused_since is None)
        yield StatusFinding(
            stack=one.stack,
            reason="blocked",
            urgency=Urgency.NOTE,
            message=f"{kept} is kept for {errors.listed(rotation.retirement_blocked_by)}, which presents it by the last"
            f" look; runs look again every {format_duration(again)}",
        )
    if decision.step is not Step.NONE:
        stages = [str(binding.stage) for binding in group.bindings if binding.stack.label == one.stack.label]
        line = announce(one.resource.name, rotation, policy, decision, now, stages=stages) or decision.reason
        lost = decision.step in {Step.RECOVER, Step.REGENERATE}
        yield StatusFinding(
            stack=one.stack,
            reason=decision.reason if lost else decision.step.value,
            urgency=Urgency.PERSON if lost else Urgency.DUE,
            message=_ahead(line.removeprefix(f"{one.resource.name}: ")),
            since=_due_since(one, decision, now),
            run=True,
        )


def _ahead(line: str) -> str:
    """What a preview says of the update that follows it, said of one that may come at any time."""
    return line.replace("this update", "the next update")


def _due_since(one: Certificate, decision: Decision, now: datetime) -> datetime | None:
    """Since when the step is due; one that is due at any instant has been so since state last knew of it."""
    outputs = one.resource.outputs
    recorded = (
        instant_or_none(outputs.get("nextActionAt")) if outputs.get("nextAction") == decision.step.value else None
    )
    ripe = [decision.next_action_at] if decision.next_action_at < now else []
    ripe += [recorded] if recorded is not None and recorded <= now else []
    return min(ripe, default=_before(one.stack.written_at, now))


def _before(written_at: datetime | None, now: datetime) -> datetime | None:
    """The state's own time, where the clock is not set back before it."""
    return written_at if written_at is not None and written_at <= now else None


def _bundle(one: Bundle, group: Group, now: datetime) -> Iterator[StatusFinding]:
    outputs = one.resource.outputs
    yield from _failed(one.stack, outputs, now)
    for finding in last_days_of_kept(one.entries, now):
        yield StatusFinding(stack=one.stack, reason=finding.reason, urgency=Urgency.PERSON, message=finding.message)
    for entry in one.entries:
        if entry.kept_for:
            again = "" if entry.look_again_at is None else f"; runs look again from {minute(entry.look_again_at)} on"
            yield StatusFinding(
                stack=one.stack,
                reason="kept",
                urgency=Urgency.NOTE,
                message=f"{one.resource.name} keeps the certificate with the SHA-256 fingerprint {entry.sha256[:16]}…"
                f" for {errors.listed(entry.kept_for)} alone{again}",
            )
    owner, published = group.certificate, {entry.sha256 for entry in one.entries}
    if owner is not None and one.stack.label != owner.stack.label:
        missing = [each.id for each in owner.rotation.generations if each.trusted and each.sha256 not in published]
        if missing:
            yield StatusFinding(
                stack=one.stack,
                reason="follow",
                urgency=Urgency.DUE,
                message=f"{one.resource.name} does not hold {errors.listed(missing)} yet, which {owner.stack.label} has"
                " issued since; the next update of this stack publishes it",
                since=_before(one.stack.written_at, now),
                run=True,
            )
            return
    difference = bundle_lifecycle.diff(outputs, one.resource.inputs or outputs, _world(now))
    if difference.changes and FAILED_STEP not in outputs:
        again_at = [entry.look_again_at for entry in one.entries if entry.look_again_at is not None]
        line = difference.line or f"{one.resource.name}: this update reads its targets and writes what is missing"
        yield StatusFinding(
            stack=one.stack,
            reason="publish",
            urgency=Urgency.DUE,
            message=_ahead(line),
            since=min((at for at in again_at if at <= now), default=_before(one.stack.written_at, now)),
            run=True,
        )


def _binding(one: Binding, group: Group, now: datetime) -> Iterator[StatusFinding]:
    outputs, inputs = one.resource.outputs, one.resource.inputs or one.resource.outputs
    yield from _failed(one.stack, outputs, now)
    owner = group.certificate
    # Who was read says himself what he is late with.
    lagging = lag(one.stage, inputs, now) if owner is None else None
    if lagging is not None:
        yield StatusFinding(stack=one.stack, reason="not-followed", urgency=Urgency.PERSON, message=lagging, run=True)
    if FAILED_STEP in outputs or lagging is not None:
        return
    active = owner.rotation.active if owner is not None else None
    if owner is not None and active is not None and active.id != one.told:
        yield StatusFinding(
            stack=one.stack,
            reason="follow",
            urgency=Urgency.DUE,
            message=f"stage {one.stage} was told to present {one.told}, and {active.id} is the active one in"
            f" {owner.stack.label} by now; the next update of {one.stack.label} moves the stage, or lets it wait",
            since=_before(one.stack.written_at, now),
            run=True,
        )
        return
    difference = binding_lifecycle.diff(outputs, inputs, _world(now))
    if difference.changes:
        unconfirmed = asked_for(inputs) and is_open(outputs, one.told)
        line = difference.line or f"stage {one.stage}: this update looks at the stage again"
        yield StatusFinding(
            stack=one.stack,
            reason="unconfirmed" if unconfirmed else "bind",
            urgency=Urgency.DUE,
            message=_ahead(line),
            since=one.waiting_until or _before(one.stack.written_at, now),
            run=True,
        )
    elif one.waiting_until is not None:
        yield StatusFinding(
            stack=one.stack,
            reason="waiting",
            urgency=Urgency.NOTE,
            message=f"stage {one.stage} keeps {one.presented or 'no certificate'} until {minute(one.waiting_until)},"
            f" {distance(one.waiting_until - now)}, and moves to {one.told} then; it waits for its"
            f" {one.waiting_because or 'lead'}",
        )


def _failed(stack: StackState, outputs: Mapping[str, Any], now: datetime) -> Iterator[StatusFinding]:
    failed = outputs.get(FAILED_STEP)
    if not isinstance(failed, dict):
        return
    since = instant_or_none(failed.get("since"))
    when = "" if since is None else f" has failed in each run since {minute(since)}, {distance(since - now)}"
    yield StatusFinding(
        stack=stack,
        reason=_FAILED,
        urgency=Urgency.PERSON,
        message=f"{failed.get('step')}{when}: {failed.get('message')}",
        since=since,
        run=True,
    )


def _unpublished(group: Group) -> Iterator[StatusFinding]:
    """Where the owner was read, and nothing that was read says who publishes."""
    if group.certificate is None or group.bundles:
        return
    if any(
        known(one.resource.inputs, "publishedTo") or known(one.resource.inputs, "publishedSince")
        for one in group.bindings
    ):
        return
    yield StatusFinding(
        stack=group.certificate.stack,
        reason="no-publish",
        urgency=Urgency.NOTE,
        message="no TrustBundle in what was read publishes it: backends learn of a successor by other means, or not",
    )


def _overdue(one: StatusFinding, group: Group, now: datetime, limits: Limits) -> StatusFinding:
    """A due step that no run has taken for longer than the grace: runs have stopped."""
    if one.urgency is not Urgency.DUE or one.since is None:
        return one
    grace = group.activate_by / 2 if limits.grace is None else limits.grace
    if now - one.since <= grace:
        return one
    late = f"due since {minute(one.since)}, {distance(one.since - now)}, and no run has taken it: {one.message}"
    return StatusFinding(
        stack=one.stack, reason="overdue", urgency=Urgency.PERSON, message=late, since=one.since, run=True
    )


def _stale(group: Group, now: datetime, limits: Limits) -> Iterable[StatusFinding]:
    for stack in group.stacks:
        if limits.stale is not None and stack.written_at is not None and now - stack.written_at > limits.stale:
            yield StatusFinding(
                stack=stack,
                reason="stale",
                urgency=Urgency.PERSON,
                message=f"no run has written the state of {stack.label} since {minute(stack.written_at)},"
                f" {distance(stack.written_at - now)}",
                since=stack.written_at,
            )


def _world(now: datetime) -> World:
    """A clock, and nobody to say anything to: a difference asks for nothing else."""
    return World(now=lambda: now, say=lambda _line: None)
