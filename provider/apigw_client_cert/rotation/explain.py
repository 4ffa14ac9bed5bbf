"""Why the next step is what it is: facts, rule, date, and what would change it, in sentences. Pure.

Which step it is, and from when on, ``decide`` says; here is only how that is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from apigw_client_cert import errors
from apigw_client_cert.rotation.decide import LONGEST_SCAN_PAUSE, decide, pin_in_force
from apigw_client_cert.rotation.durations import format_duration, served
from apigw_client_cert.rotation.messages import date, distance, minute, named
from apigw_client_cert.rotation.model import Generation, Role
from apigw_client_cert.rotation.transitions import Step

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from apigw_client_cert.rotation.model import Rotation
    from apigw_client_cert.rotation.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """The next step, since or from when on it is due, the rule that says so, and what would change it."""

    step: Step
    at: datetime
    due: bool
    rule: str
    changes: tuple[str, ...]


def facts(rotation: Rotation, policy: Policy, now: datetime) -> tuple[str, ...]:
    """One sentence for each generation, and one for a pin."""
    told = [_generation(one, rotation, policy, now) for one in rotation.generations]
    if rotation.active is None:
        told.append("No generation is active: the certificate that was is gone from AWS.")
    pinned = pin_in_force(rotation, policy, now)[0]
    if pinned is not None:
        until = pinned.not_after - policy.activate_by
        told.append(
            f"pin_generation={pinned.number} holds until {minute(until)}: what is pinned stays the one to present, and"
            " nothing is deleted."
        )
    return tuple(told)


def because(rotation: Rotation, policy: Policy, now: datetime) -> Because:
    """The step that the next run takes, or the one that comes next."""
    decision = decide(rotation, policy, now)
    due = decision.step is not Step.NONE
    # When its time has come the decision names the reason, too.
    then = decision if due else decide(rotation, policy, max(now, decision.next_action_at))
    step = decision.next_action
    generation = rotation.numbered(then.numbers[0]) if then.numbers else None
    sentence = _RULES.get((step, then.reason)) or _RULES[step, ""]
    rule = sentence(rotation, policy, generation or rotation.active)
    changes = tuple(one.format(**_words(rotation, policy)) for one in _CHANGES.get(step, ()))
    return Because(step=step, at=decision.next_action_at, due=due, rule=rule, changes=changes)


def _generation(one: Generation, rotation: Rotation, policy: Policy, now: datetime) -> str:
    ends = f"{'expired' if one.expired(now) else 'expires'} {date(one.not_after)}, {distance(one.not_after - now)}"
    match one.role:
        case Role.ACTIVE:
            return f"{_capital(named(one))} is the one to present, and {ends}."
        case Role.PENDING:
            since = "" if one.pending_since is None else f" since {minute(one.pending_since)}"
            return f"{_capital(named(one))} is pending{since}: backends learn of it. It {ends}."
        case _:
            return f"{_capital(named(one))} is a previous one, and {ends}; {_use(one, rotation, policy)}."


def _use(one: Generation, rotation: Rotation, policy: Policy) -> str:
    if one.scanned_at is None:
        return "no run has looked yet who presents it"
    if one.unused_since is not None:
        return (
            f"no stage has presented it since {minute(one.unused_since)}, and from"
            f" {minute(one.unused_since + served(policy.overlap))} on a second look may delete it"
        )
    blocked = errors.joined(rotation.retirement_blocked_by) or "a stage"
    return f"by the look of {minute(one.scanned_at)} it is in use: {blocked}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _words(rotation: Rotation, policy: Policy) -> dict[str, object]:
    active = rotation.active
    return {
        "active": active.number if active else "N",
        "unset": " (none is set: set one first, which makes nothing due)" if rotation.trigger is None else "",
        "pause": format_duration(min(policy.overlap, LONGEST_SCAN_PAUSE)),
    }


# What would change the step, by step; the words in braces are those of ``_words``.
_CHANGES: Final[dict[Step, tuple[str, ...]]] = {
    Step.ISSUE: (
        "a changed rotation_trigger makes it due in the next run{unset}",
        "a longer rotate_before brings it forward, a shorter one puts it off",
    ),
    Step.ACTIVATE: (
        "a shorter publish_lead brings it forward",
        "pin_generation={active} holds it back",
    ),
    Step.CONFIRM: (
        "a stage that lets go of it is seen by the next look, every {pause}",
        "pin_generation={active} holds looks and deletion back",
    ),
    Step.RETIRE: (
        "a stage that presents it again begins its overlap anew",
        "a shorter overlap brings it forward",
        "pin_generation={active} holds it back",
    ),
}


def _expiring(rotation: Rotation, policy: Policy, about: Generation | None) -> str:
    jitter = f" and its jitter of {format_duration(policy.jitter)}" if policy.jitter else ""
    newest = rotation.pending or about
    ends = "" if newest is None else f", and {named(newest)} expires {minute(newest.not_after)}"
    return (
        f"A successor is issued when the newest generation has less than rotate_before"
        f" ({format_duration(policy.rotate_before)}){jitter} to live{ends}."
    )


def _triggered(rotation: Rotation, policy: Policy, _about: Generation | None) -> str:
    was, is_now = errors.safe_repr(rotation.trigger), errors.safe_repr(policy.trigger)
    return f"rotation_trigger changed from {was} to {is_now}: a rotation is due at once."


def _lead_served(_rotation: Rotation, policy: Policy, about: Generation | None) -> str:
    since = minute(about.pending_since) if about is not None and about.pending_since is not None else "now"
    return (
        "A successor may be presented once it has been published for publish_lead"
        f" ({format_duration(policy.publish_lead)}, of which 95 % count as all of it): it is pending since {since}."
    )


def _last_days(rotation: Rotation, policy: Policy, _about: Generation | None) -> str:
    active = rotation.active
    ends = "" if active is None else f", which is {minute(active.not_after)}"
    return (
        f"From activate_by ({format_duration(policy.activate_by)}) before its expiry{ends}, the active generation is"
        " left for its successor, however long that has been published."
    )


def _pinned(_rotation: Rotation, policy: Policy, _about: Generation | None) -> str:
    return f"pin_generation={policy.pin} asks for that generation, and stages go back to it at once."


def _recover(rotation: Rotation, _policy: Policy, _about: Generation | None) -> str:
    lost = "is gone from AWS" if rotation.active is None else f"expires {minute(rotation.active.not_after)}"
    return f"The active certificate {lost}: from then on another one that lives, or a new one, takes its place at once."


def _withdraw(_rotation: Rotation, _policy: Policy, about: Generation | None) -> str:
    ends = "" if about is None else f" {minute(about.not_after)}"
    return f"A previous generation leaves the trust bundle when it expires{ends}; nobody can be accepted by it then."


def _retire(_rotation: Rotation, policy: Policy, about: Generation | None) -> str:
    since = "" if about is None or about.unused_since is None else f" since {minute(about.unused_since)}"
    return (
        f"What no stage has presented for overlap ({format_duration(policy.overlap)}), by two looks, is deleted: nobody"
        f" has presented generation {about.number if about else ''}{since}."
    )


def _look(_rotation: Rotation, _policy: Policy, about: Generation | None) -> str:
    number = "" if about is None else f" {about.number}"
    return f"After a switch a run looks whether any stage of the account and region presents generation{number} still."


def _look_again(_rotation: Rotation, policy: Policy, about: Generation | None) -> str:
    seen = "" if about is None or about.scanned_at is None else f" ({minute(about.scanned_at)})"
    pause = format_duration(min(policy.overlap, LONGEST_SCAN_PAUSE))
    return f"At the last look{seen} a stage presented it; runs look again every {pause}, and delete nothing until then."


_RULES: Final[dict[tuple[Step, str], Callable[[Rotation, Policy, Generation | None], str]]] = {
    (Step.ISSUE, ""): _expiring,
    (Step.ISSUE, "triggered"): _triggered,
    (Step.ACTIVATE, ""): _lead_served,
    (Step.ACTIVATE, "expiring"): _last_days,
    (Step.PIN, ""): _pinned,
    (Step.RECOVER, ""): _recover,
    (Step.REGENERATE, ""): _recover,
    (Step.WITHDRAW, ""): _withdraw,
    (Step.RETIRE, ""): _retire,
    (Step.CONFIRM, ""): _look,
    (Step.CONFIRM, "still-in-use"): _look_again,
}
