"""A sandbox in another process: driving one, and running one as a child."""

from __future__ import annotations

import contextlib
import http.client
import json
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from apigw_sandbox.clock import format_instant, parse_instant
from apigw_sandbox.data_plane.request_log import RequestRecord
from apigw_sandbox.data_plane.user_requests import invocation_url
from apigw_sandbox.faults.over_http import RemoteFaults
from apigw_sandbox.journal import JournalEntry
from apigw_sandbox.management import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime, timedelta
    from types import TracebackType

    from typing_extensions import Self

TIMEOUT_SECONDS = 60
STOP_SECONDS = 30


class RemoteSandbox:
    """The management side of a running sandbox. Every method raises ``ValueError`` with the sandbox's refusal."""

    def __init__(self, endpoint_url: str) -> None:
        self.endpoint_url = endpoint_url
        self.faults = RemoteFaults(lambda: self.view("faults"), self.do)

    def view(self, name: str) -> dict[str, Any]:
        """GET: one of the views of ``management``, such as ``stages`` or ``health``."""
        return self._request("GET", name, None)

    def do(self, verb: str, **arguments: object) -> dict[str, Any]:
        """POST: a verb of ``management``, such as ``do("create-rest-api", name="orders", stages=["dev"])``."""
        return self._request("POST", verb, arguments)

    def journal(self, *, since: int = 0) -> tuple[JournalEntry, ...]:
        """The entries with a number above ``since``."""
        entries = self.view(f"journal?since={since}")["entries"]
        return tuple(
            JournalEntry(**{**entry, "at": parse_instant(entry["at"]), "wall": parse_instant(entry["wall"])})
            for entry in entries
        )

    def requests(self, *, since: int = 0) -> Iterator[RequestRecord]:
        """The requests to stages with a number above ``since``, fetched as they are read."""
        while lines := self._answer("GET", f"requests?since={since}", None).splitlines():
            for line in lines:
                record = RequestRecord(**json.loads(line))
                since = record.number
                yield record

    def invoke_url(self, api_id: str, stage_name: str, path: str = "/") -> str:
        """Where a REST stage is called; ``path``, percent-encoded, may hold a query."""
        return invocation_url(self.view("data-plane")["url"], api_id, stage_name, path)

    def now(self) -> datetime:
        """The sandbox's time."""
        return parse_instant(self.view("clock")["now"])

    def set_clock(self, instant: datetime) -> None:
        """Jump."""
        self.do("clock", now=format_instant(instant))

    def advance_clock(self, by: timedelta) -> None:
        """Move."""
        self.do("clock", advance_seconds=by.total_seconds())

    def change(self, **switches: object) -> None:
        """Change switches of ``Behaviour``; enum members by their value."""
        self.do("behaviour", **switches)

    def reset(self) -> None:
        """The account as at the start."""
        self.do("reset")

    def _request(self, method: str, path: str, payload: Mapping[str, object] | None) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._answer(method, path, payload))
        return answer

    def _answer(self, method: str, path: str, payload: Mapping[str, object] | None) -> bytes:
        location = urlsplit(self.endpoint_url)
        connection = http.client.HTTPConnection(location.hostname or "", location.port, timeout=TIMEOUT_SECONDS)
        body = None if payload is None else json.dumps(payload)
        try:
            connection.request(method, PREFIX + path, body, {"Content-Type": "application/json"} if body else {})
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        if response.status != http.HTTPStatus.OK:
            raise ValueError(f"{method} {path}: {json.loads(answer)['message']}")
        return answer


class SandboxProcess(RemoteSandbox):
    """``python -m apigw_sandbox`` as a child, from ``with`` to its end; it also ends when its parent dies.

    Args:
        options: Command-line options, such as ``("--seed-api", "orders:dev,prod")``.
    """

    def __init__(self, options: Sequence[str] = ()) -> None:
        super().__init__("")
        self._options = tuple(options)
        self._ending = contextlib.ExitStack()
        self.returncode: int | None = None
        self.environment: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Start the child and wait until it serves; raises ``RuntimeError`` if it ends instead."""
        process = subprocess.Popen(  # noqa: S603 - this very interpreter and package
            [sys.executable, "-m", "apigw_sandbox", "--until-stdin-closes", *self._options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with contextlib.ExitStack() as ending:
            ending.callback(self._stop, process)
            self.environment = _exported(process)
            self._ending = ending.pop_all()
        self.endpoint_url = self.environment["AWS_ENDPOINT_URL"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the child; ``returncode`` is its exit status from then on."""
        self._ending.close()

    def _stop(self, process: subprocess.Popen[str]) -> None:
        self.returncode = stop_process(process)


def stop_process(process: subprocess.Popen[str], *, wait_limit_seconds: float = STOP_SECONDS) -> int:
    """Ask a child to end, kill it when it does not, and return its exit status."""
    process.terminate()
    try:
        process.communicate(timeout=wait_limit_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    return process.returncode


def _exported(process: subprocess.Popen[str]) -> dict[str, str]:
    """The variables that the child prints before it serves."""
    exported: dict[str, str] = {}
    for line in process.stdout or ():
        if line.startswith("#"):
            return exported
        name, _, value = line.removeprefix("export ").partition("=")
        exported[name] = "".join(shlex.split(value))
    raise RuntimeError(f"the sandbox process ended with status {process.wait()} before it served")
