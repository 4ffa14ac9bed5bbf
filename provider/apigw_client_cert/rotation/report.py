"""What an update did and found, in the past tense: said once, after what ``announce`` said before it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert import errors
from apigw_client_cert.rotation.durations import served
from apigw_client_cert.rotation.messages import date, minute, named

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from apigw_client_cert.rotation.model import Generation, Rotation
    from apigw_client_cert.rotation.policy import Policy


def report(name: str, before: Rotation, after: Rotation, policy: Policy, deleted: Collection[int] = ()) -> str | None:
    """The line for what became of the step, from the rotation before and after it; None where nothing happened.

    ``deleted``: the numbers that this update deleted. Others that are gone were deleted by somebody else, and were said
    when they were missed.
    """
    gone = [one for one in before.previous if one.number in deleted]
    told = [*_made(before, after), *_changed(before, after, policy), *map(_deleted, gone)]
    return f"{name}: {'; '.join(told)}" if told else None


def _made(before: Rotation, after: Rotation) -> Iterator[str]:
    pending, active = after.pending, after.active
    if pending is not None and before.numbered(pending.number) is None:
        yield f"{named(pending)} was issued, and expires {date(pending.not_after)}"
    if active is not None and (before.active is None or before.active.number != active.number):
        yield f"{named(active)} became the one to present, and expires {date(active.not_after)}"


def _changed(before: Rotation, after: Rotation, policy: Policy) -> Iterator[str]:
    for one in after.previous:
        former = before.numbered(one.number)
        if former is None:
            continue
        if former.trusted and not one.trusted:
            yield f"{named(one)} has left the trust bundle"
        if one.scanned_at is not None and one.scanned_at != former.scanned_at:
            yield _seen(former, one, after, policy)


def _seen(former: Generation, now: Generation, after: Rotation, policy: Policy) -> str:
    if now.unused_since is None:
        # The look names all that block a retirement together; what it could not see is among them.
        kept = "was not deleted: it counts" if former.unused_since is not None else "counts"
        return f"{named(now)} {kept} as in use, by the look of this run: {errors.joined(after.retirement_blocked_by)}"
    until = minute(now.unused_since + served(policy.overlap))
    return f"no stage presented {named(now)} at the look of this run; a run after {until} looks again and deletes it"


def _deleted(generation: Generation) -> str:
    return f"{named(generation)} was looked for once more, presented by no stage, and deleted"
