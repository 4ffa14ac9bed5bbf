"""A TLS server under test, started from a published text, and the one question that is asked of it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import ssl
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

HOST = "127.0.0.1"
# Health check: this many looks, each waiting this long for the process to end (a JVM needs some seconds).
LOOKS, LOOK_SECONDS = 600, 0.05
TIMEOUT_SECONDS = 10


class ServerExitedError(Exception):
    """The server ended instead of listening; the message is its log."""


@dataclass(frozen=True)
class Site:
    """Where one server runs: a folder of its own, a port, its certificate with key, and what was published to it."""

    folder: Path
    port: int
    certificate: Path
    published: Path

    def write(self, name: str, text: str) -> str:
        """Put a file into the folder; its absolute path."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)


@dataclass(frozen=True)
class Identity:
    """What a client presents: a PEM file with certificate and key, or None for nothing; and its CA file."""

    ca_file: Path
    file: Path | None = None


def require(program: str) -> str:
    """The program's path; where it is missing the test is skipped by name, and fails in CI."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin:/usr/local/go/bin")
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(f"{program} is not installed, and CI=true")
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def running(command: Sequence[str], site: Site) -> Iterator[subprocess.Popen[bytes]]:
    """Start the server, wait until it takes connections, stop it by its own handle.

    Raises:
        ServerExitedError: It ended before it listened.
    """
    log = site.folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=site.folder, stdout=output, stderr=subprocess.STDOUT)
        try:
            _await_listening(process, site.port, log)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def requests(port: int, identity: Identity, version: ssl.TLSVersion, count: int = 1) -> list[tuple[bool, bool]]:
    """So many HTTPS requests, each on a connection of its own that resumes the last session: (answered 200, resumed).

    A refusal is a TLS alert, a closed connection or a 4xx status; a server that does not listen is an error.
    """
    context = ssl.create_default_context(cafile=identity.ca_file)
    context.minimum_version = context.maximum_version = version
    if identity.file is not None:
        context.load_cert_chain(identity.file)
    seen: list[tuple[bool, bool]] = []
    session: ssl.SSLSession | None = None
    for _ in range(count):
        with socket.create_connection((HOST, port), TIMEOUT_SECONDS) as plain:
            try:
                with context.wrap_socket(plain, server_hostname="localhost", session=session) as connection:
                    status = _get(connection)
                    session = connection.session
                    seen.append((status == 200, bool(connection.session_reused)))
            except (ssl.SSLError, ConnectionResetError, BrokenPipeError):
                seen.append((False, False))
    return seen


def _get(connection: ssl.SSLSocket) -> int:
    """The status of ``GET /``; 0 when the server closed without an answer."""
    connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    answer = b"".join(iter(lambda: connection.recv(4096), b""))
    return int(answer.split()[1]) if answer else 0


def _await_listening(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(LOOKS):
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_SECONDS)
            raise ServerExitedError(log.read_text(encoding="utf-8", errors="replace"))
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection((HOST, port), TIMEOUT_SECONDS):
            return
    raise TimeoutError(f"no server on port {port}: {log.read_text(encoding='utf-8', errors='replace')}")
