"""Python's ssl module: the published PEM and its setup lines, on a context that nothing else has touched."""

from __future__ import annotations

import signal
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance.servers.backend import Backend, Setup
from acceptance.servers.page import request_lines
from apigw_client_cert.trust.contents import setup_lines
from apigw_client_cert.trust.servers import published_file

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = """
import hashlib
import os
import pathlib
import re
import signal
import ssl
import sys

sys.path.insert(0, sys.argv[1])
import application


def fresh_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2])
%s
    return context


%s
class Answer(application.Answer):
    def setup(self):
        # In this connection's thread: a slow handshake holds up nobody else.
        self.request = listening().wrap_socket(self.request, server_side=True)
        super().setup()

    def do_GET(self):
        if from_api_gateway(self.request, server.published):
            super().do_GET()
        else:
            self.send_error(403)

    def fingerprint(self):
        certificate = self.request.getpeercert(binary_form=True)
        return hashlib.sha256(certificate).hexdigest() if certificate else application.NONE


def say(text):
    # The next signal may come as soon as this can be read: print() would then be inside of itself.
    os.write(1, (text + "\\n").encode())


def reload(*_):
    try:
        server.context, server.published = fresh_context(), published_certificates()
    except (OSError, ValueError) as error:
        say("not reloaded: %%s" %% error)
    else:
        say("reload done")


server = application.Application(int(sys.argv[3]), pathlib.Path(sys.argv[4]), Answer)
server.context, server.published = fresh_context(), published_certificates()
listening = lambda: server.context
%s
signal.signal(signal.SIGHUP, reload)
server.serve_forever()
"""


# What the page's lines for each request would say.
ANYBODY = """
def published_certificates():
    return ()


def from_api_gateway(connection, published):
    return True

"""


class Python(Backend):
    """A thread for each connection; a reload makes a new context for the connections that follow."""

    kind = "python"
    request_lines = ANYBODY

    def prepare(self) -> Sequence[str]:
        """Write the program."""
        ours = setup_lines(self.kind, path=str(self.trust_path))
        setup = {
            Setup.OURS: ours,
            Setup.PLAIN: "".join(line for line in ours.splitlines(keepends=True) if "PARTIAL_CHAIN" not in line),
            Setup.ONE_WAY: "",
        }[self.setup]
        lines = self.request_lines.replace(published_file(self.kind), str(self.trust_path))
        program = self.write("server.py", PROGRAM % (textwrap.indent(setup, "    "), lines, self.also("program")))
        arguments = (Path(__file__).parent, self.certificate, self.port, self.record)
        return [sys.executable, "-I", program, *map(str, arguments)]

    def reload(self) -> None:
        """Connections that are open keep the context that they were made with."""
        self.signal_and_read(signal.SIGHUP, "reload done", "not reloaded")


class PythonAskingEachRequest(Python):
    """With the page's lines for each request."""

    request_lines = request_lines("python")
