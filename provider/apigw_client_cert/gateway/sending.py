"""Sending a call again: the wait before the next try, and the look at what it would change.

What was looked at before the first try may have changed while AWS refused it: a 409 says so outright. So a change that
could harm somebody brings a look, which is taken after the wait; what it finds ends the call, or lets it be sent again.
``retries.py`` rules when and how long; what a look looks at is known where the change is asked for.
"""

from __future__ import annotations

import contextlib
import enum
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from apigw_client_cert.errors import (
    ConcurrentModification,
    NotOurs,
    OutcomeUnknown,
    RotationError,
    StillInUse,
    Unavailable,
)
from apigw_client_cert.gateway import wait_limit
from apigw_client_cert.gateway.answers import Call
from apigw_client_cert.gateway.waiting import Retries, Trouble, retry_after_seconds, trouble_of, waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WAITS: Final = "apigw_client_cert_waits"
#: What a look finds, as opposed to what keeps it from looking; these say themselves what the tries may have done.
_FINDINGS = (ConcurrentModification, NotOurs, StillInUse)


class SoFar(enum.Enum):
    """What the tries of a call may have done; the value tells a user."""

    NOTHING = "The tries before changed nothing."
    UNKNOWN = "An earlier try ended without an answer, or with a server error: it may have taken effect."


class Look(Protocol):
    """Looks again at what a call is about to change."""

    def __call__(self, so_far: SoFar, /) -> bool:
        """Whether nothing is left to do; raises an error of ``errors.py`` where sending it again would do harm."""
        ...


class NothingLeft(Exception):  # noqa: N818 - caught in client.py, never a user's error
    """A look found what the call was to bring about."""


@dataclass(slots=True)
class _Waits:
    """The seconds waited for one request, and for the looks between its tries: a look must not begin a new minute."""

    seconds: float = 0.0


@dataclass(slots=True)
class _Sending:
    """One call under way."""

    call: Call
    look_again: Look | None
    so_far: SoFar = SoFar.NOTHING
    finding: RotationError | None = None

    def look(self, trouble: Trouble, waits: _Waits) -> None:
        """Return where the call may be sent again.

        Raises:
            NothingLeft: it need not be.
            RotationError: it must not be, or nobody knows, because the look itself failed.
        """
        if trouble.may_have_taken_effect and not self.call.reads:
            self.so_far = SoFar.UNKNOWN
        if self.look_again is None:
            return
        try:
            # The look's own calls are no tries of this one.
            with _set(_sending, None), _set(_waits, waits):
                nothing_left = self.look_again(self.so_far)
        except _FINDINGS as error:
            self.finding = error
            raise
        except RotationError as error:
            # It is a read, and says that it has changed nothing.
            raise self.truthful(error) from error.__cause__
        if nothing_left:
            raise NothingLeft

    def truthful(self, error: RotationError) -> RotationError:
        """The error, or ``OutcomeUnknown`` in its place where it would deny what an earlier try may have done."""
        if self.so_far is SoFar.NOTHING or error is self.finding:
            return error
        return OutcomeUnknown(
            f"{self.call} was sent and came to no clear end, and then: {error.what}",
            means=self.so_far.value,
            remedy=f"{error.remedy} The next run looks at what is there before it acts.",
            subject=self.call.subject,
        )


_sending: ContextVar[_Sending | None] = ContextVar("sending", default=None)
_waits: ContextVar[_Waits | None] = ContextVar("waits", default=None)


@contextlib.contextmanager
def sending(call: Call, look_again: Look | None) -> Iterator[None]:
    """Let this thread send a call, again where ``Resend`` says so; what is raised inside is of ``errors.py`` already.

    Raises:
        OutcomeUnknown: in the place of an error that says that nothing was changed, where an earlier try may have.
    """
    one = _Sending(call, look_again)
    try:
        with _set(_sending, one):
            yield
    except (OutcomeUnknown, Unavailable):
        # These deny nothing.
        raise
    except RotationError as error:
        raise one.truthful(error) from error.__cause__


class Resend:
    """Answers botocore's ``needs-retry`` event for every client of one ``Client``.

    Args:
        retries: The rule.
        sleep: What waits.
    """

    def __init__(self, retries: Retries, sleep: Callable[[float], object]) -> None:
        self._retries = retries
        self._sleep = sleep

    def __call__(self, service: str, **event: Any) -> float | None:  # noqa: ANN401 - botocore's event arguments have no types
        """None to leave it, or the seconds that botocore shall wait: 0, as we waited here."""
        trouble = trouble_of(event["response"], event["caught_exception"])
        if trouble is None:
            return None
        call = Call(service, event["operation"].name)
        # The request's context lives as long as the request and belongs to one thread.
        waits = _waits.get() or event["request_dict"]["context"].setdefault(_WAITS, _Waits())
        seconds = self._retries.wait(
            call,
            trouble,
            attempts=event["attempts"],
            waited=waits.seconds,
            retry_after=retry_after_seconds(event["response"]),
        )
        if seconds is None:
            return None
        allowed = wait_limit.current()
        if seconds > allowed.left():
            raise wait_limit.WaitLimitReached(_failed(**event))
        allowed.say(waiting(seconds, call.operation, trouble))
        waits.seconds += seconds
        self._sleep(seconds)
        one = _sending.get()
        # Another operation is the AssumeRole inside this one's signing: botocore holds the credentials' lock then, and
        # a look, which needs credentials too, would wait for it for ever.
        if one is not None and one.call.operation == call.operation:
            one.look(trouble, waits)
        return 0


@contextlib.contextmanager
def _set(variable: ContextVar[Any], value: object) -> Iterator[None]:
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)


def _failed(*, response: Any, caught_exception: Any, operation: Any, **_: Any) -> Exception:  # noqa: ANN401 - botocore's event arguments have no types
    """What botocore would raise if the call were not sent again."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded on first need

    failed: Exception = caught_exception if response is None else ClientError(response[1], operation.name)
    return failed
