"""The one place where botocore's errors become ours: by class and by error code, never by text.

A code that is in no table of ``answers.py`` is reported by its name: guessing what it means would hide it.
"""

from __future__ import annotations

import contextlib
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from apigw_client_cert import clock
from apigw_client_cert.errors import (
    AccessDenied,
    BadInput,
    ConcurrentModification,
    EndpointUnreachable,
    NeedsOperator,
    NoCredentials,
    OutcomeUnknown,
    QuotaExhausted,
    RotationError,
    Throttled,
    Unavailable,
    page,
    safe_repr,
)
from apigw_client_cert.gateway.answers import (
    CONFLICT_CODES,
    CREDENTIAL_CODES,
    DENIED_CODES,
    INPUT_CODES,
    LIMIT_CODES,
    TOLERATED_SKEW,
    Answered,
    Call,
    behind_aws,
    code_of,
    is_server_error,
    is_throttle,
    is_unanswered,
    is_unsent,
    status_of,
)
from apigw_client_cert.gateway.emulators import asked_at, refusal_of
from apigw_client_cert.gateway.permissions import permission_for
from apigw_client_cert.gateway.quoting import quoted, speakable
from apigw_client_cert.gateway.wait_limit import WaitLimitReached

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

# Of this call alone: what the same update did before it is not known here. ``sending.py`` takes it back where an
# earlier try of the call came to no clear end.
# AWS: "with an explicit deny in a service control policy", and nothing that is allowed counts against it.
_EXPLICIT: Final = re.compile(r"\bexplicit(?:ly)? den(?:y|ied)\b", re.IGNORECASE)
_CHANGED_NOTHING: Final = "This call changed nothing."
_LOG_IN: Final = "Log in, or correct `profile` or `assume_role_arn`; `aws sts get-caller-identity` tells who you are."


@contextlib.contextmanager
def translated(call: Call, expected: Collection[str] = ()) -> Iterator[None]:
    """Turn botocore's errors of the enclosed call into ``errors.py``'s.

    Args:
        call: What is being asked.
        expected: Error codes that the caller gives a meaning of its own: raised as ``Answered``.

    Raises:
        Answered: for an expected code.
        RotationError: for everything that botocore raises.
        Exception: anything else is a bug of ours, and passes unchanged.
    """
    try:
        yield
    except (RotationError, Answered):
        raise
    except WaitLimitReached as end:
        failure = _failure(end.cause, call, expected)
        raise _cut_short(failure or end.cause) from speakable(end.cause)
    except Exception as error:
        failure = _failure(error, call, expected)
        if failure is None:
            raise
        raise failure from speakable(error)


@contextlib.contextmanager
def understood(call: Call) -> Iterator[None]:
    """Refuse an answer with a wrong type in it: botocore's parsers raise whatever they trip over."""
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - loaded on first need

    try:
        yield
    except BotoCoreError:
        # Some of these are ValueErrors too.
        raise
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        raise unreadable_answer(call) from speakable(error)


def outcome_unknown(call: Call) -> OutcomeUnknown:
    """The error for a change that was sent and not answered."""
    return OutcomeUnknown(
        f"{call} was sent and not answered",
        means="It may have taken effect.",
        remedy="Run again: the next run looks at what is there before it acts.",
        subject=call.subject,
    )


def _cut_short(failure: Exception) -> Exception:
    """The same failure, with who ended the waiting; an expected answer means what it means however long one waited."""
    if not isinstance(failure, RotationError):
        return failure
    return type(failure)(
        failure.what,
        means=f"{failure.means} The resource's customTimeouts ended the waiting for AWS.",
        remedy="Raise customTimeouts, or run again: a run goes on from what it finds.",
        subject=failure.subject,
    )


