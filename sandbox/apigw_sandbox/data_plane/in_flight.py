"""The requests that are on their way, so that a stop can end them."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

from apigw_sandbox.data_plane import failures
from apigw_sandbox.data_plane.failures import NotForwardedError

if TYPE_CHECKING:
    from collections.abc import Iterator


class InFlight:
    """The sockets that requests wait for, so that a stop can end the waiting. Thread-safe."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._sockets: set[socket.socket] = set()
        self._requests = 0
        self.stopping = False

    @contextlib.contextmanager
    def request(self) -> Iterator[None]:
        """One request is on its way."""
        with self._changed:
            self._requests += 1
        try:
            yield
        finally:
            with self._changed:
                self._requests -= 1
                self._changed.notify_all()

    @contextlib.contextmanager
    def waiting_for(self, sock: socket.socket) -> Iterator[None]:
        """A stop breaks this socket; raises ``NotForwardedError`` if it has come already."""
        with self._changed:
            if self.stopping:
                raise NotForwardedError(failures.STOPPED, "the sandbox stops")
            self._sockets.add(sock)
        try:
            yield
        finally:
            with self._changed:
                self._sockets.discard(sock)

    def stop(self, wait_limit_seconds: float) -> bool:
        """Break every socket and wait for the requests to end; returns whether they have."""
        with self._changed:
            self.stopping = True
            for sock in self._sockets:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)
            return self._changed.wait_for(lambda: self._requests == 0, wait_limit_seconds)

    def go_on(self) -> None:
        """Let requests pass again."""
        with self._changed:
            self.stopping = False
