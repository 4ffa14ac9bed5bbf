"""What is presented until its last day, and beyond, by stages that no binding moves: warnings from state alone. Pure.

A retirement that is blocked is no error: the stage is somebody else's. But from the expiry on its backends refuse it,
and no run of ours would have said so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert import errors
from apigw_client_cert.rotation.decide import pin_in_force
from apigw_client_cert.rotation.messages import distance, minute, named
from apigw_client_cert.rotation.model import Finding
from apigw_client_cert.rotation.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import datetime

    from apigw_client_cert.rotation.model import Generation, Rotation
    from apigw_client_cert.rotation.publication import Entry

_MOVE = "Present {active} there, or let this program bind the stage; a stage that a binding here moves needs nothing"


def last_days(rotation: Rotation, policy: Policy, now: datetime, moved: Collection[str] = ()) -> tuple[Finding, ...]:
    """A warning for each previous generation that is in use by the last look, from ``activate_by`` before its end on.

    It goes on after the expiry, for as long as the generation is in state. ``moved`` are stages that bindings move, or
    have moved since that look, where that is known.
    """
    in_use = [one for one in rotation.retirement_blocked_by if one not in moved]
    pinned = pin_in_force(rotation, policy, now)[0]
    due = [one for one in rotation.previous if now >= one.not_after - policy.activate_by]
    return tuple(
        finding
        for one in due
        if (finding := _in_use(one, rotation, in_use, now) if one.scanned_at else _unseen(one, pinned, now)) is not None
    )


def last_days_of_kept(entries: Iterable[Entry], now: datetime) -> Iterator[Finding]:
    """The same for what a bundle keeps for its presenters only; at the usual ``activate_by``, which it is not told."""
    for entry in entries:
        if entry.kept_for and now >= entry.not_after - Policy().activate_by:
            which = f"the certificate with the SHA-256 fingerprint {entry.sha256[:16]}…"
            yield Finding(
                "presented-to-the-end",
                f"{which} {_end(entry.not_after, now)}, and is kept for {errors.joined(entry.kept_for)} alone."
                f" {_MOVE.format(active='another certificate')}",
            )


def _in_use(generation: Generation, rotation: Rotation, users: Sequence[str], now: datetime) -> Finding | None:
    if generation.unused_since is not None or generation.scanned_at is None:
        return None
    if rotation.retirement_blocked_by and not users:
        return None
    active = rotation.active
    # The look names all that block a retirement together; it may name what it could not see.
    return Finding(
        "presented-to-the-end",
        f"{named(generation)} {_end(generation.not_after, now)}; by the look of {minute(generation.scanned_at)} it is"
        f" in use: {errors.joined(users)}."
        f" {_MOVE.format(active=active.id if active else 'a certificate that lives')}",
    )


def _unseen(generation: Generation, pinned: Generation | None, now: datetime) -> Finding | None:
    if pinned is None:  # this run looks
        return None
    return Finding(
        "not-looked-for",
        f"{named(generation)} {_end(generation.not_after, now)}, and nobody has looked which stages present it:"
        f" pin_generation={pinned.number} holds the looks back. Remove the pin to have it looked for",
    )


def _end(not_after: datetime, now: datetime) -> str:
    when = f"{minute(not_after)}, {distance(not_after - now)}"
    if now >= not_after:
        return f"expired {when}: backends refuse the stages that present it"
    return f"expires {when}, and backends refuse the stages that present it from then on"
