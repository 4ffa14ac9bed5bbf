"""HAProxy: the published pattern file and its three frontend lines; reloaded through its master process."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from acceptance.servers.application import HOST, TOLD_HEADER, TOLD_SHA256
from acceptance.servers.backend import Setup, find_program
from acceptance.servers.terminator import Terminator
from apigw_client_cert.trust.contents import setup_lines

if TYPE_CHECKING:
    from collections.abc import Sequence


class Haproxy(Terminator):
    """Master-worker mode, as Debian's unit runs it; workers hand their listeners on.

    ``idle-close-on-response``: a leaving worker says ``Connection: close`` on the next answer of a connection, instead
    of closing it under the client's hands (Configuration Manual, §4.2).
    """

    kind = "haproxy"
    programs = ("haproxy",)
    told = TOLD_SHA256

    def prepare(self) -> Sequence[str]:
        """Write haproxy.cfg."""
        bind = f"bind {HOST}:{self.port} ssl crt {self.certificate}"
        # The port and the server's certificate are the user's own.
        ours = setup_lines(self.kind, path=str(self.trust_path)).replace("bind :443", f"bind {HOST}:{self.port}")
        setup = {
            Setup.OURS: ours.replace("/etc/haproxy/server.pem", str(self.certificate)),
            Setup.PLAIN: f"{bind} verify required ca-file {self.trust_path}\n",
            Setup.ONE_WAY: f"{bind}\n",
        }[self.setup]
        configuration = (
            "global\n    stats socket unix@stats.sock mode 600 level admin expose-fd listeners\n"
            f"{self.also('global')}{self.also('defaults')}defaults\n"
            "    mode http\n    option idle-close-on-response\n    timeout http-keep-alive 1h\n"
            + "".join(f"    timeout {kind} 1h\n" for kind in ("client", "server", "connect"))
            + f"frontend api{self.also('from')}\n{self.also('before')}{setup}{self.also('after')}"
            + f"http-request set-header {TOLD_HEADER} %[ssl_c_der,sha2(256),hex,lower]\n"
            + "default_backend application\n"
            + f"backend application\n    server application {HOST}:{self.application_port}\n"
        )
        self.write("names.list", self.also("names"))
        self.write("haproxy.cfg", configuration)
        return [find_program("haproxy"), "-W", "-f", "haproxy.cfg"]

    def reload(self) -> None:
        """What ``systemctl reload haproxy`` does: check, then signal the master."""
        self.run([find_program("haproxy"), "-c", "-f", "haproxy.cfg"])
        self.signal_and_read(signal.SIGUSR2, r"(?s)(?=.*Loading success)(?=.*Proxy api stopped)", r"\[ALERT\]")
