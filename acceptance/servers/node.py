"""Node: the published JSON list and its setup lines, which read it again on SIGHUP."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from acceptance.servers.application import FINGERPRINT_HEADER, HOST
from acceptance.servers.backend import Backend, Setup, find_program
from apigw_client_cert.trust.contents import setup_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

# Without our lines: the options of a plain CA file, renewed as Node offers it, or none.
PLAIN = """
const fs = require("node:fs");
const read = () => ({ ca: fs.readFileSync("%s"), requestCert: true, rejectUnauthorized: true });
const clientCertificates = read();
const fromApiGateway = () => true;
process.on("SIGHUP", () => {
  try {
    server.setSecureContext({ key: identity, cert: identity, ...read() });
  } catch (error) {
    console.error("not reloaded:", error.message);
  }
});
"""
ONE_WAY = """
const fs = require("node:fs");
const clientCertificates = {};
const fromApiGateway = () => true;
process.on("SIGHUP", () => {});
"""
PROGRAM = """
const https = require("node:https");
const identity = fs.readFileSync(process.argv[2]);
const record = fs.openSync(process.argv[5], "a");

function answer(request, response) {
  if (!fromApiGateway(request)) {
    response.writeHead(403).end();
    return;
  }
  const certificate = request.socket.getPeerX509Certificate?.();
  const seen = certificate === undefined ? "none" : certificate.fingerprint256.replaceAll(":", "").toLowerCase();
  const delay = Number(new URL(request.url, "https://localhost").searchParams.get("delay"));
  setTimeout(() => {
    fs.writeSync(record, `${seen}\\n`);
    response.writeHead(200, { "%s": seen }).end(`${seen}\\n`);
  }, 1000 * delay);
}

const server = https.createServer({ key: identity, cert: identity, ...clientCertificates }, answer);
server.keepAliveTimeout = 0;
%s
server.listen(Number(process.argv[4]), process.argv[3]);
// Listeners run in the order in which they were added: this one after those that read the file.
process.on("SIGHUP", () => console.log("reload done"));
"""


class Node(Backend):
    """``https.createServer``."""

    kind = "node"
    programs = ("node",)

    def prepare(self) -> Sequence[str]:
        """Write the program."""
        setup = {
            Setup.OURS: setup_lines(self.kind, path=str(self.trust_path)),
            Setup.PLAIN: PLAIN % self.trust_path,
            Setup.ONE_WAY: ONE_WAY,
        }[self.setup]
        program = self.write("server.cjs", setup + PROGRAM % (FINGERPRINT_HEADER, self.also("program")))
        return [find_program("node"), program, str(self.certificate), HOST, str(self.port), str(self.record)]

    def reload(self) -> None:
        """The server's socket stays as it is."""
        self.signal_and_read(signal.SIGHUP, "reload done", "not reloaded")
