"""One line that says what an update will do, and why: what ``diff`` prints is rendered from what ``update`` obeys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert import errors
from apigw_client_cert.rotation.decide import pin_in_force
from apigw_client_cert.rotation.durations import format_duration, served
from apigw_client_cert.rotation.transitions import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta

    from apigw_client_cert.rotation.decide import Decision
    from apigw_client_cert.rotation.model import Generation, Rotation
    from apigw_client_cert.rotation.policy import Policy


def announce(  # noqa: PLR0913 - what decide() obeys, and whom it is for
    name: str, rotation: Rotation, policy: Policy, decision: Decision, now: datetime, *, stages: Sequence[str] = ()
) -> str | None:
    """The line for the due step, without a final newline; None when nothing is due.

    ``stages`` are those that will follow, as far as they are known: a certificate does not know who presents it.
    """
    if decision.step not in _SENTENCES:
        return None
    follow = f"{errors.joined(stages)} {'moves' if len(stages) == 1 else 'move'} to it" if stages else ""
    return f"{name}: {_SENTENCES[decision.step](rotation, policy, decision, now, follow)}"


def date(instant: datetime) -> str:
    """``2027-03-02``."""
    return f"{instant:%Y-%m-%d}"


def minute(instant: datetime) -> str:
    """``2027-02-02T10:00Z``."""
    return f"{instant:%Y-%m-%dT%H:%MZ}"


def distance(span: timedelta) -> str:
    """``in 29 days``, ``in 5 hours``, ``4 minutes ago``: whole units, the largest one that is not zero."""
    seconds = int(abs(span.total_seconds()))
    count, unit = seconds, "second"
    for length, larger in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= length:
            count, unit = seconds // length, larger
            break
    plural = "" if count == 1 else "s"
    return f"{count} {unit}{plural} ago" if span.total_seconds() <= 0 else f"in {count} {unit}{plural}"


def named(generation: Generation) -> str:
    """``certificate a1b2c3 (generation 2)``."""
    return f"certificate {generation.id} (generation {generation.number})"


def _issue(rotation: Rotation, policy: Policy, decision: Decision, now: datetime, follow: str) -> str:
    shown, pending = rotation.active, rotation.pending
    if decision.reason == "triggered":
        why = (
            f"rotation_trigger changed from {errors.safe_repr(rotation.trigger)} to {errors.safe_repr(policy.trigger)}"
        )
    elif pending is not None:
        why = f"{_expiry(pending, now)} and is still pending"
    elif shown is not None:
        why = _expiry(shown, now)
    else:
        why = "no generation is active"
    text = f"{why}; this update generates generation {rotation.highest_number + 1} and publishes it"
    if shown is None:
        return text
    latest = _latest(shown, policy, now)
    if pin_in_force(rotation, policy, now)[0] is not None:
        return f"{text}; no stage moves to it while pin_generation={policy.pin} is set, until {minute(latest)}"
    earliest = min(now + served(policy.publish_lead), latest)
    if not follow:
        return f"{text}; it may be presented from {minute(earliest)} on"
    return f"{text}; {follow} at {minute(earliest)} at the earliest"


def _latest(active: Generation, policy: Policy, now: datetime) -> datetime:
    return max(now, active.not_after - policy.activate_by)


def _activate(rotation: Rotation, policy: Policy, decision: Decision, now: datetime, follow: str) -> str:
    successor = rotation.numbered(decision.numbers[0])
    if successor is None or rotation.active is None:
        return "this update activates the pending generation"
    since = f", pending since {minute(successor.pending_since)}" if successor.pending_since else ""
    lead = format_duration(policy.publish_lead)
    hurry = "" if _lead_served(successor, policy, now) else f" although its lead of {lead} has not passed"
    return (
        f"{_expiry(rotation.active, now)}; this update makes certificate {successor.id}"
        f" (generation {successor.number}{since}) the one to present{hurry}{_and(follow)}"
    )


def _and(follow: str) -> str:
    return f", and {follow}" if follow else ""


def _lead_served(successor: Generation, policy: Policy, now: datetime) -> bool:
    return successor.pending_since is not None and now >= successor.pending_since + served(policy.publish_lead)


def _pin(rotation: Rotation, _policy: Policy, decision: Decision, _now: datetime, follow: str) -> str:
    return (
        f"pin_generation={decision.numbers[0]}; this update makes {_names(rotation, decision.numbers)} the one to"
        f" present{_and(follow)}; activation and retirement stand still while the pin is set"
    )


def _recover(rotation: Rotation, _policy: Policy, decision: Decision, now: datetime, follow: str) -> str:
    return (
        f"{_loss(rotation, now)}; this update makes {_names(rotation, decision.numbers)} the one to present"
        f" AT ONCE{_and(follow)}"
    )


def _regenerate(rotation: Rotation, _policy: Policy, _decision: Decision, now: datetime, follow: str) -> str:
    return (
        f"{_loss(rotation, now)} and no other generation is alive; this update generates generation"
        f" {rotation.highest_number + 1}, the one to present AT ONCE{_and(follow)}: backends reject it until they trust"
        " it"
    )


def _withdraw(rotation: Rotation, _policy: Policy, decision: Decision, _now: datetime, _follow: str) -> str:
    return f"{_names(rotation, decision.numbers)} has expired; this update takes it out of the trust bundle"


def _retire(rotation: Rotation, _policy: Policy, decision: Decision, _now: datetime, _follow: str) -> str:
    first = rotation.numbered(decision.numbers[0])
    since = f" since {minute(first.unused_since)}" if first and first.unused_since else ""
    return (
        f"no stage has presented {_names(rotation, decision.numbers)}{since};"
        " this update looks once more and deletes what is still unused"
    )


def _confirm(rotation: Rotation, _policy: Policy, decision: Decision, _now: datetime, _follow: str) -> str:
    blocked = rotation.retirement_blocked_by
    last = (
        f" (in use by the last look: {errors.joined(blocked)})" if decision.reason == "still-in-use" and blocked else ""
    )
    return f"this update looks whether any stage still presents {_names(rotation, decision.numbers)}{last}"


def _loss(rotation: Rotation, now: datetime) -> str:
    return "the active certificate is gone from AWS" if rotation.active is None else _expiry(rotation.active, now)


def _expiry(generation: Generation, now: datetime) -> str:
    verb = "expired" if generation.expired(now) else "expires"
    when = f"{date(generation.not_after)}, {distance(generation.not_after - now)}"
    return f"{named(generation)} {verb} {when}"


def _names(rotation: Rotation, numbers: Iterable[int]) -> str:
    found = [rotation.numbered(number) for number in numbers]
    return ", ".join(named(one) for one in found if one is not None)


_SENTENCES = {
    Step.ISSUE: _issue,
    Step.ACTIVATE: _activate,
    Step.PIN: _pin,
    Step.RECOVER: _recover,
    Step.REGENERATE: _regenerate,
    Step.WITHDRAW: _withdraw,
    Step.RETIRE: _retire,
    Step.CONFIRM: _confirm,
}
