"""decide(): which step of the procedure is due, why, and what comes next. Pure and total.

Each rule is a function that returns ``Due`` values: what it wants, and from when on. ``decide`` takes the most
urgent of those whose time has come. A rule never raises and never looks at the world: what a step finds out
(an in-use scan, a refusal) goes through ``transitions.py`` into the state that the next decision starts from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from apigw_client_cert.rotation.durations import served
from apigw_client_cert.rotation.model import Finding, Generation, Rotation
from apigw_client_cert.rotation.transitions import Step
from apigw_client_cert.rotation.trigger import trigger_pulled, waiting, waits_for

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from apigw_client_cert.rotation.policy import Policy

# A stage that keeps presenting a previous generation is looked at again after a day at the latest: often enough
# to retire soon after it moved, seldom enough that no run shows the same change for ever.
LONGEST_SCAN_PAUSE = timedelta(hours=24)

# AWS says when it made a certificate by its clock, a step is due by ours.
CLOCKS_DIFFER = timedelta(hours=1)

_URGENCY = {step: rank for rank, step in enumerate(Step)}


class Due(NamedTuple):
    """A step that some rule wants, from when on, for which generations, and why (a stable word)."""

    step: Step
    at: datetime
    numbers: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do now, and what the next thing will be.

    With ``step`` NONE nothing is due; ``next_action`` and ``next_action_at`` then tell the future.
    Otherwise they repeat the due step and since when it is due. ``numbers`` are the generations concerned:
    the one to activate, or those to retire. ``reason`` is a stable word for machines.
    """

    step: Step
    reason: str
    numbers: tuple[int, ...]
    next_action: Step
    next_action_at: datetime
    findings: tuple[Finding, ...] = ()


def decide(rotation: Rotation, policy: Policy, now: datetime, without: Collection[Step] = ()) -> Decision:
    """The one step to take now; defined for every rotation, policy and instant.

    ``without`` are steps that this run does not take, because one of them failed (``left_out_after``).
    """
    pinned, finding = pin_in_force(rotation, policy, now)
    wanted = [
        *_recover(rotation, pinned, now),
        *_pin(rotation, pinned, now),
        *_activate(rotation, policy, pinned, now),
        *_issue(rotation, policy, pinned, now),
        *_withdraw(rotation),
        *_retire(rotation, policy, now),
    ]
    due = [one for one in wanted if one.at <= now and one.step not in without]
    first = min(due, key=lambda one: _URGENCY[one.step], default=None)
    # An issue of whatever reason is the rotation that a trigger asks for.
    trigger = None if first is not None and first.step is Step.ISSUE else waiting(rotation, policy, pinned, now)
    findings = tuple(one for one in (finding, trigger) if one is not None)
    if first is not None:
        return Decision(
            step=first.step,
            reason=first.reason,
            numbers=first.numbers,
            next_action=first.step,
            next_action_at=first.at,
            findings=findings,
        )
    # There always is one: whatever is active is to be renewed, and without it there is a recovery.
    nearest = min(wanted, key=lambda one: one.at)
    return Decision(
        step=Step.NONE,
        reason="nothing-due",
        numbers=(),
        next_action=nearest.step,
        next_action_at=nearest.at,
        findings=findings,
    )


def rotate_at(generation: Generation, policy: Policy) -> datetime:
    """When the successor of this generation is due.

    A certificate that lives less than twice ``rotate_before`` (minted short, for a test) counts half its life
    instead: otherwise each successor would be due on arrival and every run would issue another one.
    """
    return _rotate_at(generation.created_date, generation.not_after, policy)


def may_be_the_issued(
    created: datetime, not_after: datetime, rotation: Rotation, policy: Policy, now: datetime
) -> bool:
    """Whether a certificate that carries the next generation's tags can be what an issue of this step left behind.

    Whoever may tag can give these tags to any certificate. A run makes one when the step is due, and what it makes has
    most of its life before it. When a trigger was pulled nobody recorded: after the last step that state knows.
    """
    newest = rotation.pending or rotation.active
    if newest is None:
        due = now
    elif trigger_pulled(rotation, policy):
        due = max(instant for one in rotation.generations for instant in _steps_of(one))
    else:
        due = rotate_at(newest, policy)
    return created >= min(due, now) - CLOCKS_DIFFER and _rotate_at(created, not_after, policy) > now


def _steps_of(generation: Generation) -> list[datetime]:
    # No scan: a run may make one beside an issue that failed.
    return [instant for instant in (generation.created_date, generation.pending_since) if instant is not None]


def _rotate_at(created: datetime, not_after: datetime, policy: Policy) -> datetime:
    half_life = (not_after - created) / 2
    early = min(policy.rotate_before + policy.jitter, max(half_life, timedelta(0)))
    return (not_after - early).replace(microsecond=0)


def pin_in_force(rotation: Rotation, policy: Policy, now: datetime) -> tuple[Generation | None, Finding | None]:
    """The pinned generation while the pin may hold, else why it is ignored.

    A pin dies with its generation, and already ``activate_by`` before the expiry: a forgotten pin must not become
    the outage that the whole package exists to prevent.
    """
    why = dead_pin(rotation, policy, now)
    if why is not None:
        return None, Finding(why[0], f"pin_generation={policy.pin} is ignored: {why[1]}")
    return None if policy.pin is None else rotation.numbered(policy.pin), None


