"""stunnel: no setting accepts two certificates of one subject, so there is only the plain CA file; SIGHUP."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, ClassVar

from acceptance.servers.application import HOST, TOLD_NOTHING
from acceptance.servers.backend import Setup, find_program
from acceptance.servers.terminator import Terminator

if TYPE_CHECKING:
    from collections.abc import Sequence


class Stunnel(Terminator):
    """It passes bytes on and tells the application nothing about the certificate.

    ``verification`` are the lines of its service section; ``{path}`` in them is the published file.
    """

    kind = "stunnel"
    setups = frozenset({Setup.PLAIN, Setup.ONE_WAY})
    programs = ("stunnel4",)
    told = TOLD_NOTHING
    verification: ClassVar[str] = "verifyChain = yes\nCAfile = {path}"

    def prepare(self) -> Sequence[str]:
        """Write stunnel.conf."""
        verification = self.verification.format(path=self.trust_path) if self.setup is Setup.PLAIN else ""
        self.write(
            "stunnel.conf",
            "foreground = yes\npid =\nsyslog = no\ndebug = info\n"
            f"[api]\naccept = {HOST}:{self.port}\nconnect = {HOST}:{self.application_port}\n"
            f"cert = {self.certificate}\n{verification}\n",
        )
        return [find_program("stunnel4"), "stunnel.conf"]

    def reload(self) -> None:
        """It closes its listener and opens it again: connections of that moment are refused or reset."""
        self.signal_and_read(signal.SIGHUP, r"Service \[api\].* bound to", r"Configuration failed|Binding service")


class StunnelVerifyPeer(Stunnel):
    """The other way to trust a file: it compares certificates, but not before OpenSSL has found its anchor."""

    verification = "verifyPeer = yes\nCAfile = {path}"
