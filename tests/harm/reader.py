"""A real TLS backend that reads what is published at each handshake, set up as our documentation tells its user."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import socketserver
import ssl
import threading
from typing import TYPE_CHECKING

from apigw_client_cert.trust.contents import setup_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typing_extensions import Self

    from apigw_sandbox import Sandbox

HOST = "localhost"


class Reader:
    """Python's ``ssl`` with the lines of our documentation, anew for each connection: what is published counts at once.

    Args:
        sandbox: Whose authority vouches for the server.
        folder: A folder of its own.
        read: Says what is published, as PEM, at the moment of a handshake; "" where nothing is there.

    Attributes:
        echoes: Whether it answers with the fingerprint that it saw.
        refuses: The fingerprints that it answers with 403, whatever is published.
    """

    def __init__(self, sandbox: Sandbox, folder: Path, read: Callable[[], str]) -> None:
        self.read = read
        self.echoes = True
        self.refuses: set[str] = set()
        folder.mkdir()
        self._chain, self._trust = folder / "server.pem", folder / "trust.pem"
        self._chain.write_text("".join(sandbox.issue_server_certificate(HOST)), encoding="ascii")
        self._lock = threading.Lock()
        self._server = _Server(self)
        self.url = f"https://{HOST}:{self._server.server_address[1]}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def context(self) -> ssl.SSLContext:
        """What a server has that starts now; without anything to trust it refuses everybody."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self._chain)
        made.verify_mode = ssl.CERT_REQUIRED
        with self._lock:
            self._trust.write_text(self.read(), encoding="ascii")
            # A server that cannot load what is published trusts nobody.
            with contextlib.suppress(ssl.SSLError):
                exec(setup_lines("python", path=str(self._trust)), {"ssl": ssl, "context": made})  # noqa: S102
        return made


class Nightly:
    """A backend's configuration that is loaded now and then, as a reload by cron does: what ``publish_lead`` is for."""

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read
        self.reload()

    def reload(self) -> None:
        """Take what is published now."""
        self._text = self._read()

    def __call__(self) -> str:
        """What was published when it was loaded."""
        return self._text


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, reader: Reader) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.reader = reader

    def handle_error(self, _request: object, _client: object) -> None:
        """A refused handshake is the caller's to tell."""


class _Answer(http.server.BaseHTTPRequestHandler):
    server: _Server

    def setup(self) -> None:
        self.request = self.server.reader.context().wrap_socket(self.request, server_side=True)
        super().setup()

    def do_GET(self) -> None:
        reader = self.server.reader
        shown = hashlib.sha256(self.request.getpeercert(binary_form=True)).hexdigest()
        self.send_response(403 if shown in reader.refuses else 200)
        if reader.echoes:
            self.send_header("X-Client-Cert", shown)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing: the data plane records every request."""
