"""What can go wrong between the gateway and a backend, by the words of the record and of AWS."""

from __future__ import annotations

import http.client
import socket
import ssl
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of failure: how the record names it, and AWS's status, error type and message for it.

    Statuses and types: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
    UNVERIFIED: the ``x-amzn-ErrorType`` names of the default responses (docs/aws.md §4).
    """

    reason: str
    status: int
    error_type: str
    message: str


def _configuration(reason: str) -> Kind:
    """API_CONFIGURATION_ERROR; TLS failures are seen as such (docs/aws.md §4)."""
    return Kind(reason, 500, "InternalServerErrorException", "Internal server error")


def _network(reason: str) -> Kind:
    """INTEGRATION_FAILURE."""
    return Kind(reason, 504, "InternalServerErrorException", "Network error communicating with endpoint")


TLS_ALERT = _configuration("tls-alert")
"""The backend refused the handshake, or the certificate, in TLS's own words."""
TLS = _configuration("tls")
SERVER_CERTIFICATE = _configuration("server-certificate")
NO_PRIVATE_KEY = _configuration("no-private-key")
CONFIGURATION = _configuration("configuration")
REFUSED = _network("refused")
UNRESOLVED = _network("unresolved")
RESET = _network("reset")
CLOSED = _network("closed")
NETWORK = _network("network")
MALFORMED = Kind("malformed", 502, "InternalServerErrorException", "Internal server error")
TIMEOUT = Kind("timeout", 504, "InternalServerErrorException", "Endpoint request timed out")
STOPPED = Kind("stopped", 503, "ServiceUnavailableException", "Service Unavailable")
NOT_MODELLED = Kind("not-modelled", 501, "NotImplementedException", "Not modelled by the sandbox")
NO_STAGE = Kind("no-stage", 403, "ForbiddenException", "Forbidden")
NO_ROUTE = Kind("no-route", 403, "MissingAuthenticationTokenException", "Missing Authentication Token")
BAD_HEADER = Kind("bad-header", 400, "BadRequestException", "Bad Request")
CALLER_GONE = "caller-gone"
"""The reason of a streamed answer that the caller did not wait for; its status had been sent by then."""


class NotForwardedError(Exception):
    """A request that got no complete answer from a backend. Nothing was or will be sent a second time."""

    def __init__(self, kind: Kind, detail: str) -> None:
        super().__init__(f"{kind.reason}: {detail}")
        self.kind = kind
        self.detail = detail


def failure(error: Exception) -> NotForwardedError:
    """The failure that an exception of ``ssl``, ``socket`` or ``http.client`` means."""
    if isinstance(error, NotForwardedError):
        return error
    kind = next(kind for types, kind in _KINDS if isinstance(error, types))
    if kind is TLS and "ALERT" in (getattr(error, "reason", None) or ""):
        kind = TLS_ALERT
    return NotForwardedError(kind, _detail(error))


# The first match counts: RemoteDisconnected is also a ConnectionResetError, most are also an OSError.
_KINDS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Kind], ...] = (
    (ssl.SSLCertVerificationError, SERVER_CERTIFICATE),
    ((ssl.SSLEOFError, ssl.SSLZeroReturnError, http.client.RemoteDisconnected, http.client.IncompleteRead), CLOSED),
    (TimeoutError, TIMEOUT),
    (ssl.SSLError, TLS),
    (ConnectionRefusedError, REFUSED),
    (ConnectionError, RESET),
    (socket.gaierror, UNRESOLVED),
    (OSError, NETWORK),
    (http.client.HTTPException, MALFORMED),
    (Exception, CONFIGURATION),
)


def _detail(error: Exception) -> str:
    """Words that do not change from request to request, so that a log of many stays small."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, ssl.SSLError) and (reason := getattr(error, "reason", None)):
        return str(reason)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"{type(error).__name__}: {error}"
