"""Connections to backends: opened once, checked, never reopened behind a request's back."""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from apigw_sandbox.data_plane import failures, server_checks
from apigw_sandbox.data_plane.deadlines import TimedStream
from apigw_sandbox.data_plane.failures import NotForwardedError
from apigw_sandbox.data_plane.identities import BackendSocket

if TYPE_CHECKING:
    from apigw_sandbox.data_plane.deadlines import Deadline
    from apigw_sandbox.data_plane.identities import Identity

Kept = TypeVar("Kept", bound="Connection | Session")

KEPT_PER_KEY = 256


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a backend is, and whether its certificate must come from the sandbox's authority."""

    scheme: str
    host: str
    port: int
    verify: bool = True

    def __str__(self) -> str:
        """``host:port``."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Session:
    """A TLS session that can be resumed, with the identity that it stands for.

    A backend that resumes it sees no certificate: it remembers this one, whatever the stage presents by now.
    """

    tls: ssl.SSLSession
    context: ssl.SSLContext
    identity: str
    requested: bool
    born: float


@dataclass(slots=True, kw_only=True)
class Facts:
    """What is known of a connection's TLS; ``certificate`` is what the backend knows it by, "" for none."""

    tls_version: str = ""
    reused: bool = False
    resumed: bool = False
    certificate_requested: bool = False
    certificate: str = ""


@dataclass(kw_only=True)
class Connection:
    """One open connection."""

    sock: socket.socket
    stream: TimedStream
    http: HTTPConnection
    facts: Facts
    born: float = field(default_factory=time.monotonic)
    session_born: float = 0.0
    idle_since: float = 0.0

    def stale(self) -> bool:
        """Whether an idle connection can be read from: its end, or bytes that nobody asked for."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.sock, selectors.EVENT_READ)
            return bool(selector.select(0))

    def session(self) -> Session | None:
        """What a later connection can resume; to be asked after the answer, when TLS 1.3's tickets have come."""
        if not isinstance(self.sock, ssl.SSLSocket) or self.sock.session is None:
            return None
        facts = self.facts
        return Session(
            self.sock.session, self.sock.context, facts.certificate, facts.certificate_requested, self.session_born
        )

    def close(self) -> None:
        """Close without a farewell; harmless when repeated."""
        with contextlib.suppress(OSError):
            self.sock.close()


class Shelf(Generic[Kept]):
    """What waits to be used again, the latest first, by who may use it. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[object, list[Kept]] = {}

    def put(self, key: object, kept: Kept) -> Kept | None:
        """Keep one; returns the oldest if there are too many."""
        with self._lock:
            shelf = self._kept.setdefault(key, [])
            shelf.append(kept)
            return shelf.pop(0) if len(shelf) > KEPT_PER_KEY else None

    def take(self, key: object) -> Kept | None:
        """The latest, which is the caller's from now on."""
        with self._lock:
            shelf = self._kept.get(key)
            return shelf.pop() if shelf else None

    def empty(self) -> list[Kept]:
        """Everything that was kept."""
        with self._lock:
            everything = [kept for shelf in self._kept.values() for kept in shelf]
            self._kept.clear()
        return everything


def connect(endpoint: Endpoint, deadline: Deadline) -> socket.socket:
    """A TCP connection. A name with several addresses is tried at each; no request has been sent by then."""
    sock = socket.create_connection((endpoint.host, endpoint.port), deadline.remaining())
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def wrapped(endpoint: Endpoint, sock: socket.socket, context: ssl.SSLContext, session: Session | None) -> ssl.SSLSocket:
    """The socket, ready for a handshake that offers the session and presents what the context holds.

    A session belongs to the context that made it. OpenSSL lets a connection change contexts
    before its handshake, which is what a client does that resumes old sessions after its certificate was changed.
    """
    base = session.context if session else context
    tls = base.wrap_socket(
        sock,
        do_handshake_on_connect=False,
        server_hostname=endpoint.host,
        session=session.tls if session else None,
    )
    if base is not context:
        tls.context = context
    return tls


def shake_hands(
    endpoint: Endpoint, tls: ssl.SSLSocket, identity: Identity | None, session: Session | None, facts: Facts
) -> None:
    """The handshake; what it shows is put into ``facts``, also when it fails.

    Raises:
        NotForwardedError: name or dates of a server that is not verified otherwise.
        OSError: whatever happened, as it happened.
    """
    try:
        tls.do_handshake()
    finally:
        facts.certificate_requested = isinstance(tls, BackendSocket) and tls.certificate_requested
        facts.certificate = identity.id if identity and facts.certificate_requested else ""
        facts.tls_version = (tls.version() or "").removeprefix("TLSv")
    if session and tls.session_reused:
        facts.resumed = True
        facts.certificate, facts.certificate_requested = session.identity, session.requested
    if not endpoint.verify:
        der = tls.getpeercert(binary_form=True) or b""
        if complaint := server_checks.complaint(der, endpoint.host):
            raise NotForwardedError(failures.SERVER_CERTIFICATE, complaint)


def connection_on(endpoint: Endpoint, sock: socket.socket, facts: Facts) -> Connection:
    """HTTP on a socket that is ready for it."""
    http: Any = HTTPConnection(endpoint.host, endpoint.port)
    # A lost connection stays lost: without this, http.client opens another one for the next request.
    http.auto_open = 0
    http.sock = stream = TimedStream(sock)
    return Connection(sock=sock, stream=stream, http=http, facts=facts)
