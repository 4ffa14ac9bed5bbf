"""What an update could not do while the active certificate lives: recorded in a complete state, and red all the same.

The engine runs nothing that depends on a resource whose update failed. For a month without room for a successor, a
stage that was unbound and a file that was emptied would stay so. Such an update is therefore complete, as far as its
dependents are concerned, and says in ``failedStep`` what it could not do; whoever declares it makes the run red once
they are done (``deferFailures``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from apigw_client_cert import errors
from apigw_client_cert.clock import format_instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from apigw_client_cert.rotation.model import Rotation

FAILED_STEP = "failedStep"
DEFER = "deferFailures"
#: The inputs that no state keeps: they say who declares the resource, and how.
DECLARING = ("owner", DEFER)


class Failure(NamedTuple):
    """A step, or a word for what else was asked for, and the error that it ended with."""

    what: str
    error: errors.RotationError


class Unfinished(Exception):  # noqa: N818 - it carries a state, and what is wrong with it
    """An update could not do all of it: ``state`` is complete and true, ``error`` is what makes the run red."""

    def __init__(self, state: Mapping[str, Any], error: errors.RotationError) -> None:
        super().__init__(str(error))
        self.state = dict(state)
        self.error = error


def can_wait(rotation: Rotation, now: datetime) -> bool:
    """Whether stages have something to present until a later run succeeds."""
    return rotation.active is not None and not rotation.active.expired(now)


def recorded(olds: Mapping[str, Any], failures: Sequence[Failure], now: datetime) -> dict[str, str] | None:
    """What failed, since when without a break, and why, as an output; None for nothing."""
    if not failures:
        return None
    before = olds.get(FAILED_STEP) or {}
    what = failures[0].what
    since = before.get("since") if before.get("step") == what else None
    return {
        "step": what,
        "since": since or format_instant(now),
        "message": " ".join(str(one.error) for one in failures),
    }


def red(name: str, failed: Mapping[str, Any]) -> errors.NeedsOperator:
    """What makes the run red in the end, where whoever declares the certificate raises it."""
    message = str(failed["message"])
    return errors.NeedsOperator(
        f"{name}: {failed['step']} has failed in each run since {failed['since']}",
        means=f"{message[:1].upper()}{message[1:]}",
        remedy="The next run tries again; what depends on the certificate was looked after all the same.",
        subject=str(failed["step"]),
    )