def _failure(error: Exception, call: Call, expected: Collection[str]) -> Exception | None:
    from botocore import exceptions as boto  # noqa: PLC0415 - loaded on first need

    if isinstance(error, boto.ClientError):
        # The credentials of an assumed role are fetched inside whichever call comes first.
        assuming = error.operation_name == "AssumeRole"
        return _answer(error, Call("sts", "AssumeRole") if assuming else call, expected)
    if is_unsent(error):
        return EndpointUnreachable(
            f"{call} could not be sent: no connection to the {call.service} endpoint{asked_at(error)}",
            means=_CHANGED_NOTHING,
            remedy="Check `region`, `endpoint_url`, the network and proxy settings, then run again.",
            subject=call.subject,
        )
    if type(error) is boto.HTTPClientError and isinstance(error.kwargs.get("error"), ValueError):
        # http.client writes no header with a line break in it; the only headers that vary are the credentials'.
        return no_credentials("a key or token holds a line break, or a character that no HTTP header takes")
    if is_unanswered(error):
        return no_answer(call)
    if isinstance(error, boto.PaginationError | boto.ChecksumError | boto.FlexibleChecksumError):
        return unreadable_answer(call)
    return _bad_set_up(error)


def _bad_set_up(error: Exception) -> RotationError | None:
    from botocore import exceptions as boto  # noqa: PLC0415 - loaded on first need

    if isinstance(
        error,
        boto.NoCredentialsError
        | boto.PartialCredentialsError
        | boto.CredentialRetrievalError
        | boto.MetadataRetrievalError
        | boto.TokenRetrievalError
        | boto.NoAuthTokenError
        | boto.SSOError,
    ):
        return no_credentials(type(error).__name__)
    if isinstance(error, boto.ProfileNotFound):
        return _input("the profile is in no AWS configuration file", "Correct `profile`, or add it to ~/.aws/config.")
    if isinstance(error, boto.NoRegionError | boto.InvalidRegionError | boto.UnknownRegionError):
        return no_region()
    if isinstance(error, boto.ParamValidationError):
        return _input(f"botocore refuses the parameters: {quoted(str(error))}", "Correct the value that it names.")
    if isinstance(error, boto.BotoCoreError):
        return NeedsOperator(
            f"botocore cannot work with this set-up ({type(error).__name__})",
            means="The call was not completed.",
            remedy="Mend ~/.aws/config, ~/.aws/credentials or the AWS_ variables; the cause above says which.",
        )
    return None


def no_region() -> BadInput:
    """The error for a connection that names no usable region."""
    return _input(
        "no usable AWS region: `region` is not set, and neither AWS_DEFAULT_REGION nor the profile has one",
        "Set the property `region`, such as eu-west-1.",
    )


def bad_endpoint(endpoint_url: str) -> BadInput:
    """The error for an ``endpoint_url`` that is no URL."""
    return _input(
        f"`endpoint_url` is no URL: {safe_repr(endpoint_url)}", "Give scheme, host and port: http://127.0.0.1:5000."
    )


def plain_endpoint(endpoint_url: str) -> BadInput:
    """The error for an endpoint of another machine without TLS, from whichever variable or profile it is."""
    return _input(
        f"the endpoint at {safe_repr(urlsplit(endpoint_url).hostname)} is another machine's, and has no TLS: anybody on"
        " the way may answer in AWS's place",
        "Let `endpoint_url`, the AWS_ENDPOINT_URL variables and the profile name an https:// endpoint or this machine.",
    )


def _input(what: str, remedy: str, subject: str = "") -> BadInput:
    return BadInput(what, means=_CHANGED_NOTHING, remedy=remedy, subject=subject)


def no_answer(call: Call) -> RotationError:
    """The error for a call without an answer of AWS: a read may be repeated, a change must be looked at first."""
    if not call.reads:
        return outcome_unknown(call)
    return Unavailable(
        f"{call} was not answered",
        means="It is a read, which changes nothing.",
        remedy="Run again; if it stays, check the network between here and AWS.",
        subject=call.subject,
    )


