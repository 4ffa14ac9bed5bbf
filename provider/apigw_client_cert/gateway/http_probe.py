"""One HTTP request to a deployed stage, as its callers make it: a connection of its own, no redirect, no repeat."""

from __future__ import annotations

import io
import socket
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from apigw_client_cert import clock
from apigw_client_cert.errors import ProbeUnreachable
from apigw_client_cert.gateway.connection import is_loopback
from apigw_client_cert.gateway.interface import TrialAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from http.client import HTTPMessage

#: A fingerprint is near the beginning of an answer, if anywhere.
_MOST_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeCall:
    """A request; headers and query may hold a key, so they are in no repr and no message. Seconds until it gives up."""

    url: str = field(repr=False)
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout_seconds: float = 10.0

    def __str__(self) -> str:
        """The URL without its query."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}{parts.path}"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer: following it would ask somebody else."""

    def redirect_request(self, *_what: object) -> None:
        """Follow nothing."""


class _InTime(urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
    """Gives up at a moment: a timeout alone begins anew with each byte of an answer that comes byte by byte."""

    def __init__(self, until: float) -> None:
        super().__init__()
        self._until = until

    def http_open(self, request: urllib.request.Request) -> HTTPResponse:
        """Over plain HTTP."""
        return self.do_open(self._made(HTTPConnection), request)

    def https_open(self, request: urllib.request.Request) -> HTTPResponse:
        """Over TLS."""
        return self.do_open(self._made(HTTPSConnection), request)

    def _made(self, kind: type[HTTPConnection]) -> Any:  # noqa: ANN401 - the stub knows urllib's own protocol only
        def make(host: str, **options: Any) -> HTTPConnection:  # noqa: ANN401 - urllib's
            connection = kind(host, **options)
            connection.response_class = partial(_Answer, self._until)  # type: ignore[assignment]  # made like the class
            return connection

        return make


class _Answer(HTTPResponse):
    """One that is read until a moment."""

    def __init__(self, until: float, sock: socket.socket, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - http.client's
        super().__init__(sock, *arguments, **named)
        self.fp = io.BufferedReader(_Until(until, sock, self.fp.detach()))


class _Until(io.RawIOBase):
    """The bytes of a socket until a moment; ``TimeoutError`` from then on."""

    def __init__(self, until: float, sock: socket.socket, raw: io.RawIOBase) -> None:
        self._until, self._sock, self._raw = until, sock, raw

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any, /) -> int | None:  # noqa: ANN401 - typeshed's buffer is none of its own Pythons'
        """What has come, waited for no longer than until that moment."""
        left = self._until - clock.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Close the socket's own file, which keeps it open."""
        self._raw.close()
        super().close()


def probe(call: ProbeCall) -> TrialAnswer:
    """The answer, whatever its status.

    What is asked on this machine goes through no proxy, which would read the headers.

    Raises:
        ProbeUnreachable: no answer came: the name, the connection, TLS with the stage's own endpoint, or the wait.
    """
    request = urllib.request.Request(call.url, headers=dict(call.headers), method=call.method)  # noqa: S310 - check admits http and https only
    proxies = [urllib.request.ProxyHandler({})] if is_loopback(call.url) else []
    opener = urllib.request.build_opener(_NoRedirect, _InTime(clock.monotonic() + call.timeout_seconds), *proxies)
    try:
        try:
            with opener.open(request, timeout=call.timeout_seconds) as answer:
                return _answer(answer.status, answer)
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error.code, error)
    except (urllib.error.URLError, HTTPException, OSError, ValueError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise ProbeUnreachable(
            f"The probe {call} got no answer ({_named(reason)})",
            means="It says nothing of the backend.",
            remedy="Mend the url of confirm=HttpProbe(…), or the network between here and the stage's endpoint.",
            subject=str(call),
        ) from error


def _answer(status: int, answer: HTTPResponse | urllib.error.HTTPError) -> TrialAnswer:
    headers: HTTPMessage = answer.headers  # type: ignore[assignment]  # typeshed has the base class for errors
    several = {name: tuple(headers.get_all(name, ())) for name in headers.keys()}  # noqa: SIM118 - a message is no mapping
    return TrialAnswer(status=status, headers=several, body=answer.read(_MOST_BYTES).decode("utf-8", "replace"))


def _named(reason: object) -> str:  # noqa: PLR0911 - one exit per kind reads best
    """What went wrong, in a word or two; the text of an exception may repeat the URL."""
    match reason:
        case socket.gaierror():
            return "DNS: the name is not known"
        case ssl.SSLCertVerificationError():
            return f"TLS: its certificate is not trusted here, {reason.verify_message}"
        case ssl.SSLError():
            return f"TLS: {reason.reason or 'the handshake failed'}"
        case TimeoutError():
            return "it timed out"
        case ConnectionRefusedError():
            return "the connection was refused"
        case OSError():
            return reason.strerror or type(reason).__name__
        case _:
            return type(reason).__name__
