"""What answers behind the servers: says which client certificate the server saw, after a wait where asked for one.

Standard library only, because it also runs as a program of its own (``application.py PORT RECORD TOLD``) behind the
servers that only terminate TLS, and inside the Python backend. ``GET /any/path?delay=0.5`` answers 200 after half a
second; with ``mute`` in the query it names no certificate. ``x-client-cert-sha256`` and the body hold the SHA-256
fingerprint, lower-case hex, ``none`` for a connection without a certificate, or ``unknown`` behind a server that tells
nothing.
A request to upgrade to a WebSocket is accepted, and everything on that connection comes back as it is.
Every answer leaves its fingerprint as one line in ``RECORD``, before the client can have it.
"""

from __future__ import annotations

import base64
import hashlib
import http.server
import os
import ssl
import sys
import threading
import urllib.parse
from pathlib import Path
from typing import ClassVar

HOST = "127.0.0.1"
FINGERPRINT_HEADER = "x-client-cert-sha256"
NONE, UNKNOWN = "none", "unknown"
# How a server in front tells what it saw, and in which header. nginx: $ssl_client_escaped_cert is percent-encoded.
# Apache: a header cannot hold line breaks, so mod_headers makes them spaces; an unset variable is "(null)".
TOLD_SHA256, TOLD_PEM, TOLD_NOTHING = "sha256", "pem", "nothing"
TOLD_HEADER = "x-seen-client-cert"
# RFC 6455, section 1.3.
_WEBSOCKET = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


class Answer(http.server.BaseHTTPRequestHandler):
    """One connection; kept alive for as long as the client likes, so that no race ends it."""

    protocol_version = "HTTP/1.1"
    told: ClassVar[str] = TOLD_NOTHING
    record: ClassVar[int]

    def fingerprint(self) -> str:
        """What the server in front told."""
        said = self.headers.get(TOLD_HEADER, "")
        if self.told == TOLD_NOTHING:
            return UNKNOWN
        if self.told == TOLD_SHA256:
            return said.lower() or NONE
        body = urllib.parse.unquote(said).partition(_BEGIN)[2].partition(_END)[0]
        pem = f"{_BEGIN}\n{''.join(body.split())}\n{_END}"
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest() if body else NONE

    def do_GET(self) -> None:
        """Wait, record, answer."""
        if self.headers.get("Upgrade", "").lower() == "websocket":
            self._echo()
            return
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        threading.Event().wait(float(query.get("delay", ["0"])[0]))
        seen = self.fingerprint()
        os.write(self.record, f"{seen}\n".encode("ascii"))
        seen = UNKNOWN if "mute" in query else seen
        self.send_response(200)
        self.send_header(FINGERPRINT_HEADER, seen)
        self.send_header("Content-Length", str(len(seen) + 1))
        self.end_headers()
        self.wfile.write(f"{seen}\n".encode("ascii"))

    def _echo(self) -> None:
        accepted = hashlib.sha1((self.headers["Sec-WebSocket-Key"] + _WEBSOCKET).encode("ascii")).digest()  # noqa: S324 - RFC 6455
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(accepted).decode("ascii"))
        self.end_headers()
        self.close_connection = True
        while said := self.rfile.read1(4096):
            self.wfile.write(said)

    def log_message(self, *arguments: object) -> None:
        """Say nothing: the record says it."""


class Application(http.server.ThreadingHTTPServer):
    """A thread for each connection."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, port: int, record: Path, handler: type[Answer]) -> None:
        handler.record = os.open(record, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        super().__init__((HOST, port), handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is nothing to report; anything else is."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type] # the stub knows sockets only


if __name__ == "__main__":
    Answer.told = sys.argv[3]
    Application(int(sys.argv[1]), Path(sys.argv[2]), Answer).serve_forever()
