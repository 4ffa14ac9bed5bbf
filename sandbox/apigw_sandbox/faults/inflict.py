"""Carrying out a fault: what takes effect, what is waited for, and what the caller gets."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Protocol

from apigw_sandbox.api_errors import InternalFailure
from apigw_sandbox.faults import answers
from apigw_sandbox.faults.connection import HangUpError
from apigw_sandbox.faults.kinds import FaultKind
from apigw_sandbox.faults.records import Moment
from apigw_sandbox.messages import error_answer

if TYPE_CHECKING:
    from apigw_sandbox.faults.connection import Caller
    from apigw_sandbox.faults.kinds import Fault
    from apigw_sandbox.faults.plan import Struck
    from apigw_sandbox.messages import Answer

_log = logging.getLogger("apigw_sandbox.faults")


class Effect(Protocol):
    """What the front can do with a call; each writes the journal. No lock is held when they are called."""

    def carry_out(self, fault: str) -> Answer:
        """Let it take effect."""
        ...

    def outlived(self, struck: Struck) -> bool:
        """Whether the account was reset, or the sandbox stopped, since the call came."""
        ...

    def refuse(self, fault: str, answer: Answer | None, code: str) -> None:
        """Let it have no effect; None: nor an answer."""
        ...


def inflict(struck: Struck, fault: Fault, caller: Caller, effect: Effect) -> Answer:
    """The answer of a call that meets a fault.

    Raises:
        HangUpError: there is none.
    """
    if fault.kind in answers.REFUSALS:
        return _refused(struck, fault, caller, effect)
    if fault.kind in {FaultKind.RESET, FaultKind.LOST_ANSWER, FaultKind.TIMEOUT}:
        if fault.takes_effect:
            effect.carry_out(fault.kind.value)
        else:
            effect.refuse(fault.kind.value, None, "")
        if fault.kind is FaultKind.TIMEOUT:
            caller.wait_until_gone(fault.delay)
        caller.hang_up(reset=fault.kind is FaultKind.RESET)
    return _interrupted(struck, fault, caller, effect)


def _refused(struck: Struck, fault: Fault, caller: Caller, effect: Effect) -> Answer:
    code, refusal = answers.refusal(fault, struck.call.service)
    if fault.takes_effect:
        effect.carry_out(fault.kind.value)
    else:
        effect.refuse(fault.kind.value, refusal, code)
    if fault.callback is None:
        return refusal
    try:
        _interlude(struck, fault, caller)
    except HangUpError:
        caller.hang_up(reset=False)
    except Exception as error:  # noqa: BLE001 - a test's function may raise anything, and its caller waits for an answer
        _log.exception("the callback at call %d failed", struck.call.number)
        return error_answer(_callback_failed(error))
    return refusal


def _interrupted(struck: Struck, fault: Fault, caller: Caller, effect: Effect) -> Answer:
    name = fault.kind.value
    answer = effect.carry_out(name) if fault.takes_effect else None
    try:
        _interlude(struck, fault, caller)
    except HangUpError:
        if answer is None:
            effect.refuse(name, None, "")
        caller.hang_up(reset=False)
    except Exception as error:  # noqa: BLE001 - a test's function may raise anything, and its caller waits for an answer
        failure = _callback_failed(error)
        if answer is None:
            effect.refuse(name, error_answer(failure), failure.code)
        _log.exception("the callback at call %d failed", struck.call.number)
        return error_answer(failure)
    if answer is None and effect.outlived(struck):
        caller.hang_up(reset=False)
    return answer or effect.carry_out(name)


def _callback_failed(error: Exception) -> InternalFailure:
    return InternalFailure(f"The callback of a fault failed: {type(error).__name__}")


def _interlude(struck: Struck, fault: Fault, caller: Caller) -> None:
    """What comes between the call and its effect, or between its effect and its answer."""
    if fault.callback is None:
        threading.Event().wait(fault.delay)
        return
    fault.callback(
        Moment(
            call=struck.call,
            after_effect=fault.takes_effect,
            caller_port=caller.port,
            server_port=caller.server_port,
        )
    )