def dead_pin(rotation: Rotation, policy: Policy, now: datetime) -> tuple[str, str] | None:
    """Why a pin cannot hold, as a stable word and in words; None where it can, or there is none."""
    if policy.pin is None:
        return None
    pinned = rotation.numbered(policy.pin)
    if pinned is None:
        return "pin-gone", f"generation {policy.pin} does not exist (any more)"
    if now < pinned.not_after - policy.activate_by:
        return None
    expires = f"certificate {pinned.id} (generation {policy.pin}) expires {pinned.not_after:%Y-%m-%dT%H:%MZ}"
    return "pin-expiring", f"{expires}, and within activate_by of that no pin holds"


def left_out_after(failed: Step, *, nothing_made: bool) -> frozenset[Step]:
    """The steps that a run takes no more once one has failed.

    An issue that finds no room must not keep the retirement waiting that makes some, and a deletion that is denied
    must not keep other generations from being looked after. But where nobody knows whether a certificate was made,
    the run deletes nothing (invariant 2); and whoever could not activate begins nothing else.
    """
    if failed is Step.ISSUE:
        return frozenset({Step.ISSUE} if nothing_made else {Step.ISSUE, Step.RETIRE})
    return frozenset({Step.RETIRE} if failed is Step.RETIRE else Step)


def _recover(rotation: Rotation, pinned: Generation | None, now: datetime) -> Iterator[Due]:
    active = rotation.active
    if active is not None and not active.expired(now):
        return
    reason = "active-gone" if active is None else "active-expired"
    at = now if active is None else active.not_after
    by_preference = [pinned, rotation.pending, *sorted(rotation.previous, key=lambda one: one.not_after, reverse=True)]
    for candidate in by_preference:
        if candidate is not None and not candidate.expired(now):
            yield Due(Step.RECOVER, at, (candidate.number,), reason)
            return
    yield Due(Step.REGENERATE, at, (), reason)


def _pin(rotation: Rotation, pinned: Generation | None, now: datetime) -> Iterator[Due]:
    if pinned is not None and rotation.active is not None and rotation.active.number != pinned.number:
        yield Due(Step.PIN, now, (pinned.number,), "pinned")


def _activate(rotation: Rotation, policy: Policy, pinned: Generation | None, now: datetime) -> Iterator[Due]:
    active, pending = rotation.active, rotation.pending
    if active is None or pending is None:
        return
    latest = (pinned or active).not_after - policy.activate_by
    waited = None if pinned or pending.pending_since is None else pending.pending_since + served(policy.publish_lead)
    at = latest if waited is None else min(waited, latest)
    # One that is nearly due itself would only be rotated away again: _issue replaces it. Not once the active one
    # runs out: what backends have long trusted is then better than a fresh one, and there is no time for both.
    usable_until = rotate_at(pending, policy)
    if max(at, now) >= latest:
        usable_until = max(usable_until, pending.not_after - policy.activate_by)
    if max(at, now) < usable_until:
        reason = "expiring" if at == latest else "lead-served"
        yield Due(Step.ACTIVATE, _not_held(at, rotation, policy), (pending.number,), reason)


def _issue(rotation: Rotation, policy: Policy, pinned: Generation | None, now: datetime) -> Iterator[Due]:
    newest = rotation.pending or rotation.active
    if newest is None:
        return
    if trigger_pulled(rotation, policy) and waits_for(rotation, pinned, now) is None:
        yield Due(Step.ISSUE, now, (newest.number,), "triggered")
    reason = "expiring" if rotation.pending is None else "pending-expiring"
    yield Due(Step.ISSUE, rotate_at(newest, policy), (newest.number,), reason)


def _withdraw(rotation: Rotation) -> Iterator[Due]:
    for generation in rotation.previous:
        if generation.trusted:
            yield Due(Step.WITHDRAW, generation.not_after, (generation.number,), "previous-expired")


def _retire(rotation: Rotation, policy: Policy, now: datetime) -> Iterator[Due]:
    if rotation.active is None:
        return
    pause = served(min(policy.overlap, LONGEST_SCAN_PAUSE))
    ripe: list[Due] = []
    for generation in rotation.previous:
        unused, scanned = generation.unused_since, generation.scanned_at
        # Never scanned, or scanned at an instant that lies in the future (a clock put back): look now.
        at = scanned + pause if scanned is not None and scanned <= now else now
        if unused is not None and unused <= max(now, at):
            at = _kept_by_pin(unused + served(policy.overlap), generation, rotation, policy)
            ripe.append(Due(Step.RETIRE, at, (generation.number,), "unused"))
        else:
            at = _kept_by_pin(at, generation, rotation, policy)
            yield Due(Step.CONFIRM, at, (generation.number,), "still-in-use" if scanned else "overlapping")
    due = tuple(number for one in ripe if one.at <= now for number in one.numbers)
    if due:
        yield Due(Step.RETIRE, min(one.at for one in ripe), due, "unused")
    else:
        yield from ripe


def _kept_by_pin(at: datetime, generation: Generation, rotation: Rotation, policy: Policy) -> datetime:
    """A pin keeps what one may want to roll back to, while it holds and that lives.

    To what is over nobody rolls back, and in a full account it takes the room of the successor.
    """
    return min(_not_held(at, rotation, policy), max(at, generation.not_after))


def _not_held(at: datetime, rotation: Rotation, policy: Policy) -> datetime:
    """The instant, or when the pin ends that holds the step back: what it has held back is due since its end."""
    pinned = None if policy.pin is None else rotation.numbered(policy.pin)
    return at if pinned is None else max(at, pinned.not_after - policy.activate_by)
