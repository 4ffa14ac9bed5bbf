"""One HTTP request to a deployed stage, as its callers make it: a connection of its own, no redirect, no repeat."""

from __future__ import annotations

import socket
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from apigw_client_cert.errors import ProbeUnreachable
from apigw_client_cert.gateway.interface import TrialAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from http.client import HTTPMessage, HTTPResponse

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


def probe(call: ProbeCall) -> TrialAnswer:
    """The answer, whatever its status.

    Raises:
        ProbeUnreachable: no answer came: the name, the connection, TLS with the stage's own endpoint, or the wait.
    """
    request = urllib.request.Request(call.url, headers=dict(call.headers), method=call.method)  # noqa: S310 - check admits http and https only
    opener = urllib.request.build_opener(_NoRedirect)
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
