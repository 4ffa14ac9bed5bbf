"""What may happen at a call: the columns of the matrix."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from apigw_sandbox.faults import Fault, FaultKind
from apigw_sandbox.faults.answers import can_happen

if TYPE_CHECKING:
    from apigw_sandbox.faults import SeenCall

# More than the client waits for one call in all (gateway/waiting.py): it gives up at once.
_BEYOND_WAIT_LIMIT_SECONDS = 900


class Kind(enum.Enum):
    """The name is part of a point's id; the order is that of the table."""

    SERVER_ERROR = "server-error"
    RESET = "reset"
    THROTTLED = "throttled"
    CONFLICT = "conflict"
    ERROR_AFTER_EFFECT = "error-after-effect"
    ANSWER_LOST = "answer-lost"
    ANSWERS_LOST = "answers-lost"
    KILLED_BEFORE = "killed-before"
    KILLED = "killed"


MEANINGS = {
    Kind.SERVER_ERROR: "refused with 5xx, however often it is sent; no effect",
    Kind.RESET: "the connection is reset before the call has an effect, however often it is sent",
    Kind.THROTTLED: "429 with a `Retry-After` beyond the client's patience; no effect",
    Kind.CONFLICT: "409 of a concurrent modification, however often it is sent; no effect",
    Kind.ERROR_AFTER_EFFECT: "it takes effect and is answered with 5xx, however often it is sent",
    Kind.ANSWER_LOST: "it takes effect, and the answer is lost; sent again, it is answered",
    Kind.ANSWERS_LOST: "it takes effect, and so does every repetition; no answer ever comes",
    Kind.KILLED_BEFORE: "the process dies before the call",
    Kind.KILLED: "the process dies after the call's effect, before its answer",
}

DEATHS = frozenset({Kind.KILLED_BEFORE, Kind.KILLED})

_FAULTS = {
    Kind.SERVER_ERROR: Fault(kind=FaultKind.SERVER_ERROR, repeats=True),
    Kind.RESET: Fault(kind=FaultKind.RESET, repeats=True),
    Kind.THROTTLED: Fault(kind=FaultKind.THROTTLE, repeats=True, seconds=_BEYOND_WAIT_LIMIT_SECONDS),
    Kind.CONFLICT: Fault(kind=FaultKind.CONFLICT, repeats=True, mutating=True),
    Kind.ERROR_AFTER_EFFECT: Fault(kind=FaultKind.SERVER_ERROR, repeats=True, after_effect=True, mutating=True),
    Kind.ANSWER_LOST: Fault(kind=FaultKind.LOST_ANSWER, mutating=True),
    Kind.ANSWERS_LOST: Fault(kind=FaultKind.LOST_ANSWER, repeats=True),
}


def fault_of(kind: Kind) -> Fault:
    """The sandbox's fault, for every call; raises ``KeyError`` for a death, which happens to the caller."""
    return _FAULTS[kind]


def kinds_for(call: SeenCall) -> tuple[Kind, ...]:
    """What can happen to a call: a read has no effect that could outlive its answer, and its service's words count."""
    return tuple(
        kind
        for kind in Kind
        if kind in DEATHS or (_FAULTS[kind].mutating in (None, call.mutating) and can_happen(_FAULTS[kind], call))
    )
