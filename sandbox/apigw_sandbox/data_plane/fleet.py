"""The gateway's side of TLS: its pooled connections, its sessions, and the one trip that each request makes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from apigw_sandbox.behaviour import Shape
from apigw_sandbox.data_plane import connections, exchange, failures
from apigw_sandbox.data_plane.connections import Connection, Facts, Session, Shelf
from apigw_sandbox.data_plane.failures import NotForwardedError, failure
from apigw_sandbox.data_plane.identities import Contexts, Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from http.client import HTTPResponse

    from apigw_sandbox.behaviour import Behaviour
    from apigw_sandbox.data_plane.authority import Authority
    from apigw_sandbox.data_plane.connections import Endpoint
    from apigw_sandbox.data_plane.deadlines import Deadline
    from apigw_sandbox.data_plane.exchange import BackendRequest, Headers
    from apigw_sandbox.data_plane.in_flight import InFlight
    from apigw_sandbox.data_plane.shapes import Travel


@dataclass(kw_only=True)
class Trip:
    """One request on its way to a backend. ``owner`` shares connections and sessions with nobody.

    ``facts`` say how it travelled as far as it came.
    """

    owner: tuple[str, str]
    endpoint: Endpoint
    request: BackendRequest
    identity: Identity | None
    travel: Travel
    deadline: Deadline
    behaviour: Behaviour
    facts: Facts = field(default_factory=Facts)

    @property
    def key(self) -> object:
        """Whose connections and sessions it may use."""
        return self.owner, self.endpoint, self.travel.tls_version


@dataclass(frozen=True, slots=True)
class Answer:
    """What the backend answered; ``pieces`` instead of a body when it is passed on as it comes.

    Whoever takes pieces calls ``close`` when they want no more.
    """

    status: int
    headers: Headers
    body: bytes = b""
    pieces: Generator[bytes, None, None] | None = None
    close: Callable[[], None] = lambda: None


class Fleet:
    """Sends requests. A pooled connection keeps the identity that it was opened with, as a resumed session does."""

    def __init__(self, authority: Authority, in_flight: InFlight) -> None:
        self._contexts = Contexts(authority)
        self._in_flight = in_flight
        self._pool: Shelf[Connection] = Shelf()
        self._sessions: Shelf[Session] = Shelf()

    def send(self, trip: Trip) -> Answer:
        """The request, once, on one connection.

        Raises:
            NotForwardedError: no complete answer; the backend may have acted on the request all the same.
        """
        try:
            connection = self._pooled(trip) or self._opened(trip)
        except Exception as error:
            raise self._failure(error) from error
        try:
            with self._in_flight.waiting_for(connection.sock):
                response = exchange.ask(connection, trip.request)
                answer = Answer(response.status, exchange.answer_headers(response))
                if trip.travel.shape is Shape.LONG:
                    return replace(answer, pieces=self._pieces(connection, response), close=connection.close)
                reusable = not response.will_close
                answer = replace(answer, body=exchange.whole_body(response))
        except Exception as error:
            connection.close()
            raise self._failure(error) from error
        self._keep(trip, connection, reusable=reusable)
        return answer

    def forget(self) -> None:
        """Close the pool, drop sessions and keys."""
        for connection in self._pool.empty():
            connection.close()
        self._sessions.empty()
        self._contexts.forget()

    def _pooled(self, trip: Trip) -> Connection | None:
        """A pooled connection that is neither too old nor closed by the backend.

        The backend may still close it before the request arrives. That request is lost and says so: repeating it
        would hide what this data plane is there to show.
        """
        if trip.travel.shape is not Shape.KEEPALIVE:
            return None
        while connection := self._pool.take(trip.key):
            now = time.monotonic()
            behaviour = trip.behaviour
            young = now - connection.born < behaviour.keepalive_lifetime_seconds
            if young and now - connection.idle_since < behaviour.keepalive_idle_seconds and not connection.stale():
                connection.stream.deadline = trip.deadline
                trip.facts = replace(connection.facts, reused=True)
                return connection
            connection.close()
        return None

    def _opened(self, trip: Trip) -> Connection:
        endpoint, identity = trip.endpoint, trip.identity
        sock = connections.connect(endpoint, trip.deadline)
        session = None
        try:
            if endpoint.scheme == "https":
                context = self._contexts.get(identity, trip.travel.tls_version, verify=endpoint.verify)
                session = self._session(trip)
                sock = connections.wrapped(endpoint, sock, context, session)
                sock.settimeout(trip.deadline.remaining())
                with self._in_flight.waiting_for(sock):
                    connections.shake_hands(endpoint, sock, identity, session, trip.facts)
        except BaseException:
            sock.close()
            raise
        connection = connections.connection_on(endpoint, sock, trip.facts)
        connection.session_born = session.born if session and trip.facts.resumed else connection.born
        connection.stream.deadline = trip.deadline
        return connection

    def _session(self, trip: Trip) -> Session | None:
        if trip.travel.shape is not Shape.RESUMED:
            return None
        while session := self._sessions.take(trip.key):
            if time.monotonic() - session.born < trip.behaviour.session_lifetime_seconds:
                return session
        return None

    def _keep(self, trip: Trip, connection: Connection, *, reusable: bool) -> None:
        if trip.travel.shape is Shape.RESUMED and (session := connection.session()) is not None:
            self._sessions.put(trip.key, session)
        if trip.travel.shape is not Shape.KEEPALIVE or not reusable or self._in_flight.stopping:
            connection.close()
            return
        connection.idle_since = time.monotonic()
        if (displaced := self._pool.put(trip.key, connection)) is not None:
            displaced.close()

    def _pieces(self, connection: Connection, response: HTTPResponse) -> Generator[bytes, None, None]:
        try:
            with self._in_flight.waiting_for(connection.sock):
                yield from exchange.body_pieces(response)
        except Exception as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> NotForwardedError:
        if self._in_flight.stopping:
            return NotForwardedError(failures.STOPPED, "the sandbox stops")
        return failure(error)
