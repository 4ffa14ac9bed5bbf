"""What becomes of open connections and TLS sessions when their certificate is withdrawn and the server reloads."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import socket
import ssl
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from acceptance.servers.apache import Apache, ApacheEvent
from acceptance.servers.application import HOST
from acceptance.servers.go import Go, GoAskingEachRequest
from acceptance.servers.haproxy import Haproxy
from acceptance.servers.java import Java, JavaAskingEachRequest
from acceptance.servers.nginx import Nginx
from acceptance.servers.node import Node
from acceptance.servers.python import Python, PythonAskingEachRequest
from tests.backends.client import ACCEPTED, HANDSHAKE, TIMEOUT_SECONDS, Identity, ask, ask_in_one_session

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from acceptance.servers.backend import Backend
    from tests.backends.certificates import Certificates

VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
CLOSED, GOES_ON = "closed", "goes on"
# An old process may take a last connection after the reload is done; each look is a request.
LOOKS = 100
_AGAIN = 3


@dataclass(frozen=True)
class Left:
    """What is left after the reload: the verdict of a resumed session, and what a kept connection met in turn."""

    session: str
    connection: str


# Expected after the reload; after a restart nothing is left anywhere.
AFTER_RELOAD: Mapping[type[Backend], Left] = {
    Nginx: Left("403", CLOSED),
    Haproxy: Left("403", f"{ACCEPTED}, {CLOSED}"),
    Apache: Left("403", f"{ACCEPTED}, {CLOSED}"),
    ApacheEvent: Left("403", CLOSED),
    Node: Left("403", "403"),
    Python: Left(HANDSHAKE, GOES_ON),
    PythonAskingEachRequest: Left(HANDSHAKE, f"403, {CLOSED}"),
    Go: Left(HANDSHAKE, GOES_ON),
    GoAskingEachRequest: Left(HANDSHAKE, "403"),
    Java: Left(HANDSHAKE, GOES_ON),
    JavaAskingEachRequest: Left(HANDSHAKE, "403"),
}


class Client:
    """One client with ``old``, who has a session and an open connection from before the withdrawal."""

    def __init__(self, server: Backend, certificates: Certificates, version: ssl.TLSVersion) -> None:
        self._session = ask_in_one_session(server.port, certificates.clients["old"], version)
        self._kept = _on_this_connection(server.port, certificates.clients["old"], version)

    def ask(self) -> Left:
        """One request in the session; up to three on the connection."""
        met = list(itertools.islice(self._kept, _AGAIN))
        connection = GOES_ON if met == [ACCEPTED] * _AGAIN else ", ".join(dict.fromkeys(met))
        return Left(next(self._session).verdict, connection)

    def begin(self) -> bool:
        """Whether both work."""
        first, second = next(self._session), next(self._session)
        return second.resumed and [first.verdict, second.verdict, next(self._kept)] == [ACCEPTED] * 3


def withdraw(server: Backend, certificates: Certificates) -> None:
    """Publish without ``old``, reload as documented, and wait until a new connection of it is refused."""
    certificates.publish(server, ["new"])
    server.reload()
    for _ in range(LOOKS):
        if ask(server.port, certificates.clients["old"]).verdict != ACCEPTED:
            return
    raise TimeoutError(f"{server.kind} goes on accepting what was withdrawn")


def observe_withdrawal(server: Backend, certificates: Certificates) -> tuple[Left, Left]:
    """What is left after a reload and after a restart, over TLS 1.2 and 1.3; both where they differ."""
    server.start(certificates.publish(server, ["old", "new"]))
    early, late = ([Client(server, certificates, version) for version in VERSIONS] for _ in range(2))
    if not all(client.begin() for client in (*early, *late)):
        raise ValueError(f"{server.kind} resumes no session, or keeps no connection")
    withdraw(server, certificates)
    reloaded = _both(client.ask() for client in early)
    server.stop()
    server.start(server.trust_path)
    return reloaded, _both(client.ask() for client in late)


def _both(left: Iterator[Left]) -> Left:
    found = list(left)
    sessions, connections = (dict.fromkeys(said) for said in zip(*map(astuple, found), strict=True))
    return Left(" / ".join(sessions), " / ".join(connections))


def _on_this_connection(port: int, identity: Identity, version: ssl.TLSVersion) -> Iterator[str]:
    """The verdicts of requests on one connection, until the server has closed it."""
    with (
        socket.create_connection((HOST, port), TIMEOUT_SECONDS) as plain,
        identity.context(version).wrap_socket(plain, server_hostname="localhost") as connection,
        contextlib.suppress(OSError),
    ):
        while True:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            answer.read()
            yield ACCEPTED if answer.status == http.client.OK else str(answer.status)
    yield CLOSED
