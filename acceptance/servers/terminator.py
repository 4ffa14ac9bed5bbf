"""Servers that terminate TLS before an application of ours."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, ClassVar

from acceptance.servers import application
from acceptance.servers.application import HOST
from acceptance.servers.backend import LOOKS, TIMEOUT_SECONDS, Backend, Setup, end, free_port

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Terminator(Backend):
    """A server that terminates TLS; ``application`` answers behind it, in a process of its own that never reloads."""

    told: ClassVar[str]

    def __init__(self, folder: Path, certificate: Path, setup: Setup = Setup.OURS, *, port: int | None = None) -> None:
        super().__init__(folder, certificate, setup, port=port)
        self.application_port = free_port()
        self._application: subprocess.Popen[bytes] | None = None

    def start(self, trust_path: Path) -> None:
        """As for every backend; the application first."""
        program = [sys.executable, "-I", application.__file__, str(self.application_port), str(self.record), self.told]
        with self.log.open("ab") as output:
            self._application = subprocess.Popen(program, stdout=output, stderr=output)
        super().start(trust_path)

    def places(self) -> Mapping[str, object]:
        """As for every backend, and the application."""
        return {**super().places(), "APPLICATION": f"{HOST}:{self.application_port}"}

    def stop(self) -> None:
        """As for every backend; the application last."""
        super().stop()
        behind, self._application = self._application, None
        if behind is not None:
            end(behind)

    def _await_answering(self) -> None:
        for _ in range(LOOKS):
            self._look_again()
            with contextlib.suppress(ConnectionRefusedError):
                socket.create_connection((HOST, self.application_port), TIMEOUT_SECONDS).close()
                return super()._await_answering()
        raise TimeoutError(f"the application behind {self.kind} does not answer: {self.logged()}")


def as_root(line: str) -> str:
    """A configuration line that a server wants only when root starts it."""
    return line if os.geteuid() == 0 else ""
