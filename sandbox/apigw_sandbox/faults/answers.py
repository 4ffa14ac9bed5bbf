"""How each service words a refusal: codes, statuses and bodies of its own protocol."""

from __future__ import annotations

import json
import secrets
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from apigw_sandbox.faults.kinds import Fault, FaultKind
from apigw_sandbox.messages import JSON, Answer

if TYPE_CHECKING:
    from apigw_sandbox.faults.records import SeenCall

API_GATEWAY = frozenset({"apigateway", "apigatewayv2"})
_AWS_JSON = "application/x-amz-json-1.1"


@dataclass(frozen=True, slots=True)
class _Refusal:
    code: str
    status: int
    message: str


_CONCURRENT = "Unable to complete operation due to concurrent modification. Please try again later."
_OF_API_GATEWAY = {
    FaultKind.THROTTLE: _Refusal("TooManyRequestsException", 429, "Too Many Requests"),
    # The text is AWS's own (docs/aws.md §3.5).
    FaultKind.CONFLICT: _Refusal("ConflictException", 409, _CONCURRENT),
    FaultKind.ACCESS_DENIED: _Refusal("AccessDeniedException", 403, "User is not authorized to perform this operation"),
    FaultKind.SERVER_ERROR: _Refusal("InternalFailure", 500, "Internal server error"),
}
_DENIED = _Refusal("AccessDeniedException", 400, "User is not authorized to perform this operation")
_THROTTLED = _Refusal("ThrottlingException", 400, "Rate exceeded")
# Codes of botocore's service models, and where these have none of
# https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html and
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html.
# Secrets Manager and STS have no answer for a concurrent modification.
_REFUSALS = {
    "apigateway": _OF_API_GATEWAY,
    "apigatewayv2": _OF_API_GATEWAY,
    "ssm": {
        FaultKind.THROTTLE: _THROTTLED,
        FaultKind.CONFLICT: _Refusal("TooManyUpdates", 400, "There are concurrent updates for a resource"),
        FaultKind.ACCESS_DENIED: _DENIED,
        FaultKind.SERVER_ERROR: _Refusal("InternalServerError", 500, "An error occurred on the server side."),
    },
    "secretsmanager": {
        FaultKind.THROTTLE: _THROTTLED,
        FaultKind.ACCESS_DENIED: _DENIED,
        FaultKind.SERVER_ERROR: _Refusal("InternalServiceError", 500, "An error occurred on the server side."),
    },
    "s3": {
        FaultKind.THROTTLE: _Refusal("SlowDown", 503, "Please reduce your request rate."),
        FaultKind.CONFLICT: _Refusal("OperationAborted", 409, "A conflicting operation is in progress."),
        FaultKind.ACCESS_DENIED: _Refusal("AccessDenied", 403, "Access Denied"),
        FaultKind.SERVER_ERROR: _Refusal("InternalError", 500, "We encountered an internal error. Please try again."),
    },
    "sts": {
        FaultKind.THROTTLE: _Refusal("Throttling", 400, "Rate exceeded"),
        FaultKind.ACCESS_DENIED: _Refusal("AccessDenied", 403, "User is not authorized to perform this operation"),
        FaultKind.SERVER_ERROR: _Refusal("InternalFailure", 500, "An internal error occurred."),
    },
}
REFUSALS = frozenset(_OF_API_GATEWAY)
"""The kinds that are answers of the service."""


def can_happen(fault: Fault, call: SeenCall) -> bool:
    """Whether the call's service can answer so; what is no answer happens to all, but only API Gateway's reads lag."""
    if fault.kind is FaultKind.STALE:
        return call.service in API_GATEWAY and not call.mutating and call.action != "TestInvokeMethod"
    return fault.kind not in REFUSALS or fault.kind in _REFUSALS[call.service]


def refusal(fault: Fault, service: str) -> tuple[str, Answer]:
    """The error code, and the answer of this service that carries it."""
    found = _REFUSALS[service][fault.kind]
    request_id = str(uuid.UUID(int=secrets.randbits(128)))
    headers = [("x-amzn-RequestId", request_id)]
    if service in {"s3", "sts"}:
        error = f"<Code>{found.code}</Code><Message>{escape(found.message)}</Message>"
        id_ = f"<RequestId>{request_id}</RequestId>"
        body = f"<Error>{error}{id_}</Error>" if service == "s3" else _query_error(error, id_)
        headers.append(("Content-Type", "application/xml" if service == "s3" else "text/xml"))
        return found.code, Answer(status=found.status, body=body.encode(), headers=tuple(headers))
    headers.append(("Content-Type", JSON if service in API_GATEWAY else _AWS_JSON))
    if service in API_GATEWAY:
        headers.append(("x-amzn-ErrorType", found.code))
        if fault.kind is FaultKind.THROTTLE:
            headers.append(("Retry-After", str(round(fault.delay))))
    body = json.dumps({"__type": found.code, "message": found.message})
    return found.code, Answer(status=found.status, body=body.encode(), headers=tuple(headers))


def _query_error(error: str, request_id: str) -> str:
    """STS speaks AWS's query protocol, whose errors have an envelope."""
    space = "https://sts.amazonaws.com/doc/2011-06-15/"
    return f'<ErrorResponse xmlns="{space}"><Error><Type>Sender</Type>{error}</Error>{request_id}</ErrorResponse>'
