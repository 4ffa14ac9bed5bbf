"""What a client meets: one HTTPS request after the other, each on a connection of its own or all on one."""

from __future__ import annotations

import http.client
import select
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.servers.application import FINGERPRINT_HEADER, HOST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TIMEOUT_SECONDS = 60
ACCEPTED, HANDSHAKE = "accepted", "handshake"


@dataclass(frozen=True)
class Identity:
    """What a client presents: a PEM file with certificate and key, or None for nothing; and its CA file."""

    ca_file: Path
    file: Path | None = None

    def context(self, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
        """A context that checks the server; of this TLS version alone, where one is given."""
        context = ssl.create_default_context(cafile=self.ca_file)
        if version is not None:
            context.minimum_version = context.maximum_version = version
        if self.file is not None:
            context.load_cert_chain(self.file)
        return context


@dataclass(frozen=True)
class Met:
    """One answer or refusal.

    ``verdict`` is ``accepted`` (200), another status as text, or ``handshake`` where the connection ended with an
    alert or without an answer. ``seen`` is the fingerprint that the server echoed.
    """

    verdict: str
    seen: str | None = None
    resumed: bool = False


def ask(port: int, identity: Identity, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3, *, path: str = "/") -> Met:
    """One request on a connection of its own.

    Raises:
        OSError: Nobody listens, or the connection was reset before the handshake began.
    """
    return next(ask_in_one_session(port, identity, version, path=path))


def ask_in_one_session(
    port: int, identity: Identity, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3, *, path: str = "/"
) -> Iterator[Met]:
    """Requests, one for each ``next()``, each on a connection of its own that resumes the session of the one before.

    Raises:
        OSError: As ``ask``.
    """
    context = identity.context(version)
    session: ssl.SSLSession | None = None
    while True:
        with socket.create_connection((HOST, port), TIMEOUT_SECONDS) as plain:
            try:
                with context.wrap_socket(plain, server_hostname="localhost", session=session) as connection:
                    verdict, seen = _get(connection, path)
                    session = connection.session
                    met = Met(verdict, seen, resumed=bool(connection.session_reused))
            except (ssl.SSLError, ConnectionResetError, BrokenPipeError):
                met = Met(HANDSHAKE)
        yield met


def ask_on_one_connection(port: int, identity: Identity) -> Iterator[Met]:
    """Requests on a kept connection, one for each ``next()``; a new one where the server said that it would close.

    As every pool does, it looks whether the server has closed an idle connection before it uses it again. What the
    server closes after that look is an error, as it would be without retries.
    """
    connection = http.client.HTTPSConnection("localhost", port, timeout=TIMEOUT_SECONDS, context=identity.context())
    while True:
        if connection.sock is not None and select.select([connection.sock], [], [], 0)[0]:
            connection.close()
        connection.request("GET", "/")
        answer = connection.getresponse()
        answer.read()
        verdict = ACCEPTED if answer.status == http.client.OK else str(answer.status)
        yield Met(verdict, answer.headers.get(FINGERPRINT_HEADER))


def _get(connection: ssl.SSLSocket, path: str) -> tuple[str, str | None]:
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode("ascii"))
    answer = http.client.HTTPResponse(connection)
    try:
        answer.begin()
    except http.client.RemoteDisconnected:
        return HANDSHAKE, None
    answer.read()
    verdict = ACCEPTED if answer.status == http.client.OK else str(answer.status)
    return verdict, answer.headers.get(FINGERPRINT_HEADER)
