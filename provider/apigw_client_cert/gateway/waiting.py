"""When a call is sent again, and how long to wait before: decided here, waited and looked in ``sending.py``.

botocore's own retry mode is switched off and this decides instead, through botocore's ``needs-retry`` event, because
that mode repeats a full quota (``LimitExceededException``), never a 409, and would repeat a generate whose outcome is
unknown, which makes a second certificate (docs/aws.md §3.5).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert.gateway.answers import (
    CONFLICT_CODES,
    LIMIT_CODES,
    Call,
    code_of,
    is_server_error,
    is_throttle,
    is_unanswered,
    is_unsent,
    status_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_FIRST_WAIT_SECONDS: Final = 0.5
_LONGEST_WAIT_SECONDS: Final = 10.0


class Trouble(enum.Enum):
    """Why a call may be sent again; the value is how often it is sent in all."""

    THROTTLED = 15
    CONFLICT = 6
    SERVER_ERROR = 5
    NO_ANSWER = 3
    NOT_SENT = 2

    @property
    def may_have_taken_effect(self) -> bool:
        """Whether a change may have been made all the same."""
        return self in {Trouble.SERVER_ERROR, Trouble.NO_ANSWER}


_WORDS: Final = {
    Trouble.THROTTLED: "AWS throttles {}",
    Trouble.CONFLICT: "somebody else is changing the same object ({})",
    Trouble.SERVER_ERROR: "AWS answered {} with a server error",
    Trouble.NO_ANSWER: "AWS did not answer {}",
    Trouble.NOT_SENT: "no connection for {} could be made",
}

#: A delete's 409 means "in use" far more often than "at the same moment" (docs/aws.md §3.1).
_DELETE_CONFLICT_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True)
class Retries:
    """The rule: at most ``total_wait_seconds`` of waiting per call, whatever AWS asks for.

    ``jitter`` returns numbers in [0, 1); a wait is between half and the whole of an exponential step, so that the
    engine's threads do not come back together.
    """

    jitter: Callable[[], float]
    total_wait_seconds: float = 60.0

    def wait(self, call: Call, trouble: Trouble, *, attempts: int, waited: float, retry_after: float) -> float | None:
        """Seconds to wait before sending it again, or None to give up.

        Args:
            call: What was sent.
            trouble: What came of it.
            attempts: How often it was sent.
            waited: Seconds waited for this call so far.
            retry_after: Seconds that AWS asked for, 0 for none.
        """
        # Only a 429 says that AWS did nothing.
        if not call.repeatable and trouble is not Trouble.THROTTLED:
            return None
        if attempts >= _attempts(call, trouble):
            return None
        step = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2.0 ** (attempts - 1))
        seconds = max(retry_after, step * (0.5 + self.jitter() / 2))
        return seconds if waited + seconds <= self.total_wait_seconds else None


def waiting(seconds: float, operation: str, trouble: Trouble) -> str:
    """What a user reads during the wait."""
    return f"waiting {seconds:.2g} s: {_WORDS[trouble].format(operation)}"


def trouble_of(response: tuple[Any, Any] | None, caught: BaseException | None) -> Trouble | None:
    """What is wrong with an answer in the form of botocore's ``needs-retry`` event; None for nothing to repeat."""
    if response is None:
        return None if caught is None else _trouble_of_error(caught)
    code, status = code_of(response[1]), status_of(response[1])
    if code in LIMIT_CODES:
        return None
    if is_throttle(code, status):
        return Trouble.THROTTLED
    if code in CONFLICT_CODES:
        return Trouble.CONFLICT
    return Trouble.SERVER_ERROR if is_server_error(code, status) else None


def _trouble_of_error(caught: BaseException) -> Trouble | None:
    if is_unsent(caught):
        return Trouble.NOT_SENT
    return Trouble.NO_ANSWER if is_unanswered(caught) else None


def retry_after_seconds(response: tuple[Any, Any] | None) -> float:
    """The ``Retry-After`` header in seconds; 0 where it is missing or a date (AWS sends seconds)."""
    text = str(response[0].headers.get("Retry-After") or "") if response is not None else ""
    return float(text) if text.isdecimal() else 0.0


def _attempts(call: Call, trouble: Trouble) -> int:
    if trouble is Trouble.CONFLICT and call.operation == "DeleteClientCertificate":
        return _DELETE_CONFLICT_ATTEMPTS
    return trouble.value
