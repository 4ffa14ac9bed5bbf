"""What a certificate's state says: the step that is due, who holds a retirement up, what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert import errors
from apigw_client_cert.cli.findings.dates import last_step_at, last_written
from apigw_client_cert.cli.findings.finding import StatusFinding, Urgency, ahead, failed_step
from apigw_client_cert.lifecycle.state import instant_or_none
from apigw_client_cert.rotation.last_days import last_days
from apigw_client_cert.rotation.messages import announce
from apigw_client_cert.rotation.model import Severity
from apigw_client_cert.rotation.transitions import Step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from apigw_client_cert.cli.fleet import Group
    from apigw_client_cert.cli.resources import Certificate
    from apigw_client_cert.rotation.decide import Decision


def certificate_findings(group: Group, one: Certificate, decision: Decision, now: datetime) -> Iterator[StatusFinding]:
    """All that is to say of the certificate of this group."""
    rotation, policy = one.rotation, one.policy
    yield from failed_step(one.stack, one.resource.outputs, now)
    for finding in (*decision.findings, *last_days(rotation, policy, now, _moved(group, one))):
        urgency = Urgency.NOTE if finding.severity is Severity.NOTE else Urgency.PERSON
        yield StatusFinding(stack=one.stack, reason=finding.reason, urgency=urgency, message=finding.message)
    if rotation.retirement_blocked_by:
        kept = errors.joined(each.id for each in rotation.previous if each.unused_since is None)
        users = errors.joined(rotation.retirement_blocked_by)
        yield StatusFinding(
            stack=one.stack,
            reason="blocked",
            urgency=Urgency.NOTE,
            message=f"{kept} is not deleted: by the last look it is in use ({users}); runs look again",
        )
    if decision.step is not Step.NONE:
        yield _due(group, one, decision, now)


def _moved(group: Group, one: Certificate) -> list[str]:
    """The stages that bindings which were read move to the active certificate, or have moved since the last look."""
    active = one.rotation.active
    looked_at = max((each.scanned_at for each in one.rotation.previous if each.scanned_at is not None), default=None)
    former = {each.id for each in one.rotation.previous}
    found = []
    for binding in group.bindings:
        since = instant_or_none(binding.resource.outputs.get("presentedSince"))
        # One that state says was moved before the look was moved back by somebody.
        moved = binding.presented in former or (since is not None and looked_at is not None and since >= looked_at)
        if active is not None and binding.told == active.id and moved:
            found.append(str(binding.stage))
    return found


def _due(group: Group, one: Certificate, decision: Decision, now: datetime) -> StatusFinding:
    name = one.resource.name
    stages = [str(binding.stage) for binding in group.bindings if binding.stack is one.stack]
    line = announce(name, one.rotation, one.policy, decision, now, stages=stages) or decision.reason
    lost = decision.step in {Step.RECOVER, Step.REGENERATE}
    return StatusFinding(
        stack=one.stack,
        reason=decision.reason if lost else decision.step.value,
        urgency=Urgency.PERSON if lost else Urgency.DUE,
        message=ahead(line.removeprefix(f"{name}: ")),
        since=due_since(one, decision, now),
        run=True,
    )


def due_since(one: Certificate, decision: Decision, now: datetime) -> datetime | None:
    """Since when a run could have taken the step that is due.

    One that is due at any instant has been so since state was written; and as a run takes one step, the most urgent,
    what was due beside that is the next run's. None where it is not known: the clock is set back before the state's own
    time.
    """
    outputs, at = one.resource.outputs, decision.next_action_at
    recorded = None
    if outputs.get("nextAction") == decision.step.value:
        recorded = instant_or_none(outputs.get("nextActionAt"))
    ripe = [*([at] if at < now else []), *([recorded] if recorded is not None and recorded <= now else [])]
    since = min(ripe, default=last_written(one.stack, now))
    taken_at = None if since is None else last_step_at(one, now)
    return since if since is None or taken_at is None else max(since, taken_at)
