"""The caller's connection, where it is not to be answered."""

from __future__ import annotations

import selectors
import socket
import struct
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINGER_NOT_AT_ALL = struct.pack("ii", 1, 0)
"""``struct linger`` with time 0: close() discards what is unsent and sends RST (man 7 socket)."""


class HangUpError(ConnectionError):
    """The caller gets no answer. A callback may raise it; the server then closes the connection."""


class Caller:
    """Who made a call, from its WSGI environment."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self._socket: socket.socket = environ["werkzeug.socket"]
        self.port = int(environ["REMOTE_PORT"])
        self.server_port = int(environ["SERVER_PORT"])

    def wait_until_gone(self, seconds: float) -> None:
        """Return as soon as the caller has closed its end, or the server stops, at the latest after the seconds."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.select(seconds)

    def hang_up(self, *, reset: bool) -> NoReturn:
        """Close the connection without an answer: with FIN, or with RST; raises ``HangUpError``, always."""
        if reset:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT_AT_ALL)
        # It really closes when the server, seeing the error, closes its files of it.
        self._socket.close()
        raise HangUpError
