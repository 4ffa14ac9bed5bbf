"""The ways by which somebody may come around a check: other names, listeners, sessions and protocols."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.servers.application import FINGERPRINT_HEADER, HOST
from acceptance.servers.backend import find_program
from tests.backends.client import ACCEPTED, HANDSHAKE, TIMEOUT_SECONDS, Identity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.servers.backend import Backend

NAME, OTHER_NAME = "localhost", "other.example"


@dataclass(frozen=True)
class Way:
    """One request: the name in the handshake, the name in the request, and what else is unusual about it.

    ``session_of`` is the name under which the session was made that it resumes.
    """

    server_name: str | None = NAME
    host: str = NAME
    path: str = "/"
    headers: str = "Connection: close\r\n"
    encrypted: bool = True
    http2: bool = False
    other_port: bool = False
    session_of: str | None = None


OPEN_PATH = Way(path="/open")
HOST_ONLY = Way(server_name=OTHER_NAME)
NO_NAME = Way(server_name=None)
RESUMED = Way(session_of=OTHER_NAME)
PLAIN = Way(encrypted=False, other_port=True)


def verdict_of(server: Backend, identity: Identity, way: Way, version: ssl.TLSVersion) -> str:
    """``accepted`` where the application answered; another answer's status, 200 included, or ``handshake``."""
    port = server.other_port if way.other_port else server.port
    if way.http2:
        return _over_http2(port, identity, way, version)
    if not way.encrypted:
        with socket.create_connection((HOST, port), TIMEOUT_SECONDS) as plain:
            return _answer(plain, way)
    context = identity.context(version)
    context.check_hostname = False
    session = None
    try:
        if way.session_of is not None:
            with _connected(port, context, way.session_of, None) as connection:
                _answer(connection, Way(host=way.session_of))
                session = connection.session
        with _connected(port, context, way.server_name, session) as connection:
            return _answer(connection, way)
    except (ssl.SSLError, ConnectionResetError, BrokenPipeError):
        return HANDSHAKE


@contextlib.contextmanager
def _connected(
    port: int, context: ssl.SSLContext, name: str | None, session: ssl.SSLSession | None
) -> Iterator[ssl.SSLSocket]:
    with (
        socket.create_connection((HOST, port), TIMEOUT_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=name, session=session) as connection,
    ):
        yield connection


def _answer(connection: socket.socket, way: Way) -> str:
    connection.sendall(f"GET {way.path} HTTP/1.1\r\nHost: {way.host}\r\n{way.headers}\r\n".encode("ascii"))
    answer = http.client.HTTPResponse(connection)
    try:
        answer.begin()
    except http.client.RemoteDisconnected:
        return HANDSHAKE
    answer.read()
    return _verdict(answer.status, told=FINGERPRINT_HEADER in answer.headers)


def _over_http2(port: int, identity: Identity, way: Way, version: ssl.TLSVersion) -> str:
    """One connection whose requests name another authority than the handshake, as a browser coalesces them."""
    name = way.server_name or HOST
    only = {ssl.TLSVersion.TLSv1_2: "1.2", ssl.TLSVersion.TLSv1_3: "1.3"}[version]
    presented = () if identity.file is None else ("--cert", str(identity.file))
    command = (
        *(find_program("curl"), "--silent", "--show-error", "--insecure", "--http2", f"--tlsv{only}"),
        *("--tls-max", only, "--resolve", f"{name}:{port}:{HOST}", "--header", f"Host: {way.host}", *presented),
        *("--output", "/dev/null", "--dump-header", "-", f"https://{name}:{port}{way.path}"),
    )
    done = subprocess.run(command, capture_output=True, check=False, timeout=TIMEOUT_SECONDS)
    said = done.stdout.decode("ascii", "replace")
    if not said:
        return HANDSHAKE
    protocol, status = said.split()[:2]
    if protocol != "HTTP/2":
        raise ValueError(f"the server speaks {protocol}")
    return _verdict(int(status), told=FINGERPRINT_HEADER in said.lower())


def _verdict(status: int, *, told: bool) -> str:
    return ACCEPTED if status == http.client.OK and told else str(status)
