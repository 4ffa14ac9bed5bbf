"""One thing to say of a rotation, and what the findings of every resource have in common."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from apigw_client_cert.cli.exit_status import ExitStatus
from apigw_client_cert.lifecycle.environment import Environment
from apigw_client_cert.lifecycle.failed_step import FAILED_STEP
from apigw_client_cert.lifecycle.inputs import UNKNOWN
from apigw_client_cert.lifecycle.state import instant_or_none
from apigw_client_cert.rotation.messages import distance, minute

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from typing import Any

    from apigw_client_cert.cli.states import StackState

FAILED: Final = "failed-step"
STALE: Final = "stale"


class Urgency(enum.Enum):
    """Whom a finding concerns; its value is the word in every format."""

    NOTE = "note"
    DUE = "due"
    PERSON = "person"

    @property
    def exit_status(self) -> ExitStatus:
        """What it makes of the exit status."""
        return _EXIT_STATUS[self]


_EXIT_STATUS: Final = {
    Urgency.NOTE: ExitStatus.FINE,
    Urgency.DUE: ExitStatus.DUE,
    Urgency.PERSON: ExitStatus.PERSON,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusFinding:
    """One thing to say. ``reason`` is a stable word; ``run`` says that a run of ``stack`` has something to do for it.

    ``since`` is when the step became due, or the failure began, where that is known; ``step`` is the one that failed.
    """

    stack: StackState
    reason: str
    urgency: Urgency
    message: str
    since: datetime | None = None
    run: bool = False
    step: str | None = None

    @property
    def exit_status(self) -> ExitStatus:
        """That of its urgency."""
        return self.urgency.exit_status


def failed_step(stack: StackState, outputs: Mapping[str, Any], now: datetime) -> Iterator[StatusFinding]:
    """What the last run could not do, where state says that there is such a thing."""
    if FAILED_STEP not in outputs:
        return
    failed = outputs[FAILED_STEP]
    if failed == UNKNOWN:
        failed = {"step": "a step", "message": "what and since when is encrypted in this state, or damaged"}
    since = instant_or_none(failed.get("since"))
    when = "failed" if since is None else f"has failed in each run since {minute(since)}, {distance(since - now)}"
    yield StatusFinding(
        stack=stack,
        reason=FAILED,
        urgency=Urgency.PERSON,
        message=f"{failed.get('step')} {when}: {failed.get('message')}",
        since=since,
        run=True,
        step=str(failed.get("step")),
    )


def ahead(line: str) -> str:
    """What a preview says of the update that follows it, said of one that comes at any time."""
    return line.replace("this update", "the next update")


def looking_on(now: datetime) -> Environment:
    """A clock, and nobody who listens: a difference asks for nothing else."""
    return Environment(now=lambda: now, say=lambda _line: None)
