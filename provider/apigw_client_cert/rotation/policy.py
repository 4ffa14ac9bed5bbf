"""Policy: the durations of one rotation and what its owner asks for, with the arithmetic that makes it safe."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from apigw_client_cert.rotation.durations import format_duration

# Half a certificate's 365 days (docs/aws.md §2), rounded down: a larger value would have the
# successor due on the day that it is generated.
LONGEST_ROTATE_BEFORE = timedelta(days=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """When each step of a rotation is due.

    ``rotate_before``: a successor is issued when the newest generation has less than this to live.
    ``publish_lead``: how long a successor is trusted before a stage may present it.
    ``overlap``: how long nobody must have presented a previous generation before it is deleted.
    ``activate_by``: below this remaining life of the active generation, its successor waits no longer.
    ``jitter``: the amount, already drawn, by which this rotation runs earlier than its policy says.
    ``trigger``: any text; a changed one makes a rotation due. ``pin``: the generation to keep active.

    Raises ``ValueError`` where ``policy_clashes`` has something to say.
    """

    rotate_before: timedelta = timedelta(days=30)
    publish_lead: timedelta = timedelta(hours=24)
    overlap: timedelta = timedelta(hours=72)
    activate_by: timedelta = timedelta(days=3)
    jitter: timedelta = timedelta(0)
    trigger: str | None = None
    pin: int | None = None

    def __post_init__(self) -> None:
        """Refuse a policy that could not keep the invariants."""
        clashes = policy_clashes(
            rotate_before=self.rotate_before,
            publish_lead=self.publish_lead,
            overlap=self.overlap,
            activate_by=self.activate_by,
            jitter=self.jitter,
        )
        for message in clashes.values():
            raise ValueError(message)


def policy_clashes(
    *,
    rotate_before: timedelta,
    publish_lead: timedelta,
    overlap: timedelta,
    activate_by: timedelta,
    jitter: timedelta = timedelta(0),
) -> dict[str, str]:
    """What is wrong with these durations taken together: property in snake case -> message with the remedy.

    The whole procedure must fit into the time before expiry, and a fresh generation must not be due at once.
    Runs may be ``activate_by / 2`` apart: the one that issues comes up to that late, the one that activates up to
    that much later, and ``activate_by / 2`` must then be left.
    """
    clashes: dict[str, str] = {}
    needed = publish_lead + activate_by + overlap
    if rotate_before <= needed:
        clashes["rotate_before"] = (
            f"rotate_before is {format_duration(rotate_before)}, but publish_lead + activate_by + overlap already take"
            f" {format_duration(needed)}: the rotation could not finish in time;"
            f" give more than {format_duration(needed)} or shorten one of the three"
        )
    elif rotate_before > LONGEST_ROTATE_BEFORE:
        clashes["rotate_before"] = (
            f"rotate_before is {format_duration(rotate_before)}, but a certificate lives 365 days and its successor"
            f" must not be due on arrival; give {format_duration(LONGEST_ROTATE_BEFORE)} or less"
        )
    elif activate_by * 3 > rotate_before * 2:
        clashes["activate_by"] = (
            f"activate_by is {format_duration(activate_by)}, more than two thirds of rotate_before"
            f" ({format_duration(rotate_before)}): with runs that far apart, issuing and activating could end after"
            f" the expiry; give {format_duration(timedelta(seconds=rotate_before * 2 // timedelta(seconds=3)))} or less"
        )
    elif rotate_before + jitter > LONGEST_ROTATE_BEFORE:
        clashes["jitter"] = (
            f"rotate_before + jitter is {format_duration(rotate_before + jitter)};"
            f" together they may be at most {format_duration(LONGEST_ROTATE_BEFORE)}"
        )
    return clashes


def draw_jitter(limit: timedelta, name: str) -> timedelta:
    """The part of ``limit`` that the rotation of this name runs early: the same for every run, in whole seconds.

    Drawn from a hash of the name, so that many rotations of one account spread without any state.
    """
    fraction = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") / 2**64
    return timedelta(seconds=int(limit.total_seconds() * fraction))
