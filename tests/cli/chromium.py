"""A real browser: Chromium over its debugging pipe, which needs no port and no library."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Chromium reads from 3 and writes to 4; the pipes are above both, so that neither is overwritten.
_LAUNCH = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execvp(sys.argv[3], sys.argv[3:])"
)
_OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")
_KEYS = {"Tab": 9, "Enter": 13, " ": 32}


class Browser:
    """One page of it, and every address that it asked for."""

    def __init__(self, reads: int, writes: int) -> None:
        self._reads, self._writes = reads, writes
        self._numbers = itertools.count(1)
        self._waiting = b""
        self._session: dict[str, str] = {}
        self.asked_for: list[str] = []
        self.errors: list[Any] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = {"sessionId": self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the protocol, and its answer."""
        number = next(self._numbers)
        told = json.dumps({"id": number, "method": method, "params": params, **self._session}).encode() + b"\0"
        while told:
            told = told[os.write(self._writes, told) :]
        while True:
            answer = self._next()
            if answer.get("id") == number:
                result: dict[str, Any] = answer["result"]
                return result

    def open(self, file: Path) -> None:
        """Load a file, whole."""
        self.call("Page.navigate", url=file.as_uri())
        while self._next().get("method") != "Page.loadEventFired":
            pass

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key, as a hand does."""
        text = {"text": "\r" if key == "Enter" else key} if key != "Tab" else {}
        for kind in ("keyDown", "keyUp"):
            told = text if kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=_KEYS[key], **told)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._waiting:
            read = os.read(self._reads, 1 << 20)
            assert read, "Chromium has ended"
            self._waiting += read
        told, _, self._waiting = self._waiting.partition(b"\0")
        message: dict[str, Any] = json.loads(told)
        if message.get("method") == "Network.requestWillBeSent":
            self.asked_for.append(message["params"]["request"]["url"])
        if message.get("method") in {"Runtime.exceptionThrown", "Log.entryAdded"}:
            self.errors.append(message["params"])
        return message


@contextlib.contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """A headless one with a profile of its own; where there is none the test is skipped, and fails in CI."""
    program = shutil.which("chromium")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is not installed, and CI=true")
        pytest.skip("chromium is not installed")
    pipes = [*os.pipe(), *os.pipe()]
    high = [fcntl.fcntl(one, fcntl.F_DUPFD, 10) for one in pipes]
    for one in pipes:
        os.close(one)
    its_reads, writes, reads, its_writes = high
    launch = [sys.executable, "-c", _LAUNCH, str(its_reads), str(its_writes), program, *_OPTIONS]
    arguments = [*launch, "--remote-debugging-pipe", f"--user-data-dir={folder}", "about:blank"]
    with subprocess.Popen(
        arguments, pass_fds=(its_reads, its_writes), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        os.close(its_reads)
        os.close(its_writes)
        try:
            browser = Browser(reads, writes)
            yield browser
        finally:
            process.terminate()
            os.close(writes)
            os.close(reads)
