"""What an update, or a creation, could not do: recorded in a complete state, and red all the same.

The engine runs nothing that depends on a resource that failed. For a month without room for a successor, a stage that
was unbound and a file that was emptied would stay so; and so would a stage of the second wave, where the first one's
backend refuses the certificate. Such an update is therefore complete, as far as its dependents are concerned, and says
in ``failedStep`` what it could not do; whoever declares it makes the run red once everything is done
(``deferFailures``).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

from apigw_client_cert import errors
from apigw_client_cert.clock import format_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from apigw_client_cert.rotation.model import Rotation

FAILED_STEP = "failedStep"
LOOK = "look"
DEFER = "deferFailures"
_RUN = "run"
# How the addresses of targets begin that are names of services.
_AS_WRITTEN = ("ssm ", "s3 ", "secretsmanager ")
#: The inputs that no state keeps: they say who declares the resource, and how.
DECLARING = ("owner", DEFER)


class Failure(NamedTuple):
    """A step, or a word for what else was asked for, and the error that it ended with."""

    what: str
    error: errors.RotationError


class Unfinished(Exception):  # noqa: N818 - it carries a state, and what is wrong with it
    """A call could not do all of it: ``state`` is complete and true, ``error`` is what makes the run red."""

    def __init__(self, state: Mapping[str, Any], error: errors.RotationError) -> None:
        super().__init__(str(error))
        self.state = dict(state)
        self.error = error

    def in_run(self, engine_address: str) -> dict[str, Any]:
        """The state, which says in which run that was, where the host knows it."""
        failed = self.state.get(FAILED_STEP)
        if not engine_address or failed is None:
            return self.state
        return {**self.state, FAILED_STEP: {**failed, _RUN: _run(engine_address)}}

    @property
    def line(self) -> str:
        """What is said of the resource at once, before the end of the run says all of it."""
        return f"{self.error.what}; the rest of the program goes on, and the run fails at its end"


def can_wait(rotation: Rotation, now: datetime) -> bool:
    """Whether stages have something to present until a later run succeeds."""
    return rotation.active is not None and not rotation.active.expired(now)


def failed_before(olds: Mapping[str, Any]) -> str | None:
    """The step that state says has failed; None where none has, or a hand has edited it."""
    before = olds.get(FAILED_STEP)
    return before.get("step") if isinstance(before, dict) else None


def recorded(olds: Mapping[str, Any], failures: Sequence[Failure], now: datetime) -> dict[str, str] | None:
    """What failed, since when without a break, and why, as an output; None for nothing."""
    if not failures:
        return None
    what = failures[0].what
    since = olds[FAILED_STEP].get("since") if failed_before(olds) == what else None
    return {
        "step": what,
        "since": since or format_instant(now),
        "message": " ".join(str(one.error) for one in failures),
    }


def of_another_run(failed: Mapping[str, Any], engine_address: str) -> bool:
    """Whether state only remembers it: ``destroy --run-program`` updates nothing before the program has ended."""
    return bool(engine_address) and failed.get(_RUN) not in {None, _run(engine_address)}


def _run(engine_address: str) -> str:
    # No other run is told the same address meanwhile; a digest, as state is to name no machine.
    return hashlib.sha256(engine_address.encode()).hexdigest()[:16]


def unseen(
    props: Mapping[str, Any], error: errors.RotationError, now: datetime, say: Callable[[str], None]
) -> dict[str, Any]:
    """What a refresh that could not look has to tell, for its state, which stays as it is; and the line is said.

    A refresh that fails ends the run before any update, and what others need of it is not done. The next update looks
    again, and is red where it cannot see either. What failed before is still what failed.
    """
    say(f"{error} What is recorded of it stays as it is, and the update looks again")
    return {FAILED_STEP: props.get(FAILED_STEP) or recorded(props, [Failure(LOOK, error)], now)}


def unreached(
    olds: Mapping[str, Any], rotation: Rotation, error: errors.RotationError, now: datetime
) -> errors.RotationError | Unfinished:
    """What an update raises that cannot ask AWS at all: nothing was tried, and the state of before is the true one."""
    if not can_wait(rotation, now):
        return error
    what = failed_before(olds) or LOOK
    return Unfinished({**olds, FAILED_STEP: recorded(olds, [Failure(what, error)], now)}, error)


def red(
    failed: Sequence[tuple[str, Mapping[str, Any]]], rest: str = "What depends on it was looked after all the same."
) -> errors.NeedsOperator:
    """What makes the run red in the end, where whoever declares the resources raises it.

    Args:
        failed: The name and the ``failedStep`` of each that could not do all, one at least.
        rest: What became of everything else.
    """
    found = [_red(name, one) for name, one in failed]
    what, means = found[0]
    if len(found) > 1:
        what = f"{len(found)} resources could not do all that was due"
        means = "\n".join(["", *(f"  {each}. {why}" for each, why in found), ""])
    return errors.NeedsOperator(
        what,
        means=means,
        remedy=rest,
        subject=", ".join(name for name, _one in failed),
    )


def _red(name: str, failed: Mapping[str, Any]) -> tuple[str, str]:
    message = str(failed["message"])
    what = f"{name}: {failed['step']} has failed in each run since {failed['since']}"
    return what, message if message.startswith(_AS_WRITTEN) else f"{message[:1].upper()}{message[1:]}"