def unreadable_answer(call: Call) -> RotationError:
    """The error for an answer that AWS would not give: a field is missing, or of a wrong type or form."""
    if not call.reads:
        return outcome_unknown(call)
    return Unavailable(
        f"{call}: the answer cannot be read",
        means="Something between here and AWS answered in AWS's place; a read changes nothing.",
        remedy="Check `endpoint_url` and the proxy settings, then run again.",
        subject=call.subject,
    )


def no_credentials(cause: str) -> NoCredentials:
    """The error for credentials that are missing or of no use."""
    return NoCredentials(
        f"boto3's default chain found no usable credentials ({cause})",
        means=_CHANGED_NOTHING,
        remedy=_LOG_IN,
    )


def _answer(error: Any, call: Call, expected: Collection[str]) -> Exception:  # noqa: ANN401, PLR0911 - one exit per row of the table reads best
    code, status = code_of(error.response), status_of(error.response)
    said = quoted(str(error.response.get("Error", {}).get("Message") or "no message")).rstrip(".")
    if code in expected:
        return Answered(code, said)
    nowhere = refusal_of(call, error.response)
    if nowhere is not None:
        return nowhere
    if code in LIMIT_CODES:
        return QuotaExhausted(
            f"{call}: AWS answered {code}: {said}",
            means=_CHANGED_NOTHING,
            remedy="Free what is not needed, or ask Service Quotas for more.",
            subject=call.subject,
        )
    if is_throttle(code, status):
        return Throttled(
            f"{call}: AWS kept answering {code or status}",
            means="The account's request rate is used up by somebody. This call changed nothing.",
            remedy="The next scheduled run tries again.",
            subject=call.subject,
        )
    if code in CONFLICT_CODES:
        return ConcurrentModification(
            f"{call}: AWS kept answering {code}",
            means="Somebody else is changing the same object. This call changed nothing.",
            remedy="The next scheduled run tries again.",
            subject=call.subject,
        )
    if code in DENIED_CODES:
        return AccessDenied(
            f"{call} is denied ({code}): {said}",
            means=_CHANGED_NOTHING,
            remedy="Allowing it does not help against an explicit deny: only the owner of that policy can lift it."
            if _EXPLICIT.search(said)
            else f"Allow {permission_for(call.service, call.operation)} ({page('iam')} has the whole policy).",
            subject=call.subject,
        )
    if code in CREDENTIAL_CODES:
        return _refused_signature(error.response, code, said)
    if is_server_error(code, status):
        return _server_error(call, code or str(status))
    if code in INPUT_CODES:
        return _input(f"{call}: AWS answered {code}: {said}", "Correct the value that AWS names.", call.subject)
    return NeedsOperator(
        f"{call}: AWS answered {code or 'no code'} ({status}): {said}",
        means=_CHANGED_NOTHING,
        remedy="Mend what it names, then run again.",
        subject=call.subject,
    )


def _refused_signature(answer: Any, code: str, said: str) -> RotationError:  # noqa: ANN401 - botocore's parsed answer has no type
    what = f"AWS refuses the credentials ({code}): {said}"
    behind = behind_aws(answer, clock.now({}))
    if behind is not None and abs(behind) >= TOLERATED_SKEW:
        off = f"{abs(behind) // timedelta(minutes=1)} minutes {'behind' if behind > timedelta(0) else 'ahead of'}"
        return NeedsOperator(
            f"{what}; the clock of this machine is {off} AWS's",
            means=f"A signature is valid for minutes. {_CHANGED_NOTHING}",
            remedy="Set the clock of this machine, then run again.",
        )
    return NoCredentials(what, means=_CHANGED_NOTHING, remedy=_LOG_IN)


def _server_error(call: Call, code: str) -> RotationError:
    if not call.repeatable and not call.reads:
        return outcome_unknown(call)
    return Unavailable(
        f"{call}: AWS kept answering {code}",
        means="AWS has a fault." if call.reads else "AWS has a fault; the call may have taken effect.",
        remedy="The next scheduled run tries again.",
        subject=call.subject,
    )
