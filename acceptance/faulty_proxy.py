"""A proxy in front of the sandbox that refuses calls, or kills the process that made one."""

from __future__ import annotations

import contextlib
import enum
import http.client
import os
import re
import signal
import socket
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

PROC = Path("/proc")
_REFUSAL = b'{"message": "refused by the test", "Type": "User"}'

# METHOD /path of the calls that tests let fail.
GENERATE = r"POST /clientcertificates"


def update_stage(stage: str) -> str:
    """The UpdateStage calls of one REST stage."""
    return rf"PATCH /restapis/\w+/stages/{stage}"


class Fault(enum.Enum):
    """What happens to a call."""

    KILL_CALLER = "it takes effect, and the process that made it is killed before the answer"
    KILL_RUN = "the same, and with it the CLI and all that the CLI started"
    KILL_ENGINE = "it takes effect and is answered, and the CLI alone is killed before the answer"
    DENY = "it does not reach the sandbox: AccessDeniedException"


@dataclass(slots=True)
class _Rule:
    calls: re.Pattern[str]
    fault: Fault
    times: int
    after: re.Pattern[str] | None


class FaultyProxy:
    """Forwards HTTP from a free loopback port to the sandbox; ``fail`` arms faults."""

    def __init__(self, upstream: str) -> None:
        self.upstream = urlsplit(upstream)
        self.survivor: int | None = None
        """A descriptor of the last process whose CLI was killed; it is readable once that process has ended."""
        self._rules: list[_Rule] = []
        self._seen: list[str] = []
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"proxy": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="faulty-proxy", daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        """Serve."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        if self.survivor is not None:
            os.close(self.survivor)

    def fail(self, calls: str, fault: Fault, times: int = 1, *, after: str | None = None) -> None:
        """Let the next so many calls fail whose ``METHOD /path`` matches this expression.

        With ``after`` only those that come later than one which matches that.
        """
        with self._lock:
            self._seen.clear()
            self._rules.append(_Rule(re.compile(calls), fault, times, re.compile(after) if after else None))

    def mend(self) -> None:
        """No more faults."""
        with self._lock:
            self._rules.clear()

    def fault_of(self, call: str) -> Fault | None:
        """What shall happen to this call; counts it."""
        with self._lock:
            earlier = self._seen[:]
            self._seen.append(call)
            for rule in self._rules:
                begun = rule.after is None or any(rule.after.fullmatch(one) for one in earlier)
                if begun and rule.times > 0 and rule.calls.fullmatch(call):
                    rule.times -= 1
                    return rule.fault
        return None


class _Handler(BaseHTTPRequestHandler):
    """One connection from the plugin's process."""

    proxy: FaultyProxy
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.proxy.fault_of(f"{self.command} {urlsplit(self.path).path}")
        if fault is Fault.DENY:
            self._answer(
                403, {"x-amzn-ErrorType": "AccessDeniedException", "Content-Type": "application/json"}, _REFUSAL
            )
            return
        status, headers, answer = self._forward(body)
        if fault in {Fault.KILL_CALLER, Fault.KILL_RUN}:
            caller = process_behind(self.client_address[1], self.connection.getsockname()[1])
            for process in [caller] if fault is Fault.KILL_CALLER else run_of(caller):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
        if fault is Fault.KILL_ENGINE:
            caller = process_behind(self.client_address[1], self.connection.getsockname()[1])
            self.proxy.survivor = os.pidfd_open(caller)
            os.kill(run_of(caller)[0], signal.SIGKILL)
        if fault in {None, Fault.KILL_ENGINE}:
            self._answer(status, headers, answer)
            return
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815 - the base class's names

    def _forward(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        upstream = http.client.HTTPConnection(str(self.proxy.upstream.hostname), self.proxy.upstream.port, timeout=30)
        try:
            upstream.request(self.command, self.path, body, dict(self.headers))
            response = upstream.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            upstream.close()

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in {"content-length", "connection", "transfer-encoding"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's signature
        """Say nothing."""


def process_behind(port: int, peer_port: int) -> int:
    """The process that holds this end of a loopback connection, from Linux's /proc.

    Both ends are asked for: the kernel lends one local port to several connections at once, if their peers differ.
    """
    ends = [f"0100007F:{one:04X}" for one in (port, peer_port)]
    rows = [line.split() for line in (PROC / "net/tcp").read_text().splitlines()[1:]]
    (inode,) = [row[9] for row in rows if row[1:3] == ends]
    for link in PROC.glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if os.readlink(link) == f"socket:[{inode}]":  # noqa: PTH115 - the target is no path
                return int(link.parts[2])
    raise LookupError(f"no process holds port {port}")


def run_of(process: int) -> list[int]:
    """The CLI that started this process, which we started, and everything below it; the CLI first."""
    parents = _parents()
    while parents[process] != os.getpid():
        process = parents[process]
    run = [process]
    for one in run:
        run.extend(child for child, parent in parents.items() if parent == one)
    return run


def _parents() -> dict[int, int]:
    parents = {}
    for stat in PROC.glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # "PID (NAME) STATE PARENT …", and a name may hold anything.
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    return parents
