"""What a binding's state says: whether its stage is to move, waits, is not confirmed, or is told nothing any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert.cli.findings.dates import activated_at, last_written
from apigw_client_cert.cli.findings.finding import StatusFinding, Urgency, ahead, failed_step, looking_on
from apigw_client_cert.cli.findings.follow import follow
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.binding.lagging import lag
from apigw_client_cert.lifecycle.binding.outputs import binding_policy, is_open
from apigw_client_cert.lifecycle.binding.verify_inputs import asked_for
from apigw_client_cert.lifecycle.failed_step import FAILED_STEP
from apigw_client_cert.lifecycle.state import instant_or_none
from apigw_client_cert.rotation.lag import Told
from apigw_client_cert.rotation.messages import distance, minute

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from apigw_client_cert.cli.fleet import Group
    from apigw_client_cert.cli.resources import Binding, Certificate
    from apigw_client_cert.rotation.model import Generation


def binding_findings(group: Group, one: Binding, now: datetime) -> Iterator[StatusFinding]:
    """All that is to say of one binding of this group."""
    yield from failed_step(one.stack, one.resource.outputs, now)
    if FAILED_STEP in one.resource.outputs:
        return
    owner = group.certificate
    if owner is None:
        # Where the owner was read, it says itself what it is late with.
        yield from _lagging(one, now)
    elif owner.rotation.active is not None and owner.rotation.active.id != one.told:
        yield _follow(owner, owner.rotation.active, one, now)
        return
    yield from _due(one, now)


def _follow(owner: Certificate, active: Generation, one: Binding, now: datetime) -> StatusFinding:
    line = (
        f"stage {one.stage} was told to present {one.told}, and {active.id} is the active one by now; the next update"
        f" of {one.stack.label} moves the stage, or lets it wait"
    )
    return follow(owner, one.stack, line, happened=activated_at(owner, active), now=now)


def _lagging(one: Binding, now: datetime) -> Iterator[StatusFinding]:
    inputs = one.resource.given
    line = lag(one.stage, inputs, now)
    told = one.generations.get(one.told, {})
    ends = instant_or_none(told.get("expirationDate"))
    this = Told(id=one.told, not_after=ends, pending_since=instant_or_none(told.get("pendingSince")))
    if line is None and ends is not None and this.near_its_end(binding_policy(inputs).activate_by, now):
        # Whatever its owner has made active since: nobody has told this stack.
        line = (
            f"stage {one.stage} is told to present {one.told}, which is refused from {minute(ends)} on,"
            f" {distance(ends - now)}, and {one.stack.label} has not heard of another active one"
        )
    if line is not None:
        yield StatusFinding(stack=one.stack, reason="not-followed", urgency=Urgency.PERSON, message=line, run=True)


def _due(one: Binding, now: datetime) -> Iterator[StatusFinding]:
    outputs, inputs = one.resource.outputs, one.resource.given
    difference = binding.diff(outputs, inputs, looking_on(now))
    # One that lags is a change in every run, and without a line where nothing else is.
    if difference.changes and (difference.line is None or lag(one.stage, inputs, now) != difference.line):
        line = ahead(difference.line or f"stage {one.stage}: this update looks at the stage again")
        reason, urgency = "bind", Urgency.DUE
        if asked_for(inputs) and is_open(outputs, one.told):
            reason = "unconfirmed"
        elif one.presented is None:
            # Nothing dates it, and its backend refuses the stage now.
            reason, urgency = "unbound", Urgency.PERSON
            line = f"{line}; its backend may refuse it until the next update binds it again"
        yield StatusFinding(
            stack=one.stack, reason=reason, urgency=urgency, message=line, since=_due_since(one, now), run=True
        )
    elif one.waiting_until is not None:
        yield StatusFinding(
            stack=one.stack,
            reason="waiting",
            urgency=Urgency.NOTE,
            message=f"stage {one.stage} keeps {one.presented or 'no certificate'} until {minute(one.waiting_until)},"
            f" {distance(one.waiting_until - now)}, and is to present {one.told} then: it waits for its"
            f" {one.waiting_because or 'lead'}",
        )


def _due_since(one: Binding, now: datetime) -> datetime | None:
    """Since when a stage is to move: the end of its wait, or when it was first seen with something else."""
    if one.presented is None:
        return None
    seen = instant_or_none(one.resource.outputs.get("presentedSince"))
    dates = [at for at in (one.waiting_until, seen) if at is not None and at <= now]
    return dates[0] if dates else last_written(one.stack, now)
