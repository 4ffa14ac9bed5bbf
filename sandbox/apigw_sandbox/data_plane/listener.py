"""The data plane's own port: HTTP/1.1 whose connections stay open; Werkzeug's server closes after each answer.

A thread per caller's connection: OpenSSL and sockets let other threads run, so that threads cost little more than an
event loop would, and an event loop's TLS (asyncio's) cannot resume sessions.
"""

from __future__ import annotations

import contextlib
import http
import logging
import socket
import socketserver
import threading
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from werkzeug.serving import DechunkedInput

from apigw_sandbox.data_plane import user_requests
from apigw_sandbox.data_plane.failures import NotForwardedError

if TYPE_CHECKING:
    from apigw_sandbox.data_plane.plane import DataPlane
    from apigw_sandbox.data_plane.replies import Reply

POLL_SECONDS = 0.02
_log = logging.getLogger("apigw_sandbox.data_plane")


class _Handler(BaseHTTPRequestHandler):
    """One caller's connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.open_connections.add(self.connection)

    def handle(self) -> None:
        # A caller that has gone is no news: its request, if there was one, is recorded.
        with contextlib.suppress(OSError):
            super().handle()

    def finish(self) -> None:
        self.server.open_connections.discard(self.connection)
        with contextlib.suppress(OSError):
            super().finish()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - http.server looks methods up by name
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - the base class's signature
        """Say nothing; the record is better."""

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            self.send_error(http.HTTPStatus.BAD_REQUEST)
            return
        invocation = user_requests.invocation(self.command, self.path, tuple(self.headers.items()), body)
        if invocation is None:
            self.send_error(http.HTTPStatus.NOT_FOUND)
            return
        reply = self.server.data_plane.invoke(invocation)
        with contextlib.closing(reply.stream) if reply.stream else contextlib.nullcontext():
            self._answer(reply)

    def _body(self) -> bytes | None:
        """The request's body, or None for one whose length is nonsense or that did not come."""
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            rfile: Any = self.rfile
            return DechunkedInput(rfile).read()
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal():
            return None
        body = self.rfile.read(int(length))
        return body if len(body) == int(length) else None

    def _answer(self, reply: Reply) -> None:
        bodiless = self.command == "HEAD" or reply.status in {http.HTTPStatus.NO_CONTENT, http.HTTPStatus.NOT_MODIFIED}
        if bodiless and reply.stream:
            # The request is recorded at the stream's end, which must come before the caller's.
            list(reply.stream)
        self.send_response_only(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        if not bodiless:
            name, value = ("Transfer-Encoding", "chunked") if reply.stream else ("Content-Length", str(len(reply.body)))
            self.send_header(name, value)
        self.end_headers()
        if not bodiless:
            self._write_body(reply)
        self.wfile.flush()

    def _write_body(self, reply: Reply) -> None:
        if reply.stream is None:
            self.wfile.write(reply.body)
            return
        self.wfile.flush()
        try:
            for piece in reply.stream:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                self.wfile.flush()
        except NotForwardedError:
            # No last chunk: the caller must see that the answer was cut off.
            self.close_connection = True
            return
        self.wfile.write(b"0\r\n\r\n")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, host: str, data_plane: DataPlane) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, 0), _Handler)
        self.data_plane = data_plane
        self.open_connections: set[socket.socket] = set()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401, ARG002 - the base class's signature
        _log.exception("the data plane failed at a request")


class Listener:
    """Serves a data plane on a free port of the host from ``start`` to ``stop``."""

    def __init__(self, data_plane: DataPlane, host: str) -> None:
        self._server = _Server(host, data_plane)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL_SECONDS,), name="apigw-sandbox-data-plane", daemon=True
        )
        name = f"[{host}]" if ":" in host else host
        data_plane.url = f"http://{name}:{self._server.server_address[1]}"

    def start(self) -> None:
        """Serve; the port takes connections since the constructor."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more connections, and close those that there are; harmless when repeated."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        for connection in list(self._server.open_connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
