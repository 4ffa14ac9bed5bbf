"""Endpoints that answer in API Gateway's place and have no client certificates: other emulators of AWS.

LocalStack answers with a text where the PEM belongs, and with 501 for WebSocket APIs; moto by itself with a page of
HTML and 404 (docs/aws.md §8). Whichever of them is met first, in whichever run, is told with one message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from apigw_client_cert.errors import NeedsOperator
from apigw_client_cert.gateway.answers import NOT_IMPLEMENTED, code_of, status_of

if TYPE_CHECKING:
    from apigw_client_cert.gateway.answers import Call

_SERVICES: Final = frozenset({"apigateway", "apigatewayv2"})
_ENDPOINT: Final = "Endpoint"
_BEGIN: Final = "-----BEGIN CERTIFICATE-----"


def note_endpoint(http_response: Any, parsed: Any, **_event: Any) -> None:  # noqa: ANN401 - botocore's event arguments have no types
    """Answer botocore's ``after-call`` event: let an answer say who gave it."""
    parsed.setdefault("ResponseMetadata", {})[_ENDPOINT] = _origin(http_response.url)


def asked_at(error: Any) -> str:  # noqa: ANN401 - one of botocore's, which have no types
    """Where a call was sent that found nobody, in brackets; nothing where botocore does not say."""
    url = getattr(error, "kwargs", {}).get("endpoint_url")
    return f" ({_origin(url)})" if url else ""


def _origin(url: object) -> str:
    """Scheme, host and port: a path may name what it asked for, and nobody's password is repeated."""
    parts = urlsplit(str(url))
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def refusal_of(call: Call, response: Any) -> NeedsOperator | None:  # noqa: ANN401 - botocore's parsed answer has no type
    """The error for a refusal that API Gateway would not give; None for one that it would."""
    status = status_of(response)
    # A trial is refused by an integration that the sandbox does not model.
    if call.service not in _SERVICES or call.operation == "TestInvokeMethod":
        return None
    if status == NOT_IMPLEMENTED:
        return no_client_certificates(call, f"{status}, not implemented", response)
    # botocore takes the status for the code of an answer without one.
    if status in {404, 405} and code_of(response) in {"", str(status)}:
        return no_client_certificates(call, f"{status} and no error code", response)
    return None


def is_literal(pem: str) -> bool:
    """Whether there is a text in the place of a certificate."""
    return bool(pem.strip()) and _BEGIN not in pem


def no_client_certificates(call: Call, answered: str, response: Any) -> NeedsOperator:  # noqa: ANN401 - botocore's parsed answer has no type
    """The error for an endpoint that is neither AWS nor the sandbox."""
    where = response.get("ResponseMetadata", {}).get(_ENDPOINT, "this endpoint")
    return NeedsOperator(
        f"{where} has no client certificates of API Gateway: it answers with {answered}",
        means="It is neither AWS nor the sandbox of this package, and no stage there presents anything.",
        remedy="Let `endpoint_url` (or AWS_ENDPOINT_URL) be the sandbox's: `python -m apigw_sandbox` prints it.",
        subject=call.subject,
    )
