"""One HTTP request and its answer on one connection; sent once."""

from __future__ import annotations

import contextlib
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apigw_sandbox.data_plane import failures
from apigw_sandbox.data_plane.failures import NotForwardedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.client import HTTPResponse

    from apigw_sandbox.data_plane.connections import Connection

Headers = tuple[tuple[str, str], ...]

PIECE = 65536
LARGEST_BODY = 10 * 1024 * 1024
"""API Gateway's limit for a payload:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
"""

HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"}
    | {"transfer-encoding", "upgrade"}
)
"""RFC 9110 §7.6.1."""


@dataclass(frozen=True, slots=True)
class BackendRequest:
    """What the backend is asked. ``target`` is path and query, percent-encoded."""

    method: str
    host: str
    target: str
    headers: Headers
    body: bytes = field(default=b"", repr=False)


def ask(connection: Connection, request: BackendRequest) -> HTTPResponse:
    """Send the request and read the answer's head.

    Raises:
        OSError | http.client.HTTPException: whatever happened, as it happened.
    """
    http = connection.http
    http.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
    http.putheader("Host", request.host)
    for name, value in request.headers:
        http.putheader(name, value)
    if request.body or request.method in {"POST", "PUT", "PATCH"}:
        http.putheader("Content-Length", str(len(request.body)))
    try:
        http.endheaders(request.body or None)
    except (ConnectionError, ssl.SSLEOFError):
        # TLS 1.3 servers refuse a certificate after the client's handshake; their words may be waiting.
        connection.stream.recv_into(bytearray(1))
        raise
    return http.getresponse()


def answer_headers(response: HTTPResponse) -> Headers:
    """The headers that a gateway passes on."""
    named = {token.strip().lower() for token in (response.getheader("Connection") or "").split(",")}
    dropped = HOP_BY_HOP | named | {"content-length"}
    return tuple((name, value) for name, value in response.getheaders() if name.lower() not in dropped)


def whole_body(response: HTTPResponse) -> bytes:
    """The body; raises ``NotForwardedError`` when it is cut off or too large."""
    pieces: list[bytes] = []
    size = 0
    for piece in body_pieces(response):
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST_BODY:
            raise NotForwardedError(failures.MALFORMED, f"the answer is larger than {LARGEST_BODY} bytes")
    return b"".join(pieces)


def body_pieces(response: HTTPResponse) -> Iterator[bytes]:
    """The body as it comes; raises ``NotForwardedError`` when it is cut off, which ``http.client`` may not."""
    # Counted here, because read1 does not count in every Python.
    left = response.length
    with contextlib.closing(response):
        while left != 0 and (piece := response.read1(PIECE if left is None else min(PIECE, left))):
            left = None if left is None else left - len(piece)
            yield piece
    if left:
        raise NotForwardedError(failures.CLOSED, "the backend closed in the middle of its answer")
