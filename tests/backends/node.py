"""Node's https server, from the published JSON list and its setup lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert.trust import setup_lines
from tests.backends.server import HOST, require

if TYPE_CHECKING:
    from tests.backends.server import Site

CONTENT = "node"
PROGRAM = """
const https = require("node:https");
const identity = fs.readFileSync(process.argv[2]);
https.createServer({ key: identity, cert: identity, ...clientCertificates }, (request, response) => {
  response.writeHead(fromApiGateway(request) ? 200 : 403).end();
}).listen(Number(process.argv[4]), process.argv[3]);
"""


def command(site: Site) -> list[str]:
    """Write the program; what starts it."""
    node = require("node")
    program = setup_lines(CONTENT, path=str(site.published)) + PROGRAM
    return [node, site.write("server.cjs", program), str(site.certificate), HOST, str(site.port)]
