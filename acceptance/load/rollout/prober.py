"""The probe's way to a stage: it goes through here, so that its requests are told from those of the load."""

from __future__ import annotations

import http.server
import threading
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from acceptance.load.join import REQUEST_HEADER

if TYPE_CHECKING:
    from typing_extensions import Self

_TIMEOUT_SECONDS = 30


class Prober:
    """Forwards each GET to one URL, and notes the numbers by which the data plane knows these requests.

    Args:
        url: Where callers reach the stage.
    """

    def __init__(self, url: str) -> None:
        self.numbers: set[int] = set()
        handler = type("Forward", (_Forward,), {"to": url, "numbers": self.numbers})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Forward(http.server.BaseHTTPRequestHandler):
    to: str
    numbers: set[int]

    def do_GET(self) -> None:
        """Ask, and answer the same."""
        try:
            with urllib.request.urlopen(self.to, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - the sandbox's URL
                status, headers, body = answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            status, headers, body = error.code, error.headers, error.read()
        if REQUEST_HEADER in headers:
            self.numbers.add(int(headers[REQUEST_HEADER]))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: the data plane records every request."""
