"""The command in this process, over states in files."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, NamedTuple

import pytest

from apigw_client_cert.cli.program import main
from apigw_client_cert.clock import VARIABLE, format_instant
from apigw_sandbox import Sandbox
from tests.cli.accounts import Account
from tests.doubles.stubbed_aws import keep_to_ourselves
from tests.lifecycle.conftest import START

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path


class Answer(NamedTuple):
    """How a call ended, and what it said."""

    code: int
    out: str
    err: str


class Command:
    """``apigw-client-cert`` as of an instant, on a terminal of some width that is none."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._monkeypatch = monkeypatch
        self._files = 0
        self.at(START)
        self.columns(80)

    def at(self, now: datetime) -> None:
        """Set the clock."""
        self._monkeypatch.setenv(VARIABLE, format_instant(now))

    def columns(self, width: int) -> None:
        """Set the width."""
        self._monkeypatch.setenv("COLUMNS", str(width))

    def file(self, content: bytes, name: str = "") -> str:
        """A file with this content."""
        self._files += 1
        file = self._folder / (name or f"state-{self._files}.json")
        file.write_bytes(content)
        return str(file)

    def files(self, *contents: bytes) -> list[str]:
        """A file for each."""
        return [self.file(content) for content in contents]

    def __call__(self, *arguments: str, stdin: bytes = b"") -> Answer:
        """Call it."""
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        # With bytes below the text, as click wants it.
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="", write_through=True) for _ in range(2))
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main(list(arguments))
        return Answer(int(str(ended.value.code)), _written(out), _written(err))


def _written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


@pytest.fixture(scope="module")
def _running() -> Iterator[Sandbox]:
    with Sandbox(region="eu-west-1") as sandbox:
        yield sandbox


@pytest.fixture
def account(_running: Sandbox, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An empty account."""
    keep_to_ourselves(monkeypatch)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    _running.reset()
    return Account(_running, command, monkeypatch, tmp_path)


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command."""
    return Command(tmp_path, monkeypatch)
