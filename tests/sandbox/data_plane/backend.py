"""A real TLS backend in a thread, which counts what reaches it and misbehaves where the path says so."""

from __future__ import annotations

import contextlib
import hashlib
import json
import socket
import socketserver
import ssl
import struct
import tempfile
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

HOST = "localhost"


class Backend:
    """Python's ``ssl`` on a free port; trusts exactly the certificates that it was told of.

    Args:
        issue: Gives certificate and key, PEM, for a name; None serves plain HTTP.
        trusted: PEMs of client certificates; None does not ask for any.
        version: The only TLS version, or None for all.
    """

    def __init__(
        self,
        issue: Callable[[str], tuple[str, str]] | None,
        trusted: tuple[str, ...] | None = None,
        version: ssl.TLSVersion | None = None,
    ) -> None:
        self._issued = issue(HOST) if issue else None
        self._version = version
        self._lock = threading.Lock()
        self.context: ssl.SSLContext | None = None
        self.trust(trusted)
        self.connections = 0
        self.refused = 0
        self.seen: list[dict[str, Any]] = []
        self.arrived = threading.Semaphore(0)
        self.release = threading.Event()
        self.left = threading.Event()
        self.open: set[socket.socket] = set()
        self._server = _Server(self)
        self.port = int(self._server.server_address[1])
        self.url = f"{'https' if issue else 'http'}://{HOST}:{self.port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.hang_up()

    def trust(self, pems: tuple[str, ...] | None) -> None:
        """From the next connection on; sessions of before cannot be resumed, as after a reload."""
        if self._issued is None:
            return
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if self._version is not None:
            context.minimum_version = context.maximum_version = self._version
        with tempfile.TemporaryDirectory() as folder:
            chain = Path(folder) / "server.pem"
            chain.write_text("".join(self._issued), encoding="ascii")
            context.load_cert_chain(chain)
        if pems is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
            for pem in pems:
                context.load_verify_locations(cadata=pem)
        self.context = context

    def hang_up(self) -> None:
        """Close every connection that is open."""
        for sock in list(self.open):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def note(self, **seen: Any) -> None:
        """One request has arrived."""
        with self._lock:
            self.seen.append(seen)
        self.arrived.release()

    def count(self, **counted: int) -> None:
        """Add to counters."""
        with self._lock:
            for name, by in counted.items():
                setattr(self, name, getattr(self, name) + by)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 512

    def __init__(self, backend: Backend) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.backend = backend


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def setup(self) -> None:
        backend = self.server.backend
        backend.count(connections=1)
        self.fingerprint, self.resumed = "", False
        self.usable = True
        if backend.context is not None:
            try:
                secured = backend.context.wrap_socket(self.request, server_side=True)
            except OSError:
                backend.count(refused=1)
                self.usable = False
                self.request.close()
                return
            self.request = secured
            self.resumed = bool(secured.session_reused)
            if (der := secured.getpeercert(binary_form=True)) is not None:
                self.fingerprint = hashlib.sha256(der).hexdigest()
        backend.open.add(self.request)
        super().setup()

    def handle(self) -> None:
        if self.usable:
            with contextlib.suppress(OSError):
                super().handle()

    def finish(self) -> None:
        if self.usable:
            self.server.backend.open.discard(self.request)
            with contextlib.suppress(OSError):
                super().finish()
            self.request.close()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def _serve(self) -> None:
        location = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        facts = {
            "sha256": self.fingerprint,
            "resumed": self.resumed,
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": body.decode(),
        }
        self.server.backend.note(**facts)
        getattr(self, f"_{location.path.strip('/') or 'echo'}", self._echo)(facts, parse_qs(location.query))

    def _echo(self, facts: dict[str, Any], query: dict[str, list[str]]) -> None:
        content = json.dumps(facts).encode()
        self.send_response(int(query.get("status", ["200"])[0]))
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Backend", "yes")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _slow(self, facts: dict[str, Any], query: dict[str, list[str]]) -> None:
        """Answers when the test lets it."""
        self.server.backend.release.wait(60)
        self._echo(facts, query)

    def _dripping(self, _facts: dict[str, Any], _query: dict[str, list[str]]) -> None:
        """A byte now and then, never an end."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        for _ in range(600):
            self.wfile.write(b".")
            self.wfile.flush()
            if self.server.backend.release.wait(0.02):
                break
        self.close_connection = True

    def _silent(self, _facts: dict[str, Any], _query: dict[str, list[str]]) -> None:
        """Closes before any answer."""
        self.close_connection = True

    def _resetting(self, _facts: dict[str, Any], _query: dict[str, list[str]]) -> None:
        """A TCP reset before any answer."""
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.request.close()
        self.close_connection = True

    def _cut(self, _facts: dict[str, Any], _query: dict[str, list[str]]) -> None:
        """Promises more than it sends."""
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"only this")
        self.close_connection = True

    def _garbage(self, _facts: dict[str, Any], _query: dict[str, list[str]]) -> None:
        self.wfile.write(b"220 mail.example.com ESMTP\r\n")
        self.close_connection = True

    def _chunked(self, _facts: dict[str, Any], _query: dict[str, list[str]]) -> None:
        """Two pieces, the second when the test lets it."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"5\r\nfirst\r\n")
        self.wfile.flush()
        self.server.backend.release.wait(60)
        self.wfile.write(b"6\r\nsecond\r\n0\r\n\r\n")

    def _forever(self, _facts: dict[str, Any], _query: dict[str, list[str]]) -> None:
        """Pieces until nobody wants them."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            while not self.server.backend.release.is_set():
                self.wfile.write(b"5\r\npiece\r\n" * 1000)
                self.wfile.flush()
        finally:
            self.server.backend.left.set()

    def _endless(self, _facts: dict[str, Any], _query: dict[str, list[str]]) -> None:
        """More than a gateway takes, without a length."""
        self.send_response(200)
        self.end_headers()
        for _ in range(12):
            self.wfile.write(b"x" * 1024 * 1024)
        self.close_connection = True

    def _closing(self, _facts: dict[str, Any], _query: dict[str, list[str]]) -> None:
        """No length: the end of the connection is the end of the answer."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"until the end")
        self.close_connection = True

    def _empty(self, _facts: dict[str, Any], _query: dict[str, list[str]]) -> None:
        self.send_response(204)
        self.end_headers()
