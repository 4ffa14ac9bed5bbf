"""What an answer of AWS, or the lack of one, amounts to: by error class and error code, never by text.

Codes come from botocore's service models and ``botocore/retries/standard.py``, from
https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html and, for S3, from
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from datetime import datetime

THROTTLED_CODES: Final = frozenset(
    {
        "TooManyRequestsException",
        "ThrottlingException",
        "Throttling",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestLimitExceeded",
        "SlowDown",
    }
)
CONFLICT_CODES: Final = frozenset({"ConflictException", "OperationAborted", "TooManyUpdates"})
#: 429 like a throttle, but waiting never helps (docs/aws.md §3.5).
LIMIT_CODES: Final = frozenset({"LimitExceededException", "ParameterLimitExceeded"})
UNAVAILABLE_CODES: Final = frozenset({"InternalServerError", "InternalServiceError", "InternalFailure"})
DENIED_CODES: Final = frozenset({"AccessDeniedException", "AccessDenied", "NotAuthorized", "UnauthorizedException"})
CREDENTIAL_CODES: Final = frozenset(
    {
        "ExpiredTokenException",
        "ExpiredToken",
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "InvalidAccessKeyId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "RequestExpired",
        "RequestTimeTooSkewed",
    }
)
INPUT_CODES: Final = frozenset({"BadRequestException", "ValidationException", "InvalidParameterException"})

#: AWS takes a signature that is five minutes old or young
#: (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html, "Credential scope").
TOLERATED_SKEW: Final = timedelta(minutes=5)

#: Wider than any code of botocore's models; what is no code is not repeated in a message.
_CODE: Final = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_TOO_MANY_REQUESTS: Final = 429
_SERVER_ERROR: Final = 500
#: What an endpoint answers that does not have the operation, and never will.
NOT_IMPLEMENTED: Final = 501


@dataclass(frozen=True, slots=True)
class Call:
    """One AWS call, as its errors need to speak of it.

    ``repeatable`` is False for the operations that do a second thing when repeated.
    """

    service: str
    operation: str
    subject: str = ""

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice ends in the same state as sending it once."""
        # A trial calls the backend for real, with whatever method the user named.
        return self.operation not in {"GenerateClientCertificate", "TestInvokeMethod"}

    @property
    def reads(self) -> bool:
        """Whether it changes nothing in AWS; every reading operation used here is called ``Get…``, but the trial."""
        return self.operation.startswith("Get") or self.operation == "TestInvokeMethod"

    def __str__(self) -> str:
        """Operation and subject, as in ``UpdateStage of a1b2c3/prod``."""
        return f"{self.operation} of {self.subject}" if self.subject else self.operation


class Answered(Exception):  # noqa: N818 - an expected answer, caught inside gateway/ and publish/, never a user's error
    """AWS answered with a code that the caller asked to hear of instead of a translated error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message


def code_of(answer: Any) -> str:  # noqa: ANN401 - botocore's parsed answer has no type
    """The error code in a parsed answer, or ``""`` where there is none that could be one."""
    error = answer.get("Error") if isinstance(answer, dict) else None
    code = str(error.get("Code") or "") if isinstance(error, dict) else ""
    return code if _CODE.fullmatch(code) else ""


def status_of(answer: Any) -> int:  # noqa: ANN401 - botocore's parsed answer has no type
    """The HTTP status of a parsed answer, or 0."""
    metadata = answer.get("ResponseMetadata") if isinstance(answer, dict) else None
    return int(metadata.get("HTTPStatusCode") or 0) if isinstance(metadata, dict) else 0


def behind_aws(answer: Any, here: datetime) -> timedelta | None:  # noqa: ANN401 - botocore's parsed answer has no type
    """How far a clock that says ``here`` is behind the ``Date`` of an answer; None where it carries none."""
    metadata = answer.get("ResponseMetadata") if isinstance(answer, dict) else None
    headers = metadata.get("HTTPHeaders") if isinstance(metadata, dict) else None
    date = headers.get("date") if isinstance(headers, dict) else None
    try:
        there = parsedate_to_datetime(str(date))
        return there - here
    except (TypeError, ValueError):
        # No date, none that is one, or one without a time zone.
        return None


def is_throttle(code: str, status: int) -> bool:
    """Whether the answer asks to wait; a quota's 429 does not."""
    return code in THROTTLED_CODES or (status == _TOO_MANY_REQUESTS and code not in LIMIT_CODES)


def is_server_error(code: str, status: int) -> bool:
    """Whether AWS failed, not the request."""
    return status != NOT_IMPLEMENTED and (status >= _SERVER_ERROR or code in UNAVAILABLE_CODES)


def is_unsent(error: BaseException) -> bool:
    """Whether no connection was made, so that AWS cannot have seen the request."""
    from botocore import exceptions as boto  # noqa: PLC0415 - loaded on first need

    return isinstance(error, boto.ConnectionError) and not isinstance(error, boto.ReadTimeoutError)


def is_unanswered(error: BaseException) -> bool:
    """Whether the request may have arrived and only the answer is missing."""
    from botocore import exceptions as boto  # noqa: PLC0415 - loaded on first need
    from botocore.parsers import ResponseParserError  # noqa: PLC0415 - loaded on first need

    lost = (boto.HTTPClientError, boto.IncompleteReadError, ResponseParserError)
    return isinstance(error, lost) and not is_unsent(error)
