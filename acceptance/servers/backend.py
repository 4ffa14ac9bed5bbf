"""A real TLS server that takes its trust from one published file: started, asked, reloaded, stopped."""

from __future__ import annotations

import abc
import collections
import contextlib
import enum
import re
import shutil
import socket
import ssl
import subprocess
from typing import TYPE_CHECKING, ClassVar

from acceptance.servers.application import HOST

if TYPE_CHECKING:
    import signal
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from typing_extensions import Self

# How often a log or a port is looked at, and how long each look waits for the process to end (a JVM needs seconds).
LOOKS, LOOK_SECONDS = 1200, 0.05
TIMEOUT_SECONDS = 10
# Where Debian puts servers, and Go's own installer puts Go.
_MORE_PATH = "/usr/sbin:/usr/local/sbin:/usr/local/go/bin"
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


class ServerExitedError(Exception):
    """The server ended although nobody stopped it; the message is its log."""


class ReloadError(Exception):
    """The server refused what it was to reload and goes on as before; the message is what it said."""


class ToolMissingError(Exception):
    """A program that this backend is made of is not installed; the message is the program's name."""


class Setup(enum.Enum):
    """What the server is told about client certificates; the value is how docs/backends.md calls it."""

    OURS = "our configuration"
    """The setup lines of ``apigw_client_cert.trust.contents``; the published file has the content of the same name."""
    PLAIN = "plain CA file"
    """The server's usual way to trust a list of authorities; the published file has ``content="pem"``."""
    ONE_WAY = "no client certificate"
    """The server asks for none. The published file is not read."""


def find_program(name: str) -> str:
    """Its path.

    Raises:
        ToolMissingError: It is neither on PATH nor where Debian or Go's installer would have put it.
    """
    found = shutil.which(name) or shutil.which(name, path=_MORE_PATH)
    if found is None:
        raise ToolMissingError(name)
    return found


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


