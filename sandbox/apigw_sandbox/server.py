"""A threaded HTTP server on loopback that is really stopped when it is stopped."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from apigw_sandbox.loopback import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

HEALTH_TIMEOUT_SECONDS = 30
POLL_SECONDS = 0.02
"""How long ``stop`` may wait for the accepting thread; the standard library's half second adds up in tests."""


class _QuietHandler(MotoRequestHandler):
    """No access log (the journal is better), and a register of open connections.

    Each connection lives in a daemon thread of its own; one that was opened before the server stopped
    would still be served afterwards, unless it is closed.
    """

    open_connections: set[socket.socket]

    def setup(self) -> None:
        """A connection was accepted."""
        super().setup()
        self.open_connections.add(self.connection)

    def finish(self) -> None:
        """A connection ends."""
        self.open_connections.discard(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def connection_dropped(self, error: BaseException, environ: dict[str, Any] | None = None) -> None:  # noqa: ARG002 - the base class's signature
        """The caller went away, or a fault hung up: no further request is read from this connection."""
        self.close_connection = True

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002, ANN401 - the base class's signature
        """Say nothing."""


class LoopbackServer:
    """Serves one application from ``start`` to ``stop``.

    Args:
        application: The WSGI application.
        host: A loopback address; raises ``ValueError`` for any other.
        port: 0 for a free one.
    """

    def __init__(self, application: Application, *, host: str = "127.0.0.1", port: int = 0) -> None:
        if not is_loopback(host):
            raise ValueError(f"the sandbox serves loopback only, not {host}: it checks no signature")
        self._connections: set[socket.socket] = set()
        handler = type("Handler", (_QuietHandler,), {"open_connections": self._connections})
        self._server = make_server(host, port, application, threaded=True, request_handler=handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL_SECONDS,), name="apigw-sandbox", daemon=True
        )
        name = f"[{host}]" if ":" in host else host
        self.url = f"http://{name}:{self._server.server_port}"
        self._host = host

    def start(self) -> None:
        """Serve, and return once the server has answered; raises ``RuntimeError`` if it does not."""
        self._thread.start()
        connection = http.client.HTTPConnection(self._host, self._server.server_port, timeout=HEALTH_TIMEOUT_SECONDS)
        try:
            connection.request("GET", "/_sandbox/health")
            status = connection.getresponse().status
        except OSError as error:
            self.stop()
            raise RuntimeError(f"the sandbox at {self.url} does not answer") from error
        finally:
            connection.close()
        if status != http.HTTPStatus.OK:
            self.stop()
            raise RuntimeError(f"the sandbox at {self.url} is not well: {status}")

    def stop(self) -> None:
        """Stop serving and close every connection; harmless when repeated."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
