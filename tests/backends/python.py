"""Python's ssl module, from the published PEM and its setup lines on a context without any default."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from apigw_client_cert.trust import setup_lines
from tests.backends.server import HOST

if TYPE_CHECKING:
    from tests.backends.server import Site

CONTENT = "python"
BEFORE = """
import http.server
import ssl
import sys

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1])
"""
AFTER = """
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()


server = http.server.ThreadingHTTPServer((sys.argv[2], int(sys.argv[3])), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
"""


def command(site: Site, *, partial_chain: bool = True) -> list[str]:
    """Write the program; what starts it. Without ``partial_chain`` it is the plain CA file configuration."""
    setup = setup_lines(CONTENT, path=str(site.published))
    if not partial_chain:
        setup = "".join(line for line in setup.splitlines(keepends=True) if "PARTIAL_CHAIN" not in line)
    program = site.write("server.py", BEFORE + setup + AFTER)
    return [sys.executable, program, str(site.certificate), HOST, str(site.port)]
