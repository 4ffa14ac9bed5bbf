"""Since when what is due could have been done, by what state itself dates.

The state's own time says when anything was written last. A run that fails writes it, too, and so does a refresh: what
is due would be due since then, each day anew, and never overdue. It is asked only where nothing else dates a thing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert.lifecycle.state import instant_or_none
from apigw_client_cert.rotation.durations import served
from apigw_client_cert.rotation.transitions import Step

if TYPE_CHECKING:
    from datetime import datetime

    from apigw_client_cert.cli.resources import Certificate
    from apigw_client_cert.cli.states import StackState
    from apigw_client_cert.rotation.model import Generation


def last_written(stack: StackState, now: datetime) -> datetime | None:
    """The state's own time, since when at the latest something is due; None where the clock is set back before it."""
    return stack.written_at if stack.written_at is not None and stack.written_at <= now else None


def untold_since(stack: StackState, happened: datetime | None, now: datetime) -> datetime | None:
    """Since when a stack could have been told of something: since it happened; its last run where nothing dates it."""
    return last_written(stack, now) if happened is None else min(now, happened)


def issued_at(owner: Certificate, generation: Generation) -> datetime | None:
    """When this rotation got the generation; None for one that was adopted, whose own date is somebody else's."""
    if generation.pending_since is not None:
        return generation.pending_since
    adopted = owner.resource.outputs.get("adoptedClientCertificateId") == generation.id
    return None if adopted else generation.created_date


def activated_at(owner: Certificate, active: Generation) -> datetime | None:
    """When the active generation became it, and not before; None where a pin or a recovery went back to it.

    No output dates an activation. It comes when the lead is served; and until a run has looked for who presents the one
    before, such a look has been due since then.
    """
    left = max(owner.rotation.previous, key=lambda one: one.number, default=None)
    if owner.policy.pin == active.number or (left is not None and left.number > active.number):
        return None
    if active.pending_since is None:
        return issued_at(owner, active)
    served_at = active.pending_since + served(owner.policy.publish_lead)
    outputs = owner.resource.outputs
    if left is None or left.scanned_at is not None or outputs.get("nextAction") != Step.CONFIRM.value:
        return served_at
    return max(served_at, instant_or_none(outputs.get("nextActionAt")) or served_at)


def last_step_at(owner: Certificate, now: datetime) -> datetime | None:
    """When a run took a step of this certificate last, as far as its generations say: a run takes one."""
    rotation, written_at = owner.rotation, last_written(owner.stack, now)
    dates = [at for one in rotation.generations for at in (one.pending_since, one.scanned_at)]
    # One that has left the bundle did so in a run after its end.
    dates += [one.not_after for one in rotation.generations if not one.trusted]
    if rotation.active is not None:
        dates.append(activated_at(owner, rotation.active))
    latest = now if written_at is None else written_at
    return max((at for at in dates if at is not None and at <= latest), default=None)
