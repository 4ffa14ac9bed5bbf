"""Python's ssl module: the published PEM and its setup lines, on a context that nothing else has touched."""

from __future__ import annotations

import signal
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from apigw_client_cert.trust import setup_lines
from tests.backends.backend import Backend, Setup

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM = """
import hashlib
import os
import pathlib
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


class Answer(application.Answer):
    def setup(self):
        # In this connection's thread: a slow handshake holds up nobody else.
        self.request = server.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def fingerprint(self):
        certificate = self.request.getpeercert(binary_form=True)
        return hashlib.sha256(certificate).hexdigest() if certificate else application.NONE


def say(text):
    # The next signal may come as soon as this can be read: print() would then be inside of itself.
    os.write(1, (text + "\\n").encode())


def reload(*_):
    try:
        server.context = fresh_context()
    except (OSError, ValueError) as error:
        say("not reloaded: %%s" %% error)
    else:
        say("reload done")


server = application.Application(int(sys.argv[3]), pathlib.Path(sys.argv[4]), Answer)
server.context = fresh_context()
signal.signal(signal.SIGHUP, reload)
server.serve_forever()
"""


class Python(Backend):
    """A thread for each connection; a reload makes a new context for the connections that follow."""

    kind = "python"

    def prepare(self) -> Sequence[str]:
        """Write the program."""
        ours = setup_lines(self.kind, path=str(self.trust_path))
        setup = {
            Setup.OURS: ours,
            Setup.PLAIN: "".join(line for line in ours.splitlines(keepends=True) if "PARTIAL_CHAIN" not in line),
            Setup.ONE_WAY: "",
        }[self.setup]
        program = self.write("server.py", PROGRAM % textwrap.indent(setup, "    "))
        arguments = (Path(__file__).parent, self.certificate, self.port, self.record)
        return [sys.executable, "-I", program, *map(str, arguments)]

    def reload(self) -> None:
        """Connections that are open keep the context that they were made with."""
        self.signal_and_read(signal.SIGHUP, "reload done", "not reloaded")
