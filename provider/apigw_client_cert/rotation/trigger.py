"""``rotation_trigger``: whether it asks for a rotation, and what that rotation has to wait for. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert import errors
from apigw_client_cert.rotation.model import Finding, Severity

if TYPE_CHECKING:
    from datetime import datetime

    from apigw_client_cert.rotation.model import Generation, Rotation
    from apigw_client_cert.rotation.policy import Policy

# So many live generations of one certificate, and triggers add none; AWS's quota is 60 for all of an account. What
# expires is replaced all the same: a bound must not become the outage.
MOST_LIVE = 5


def trigger_pulled(rotation: Rotation, policy: Policy) -> bool:
    """Whether ``rotation_trigger`` went from one value to another; not set to set, or back, is no change."""
    return rotation.trigger is not None and policy.trigger is not None and rotation.trigger != policy.trigger


def waits_for(rotation: Rotation, pinned: Generation | None, now: datetime) -> str | None:
    """What a triggered rotation waits for, in words; None where it may begin.

    A pin that holds stops rotations, also where the trigger is a commit id and changes with the very commit that pins.

    The rotation that is under way comes to its end first. A trigger that changes with every run, as a commit id does,
    would otherwise issue and activate for ever, and nothing would be confirmed or retired. What somebody presents is
    not waited for: nobody knows when that ends.
    """
    if pinned is not None:
        return f"the pin on {_named(pinned)} is removed"
    if rotation.pending is not None:
        return f"{_named(rotation.pending)}, which is pending, has come to its turn"
    leaving = [one for one in rotation.previous if not _seen_in_use(one, now)]
    if leaving:
        return f"{errors.joined(map(_named, leaving))} is retired"
    live = sum(not one.expired(now) for one in rotation.generations)
    if live >= MOST_LIVE:
        return f"one of the {live} certificates that live is retired: triggers make no more than {MOST_LIVE}"
    return None


def waiting(rotation: Rotation, policy: Policy, pinned: Generation | None, now: datetime) -> Finding | None:
    """What is said in each run of a trigger that waits."""
    reason = waits_for(rotation, pinned, now) if trigger_pulled(rotation, policy) else None
    if reason is None:
        return None
    return Finding(
        "trigger-waits",
        f"rotation_trigger changed from {errors.safe_repr(rotation.trigger)} to {errors.safe_repr(policy.trigger)}; the"
        f" rotation that it asks for begins when {reason}",
        Severity.NOTE,
    )


def _seen_in_use(generation: Generation, now: datetime) -> bool:
    scanned = generation.scanned_at
    return generation.unused_since is None and scanned is not None and scanned <= now


def _named(generation: Generation) -> str:
    return f"certificate {generation.id} (generation {generation.number})"