class Backend(abc.ABC):
    """One server in a folder of its own.

    ``certificate`` is a PEM file with the server's key and certificate for ``localhost``. The health check looks for
    that certificate on the port, so servers that run at the same time need one each.
    ``beside`` is what else stands in its configuration, by the name of a place in it; ``other_port`` is free for that.
    ``url`` is reachable after ``start``; every path below it answers as ``application`` says.
    """

    kind: ClassVar[str]
    setups: ClassVar[frozenset[Setup]] = frozenset(Setup)
    programs: ClassVar[tuple[str, ...]] = ()
    drops_idle: ClassVar[bool] = False
    """A reload may close a kept connection between two requests.

    A client that sends in that instant gets no answer (RFC 9112 §9.3.1); the server has not seen the request.
    """

    def __init__(self, folder: Path, certificate: Path, setup: Setup = Setup.OURS, *, port: int | None = None) -> None:
        if setup not in self.setups:
            raise ValueError(f"{self.kind} has no {setup.value}")
        self.folder, self.certificate, self.setup = folder, certificate, setup
        self.port = port or free_port()
        self.other_port = free_port()
        self.beside: dict[str, str] = {}
        self.trust_path = folder / "never-started"
        self.log = folder / "server.log"
        self.record = folder / "requests.log"
        self._process: subprocess.Popen[bytes] | None = None
        for program in self.programs:
            find_program(program)

    @property
    def content(self) -> str:
        """Which content of a ``TrustBundle`` target this server reads."""
        return self.kind if self.setup is Setup.OURS else "pem"

    @property
    def url(self) -> str:
        """Where clients find it, without a final slash."""
        return f"https://localhost:{self.port}"

    def start(self, trust_path: Path) -> None:
        """Start with this published file; return when the port answers with this server's certificate.

        Raises:
            ServerExitedError: It ended instead, for example because the port is taken or the file is broken.
        """
        self.trust_path = trust_path
        command = self.prepare()
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(command, cwd=self.folder, stdout=output, stderr=output)
        try:
            self._await_answering()
        except BaseException:
            self.stop()
            raise

    @abc.abstractmethod
    def prepare(self) -> Sequence[str]:
        """Write the configuration or program; the command that runs it in the foreground, in ``folder``."""

    @abc.abstractmethod
    def reload(self) -> None:
        """Let the server read the published file again, in its own way; return when new connections meet the result.

        Raises:
            ReloadError: It refused; it goes on with what it had.
        """

    def also(self, place: str) -> str:
        """What else its configuration has at this place; capital names in @ stand for what only the server knows."""
        known = {"PORT": self.port, "OTHER_PORT": self.other_port, "CERTIFICATE": self.certificate, **self.places()}
        return re.sub("@([A-Z_]+)@", lambda name: str(known[name[1]]), self.beside.get(place, ""))

    def places(self) -> Mapping[str, object]:
        """More that ``also`` knows."""
        return {"FOLDER": self.folder, "HOST": HOST}

    def set_up_anew(self, setup: Setup, trust_path: Path) -> None:
        """Write another configuration with another published file; the next ``reload`` brings it into force."""
        self.setup, self.trust_path = setup, trust_path
        self.prepare()

    def stop(self) -> None:
        """End it; nothing happens where it never ran or has been stopped."""
        process, self._process = self._process, None
        if process is not None:
            end(process)

    def requests(self) -> int:
        """How many requests it has answered with 200 since the folder was made."""
        return sum(self.requests_by_certificate().values())

    def requests_by_certificate(self) -> collections.Counter[str]:
        """The same by the SHA-256 fingerprint that it saw, ``none`` or ``unknown``."""
        if not self.record.exists():
            return collections.Counter()
        return collections.Counter(self.record.read_text(encoding="ascii").split())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def write(self, name: str, text: str) -> str:
        """Put a file into the folder; its absolute path."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def logged(self, since: int = 0) -> str:
        """What its log holds from this byte on."""
        return self.log.read_bytes()[since:].decode("utf-8", "replace")

    def signal_and_read(self, number: signal.Signals, done: str, refused: str) -> None:
        """Send a signal, then wait until the log shows the expression ``done``, or ``refused``.

        Raises:
            ReloadError: The log shows ``refused``.
        """
        since = self.log.stat().st_size
        self.running().send_signal(number)
        self.await_log(since, done, refused)

    def await_log(self, since: int, done: str, refused: str = r"(?!)") -> None:
        """Wait until the log, from this byte on, shows the expression ``done``, or ``refused``.

        Raises:
            ReloadError: The log shows ``refused``.
            ServerExitedError: The server ended.
        """
        for _ in range(LOOKS):
            said = self.logged(since)
            if re.search(refused, said):
                raise ReloadError(said)
            if re.search(done, said):
                return
            self._look_again()
        raise TimeoutError(f"{self.kind} did not finish its reload: {self.logged(since)}")

    def run(self, command: Sequence[str]) -> None:
        """Run one of the server's own control commands.

        Raises:
            ReloadError: It failed; the message is what it said.
        """
        done = subprocess.run(command, cwd=self.folder, capture_output=True, check=False)
        if done.returncode != 0:
            raise ReloadError((done.stderr + done.stdout).decode("utf-8", "replace"))

    def running(self) -> subprocess.Popen[bytes]:
        """The process that ``start`` started."""
        if self._process is None:
            raise RuntimeError(f"{self.kind} is not running")
        return self._process

    def _await_answering(self) -> None:
        for _ in range(LOOKS):
            self._look_again()
            if presents(self.port, self.certificate):
                return
        raise TimeoutError(f"{self.kind} does not answer on port {self.port}: {self.logged()}")

    def _look_again(self) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.running().wait(LOOK_SECONDS)
            raise ServerExitedError(self.logged())


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that we started: asked first, forced when it does not listen."""
    process.terminate()
    try:
        process.wait(TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def presents(port: int, certificate: Path) -> bool:
    """Whether a TLS server on this port presents the first certificate of this PEM file: ours, not just any."""
    wanted = _CERTIFICATE.search(certificate.read_text(encoding="ascii"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection((HOST, port), 1) as plain, context.wrap_socket(plain) as connection:
            return wanted is not None and connection.getpeercert(binary_form=True) == ssl.PEM_cert_to_DER_cert(
                wanted[0]
            )
    except OSError:
        return False
