"""A stage that presents a certificate of API Gateway, its backend over TLS, a private CA, and callers without pause."""

from __future__ import annotations

import collections
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from apigw_sandbox import Sandbox
from tests.sandbox.data_plane.backend import Backend
from tests.sandbox.data_plane.conftest import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Self

HERE = Path(__file__).parent
GENEROUS_SECONDS = 60
ASSIGNED = ("ARN", "DEPLOYMENT", "OLD")


@dataclass
class PrivateCa:
    """A CA, and what ACM holds of it: the leaf behind an ARN, which can be renewed."""

    sandbox: Sandbox
    authority: trustme.CA = field(default_factory=trustme.CA)
    leaf: str = ""
    arn: str | None = None

    @property
    def pem(self) -> str:
        """The root."""
        return self.authority.cert_pem.bytes().decode()

    def issue(self) -> str:
        """A certificate, or a new one under the same ARN; returns the ARN."""
        issued = self.authority.issue_cert("orders-gateway.internal.example.com")
        self.leaf, *chain = (blob.bytes().decode() for blob in issued.cert_chain_pems)
        key = issued.private_key_pem.bytes().decode()
        self.arn = self.sandbox.console.import_acm_certificate(self.leaf, key, chain_pem="".join(chain), arn=self.arn)
        return self.arn


class Callers:
    """Two threads that call a stage, one request after the other, over every shape of connection."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._condition = threading.Condition()
        self._ending = False
        self.statuses: collections.Counter[int] = collections.Counter()
        self._threads = [threading.Thread(target=self._call, daemon=True) for _ in range(2)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending = True
        for thread in self._threads:
            thread.join(GENEROUS_SECONDS)

    @property
    def failed(self) -> int:
        """How many were answered by anything but 200."""
        return self.statuses.total() - self.statuses[200]

    def go_on(self, requests: int = 30) -> None:
        """Return when so many more were answered."""
        with self._condition:
            enough = self.statuses.total() + requests
            assert self._condition.wait_for(lambda: self.statuses.total() >= enough, GENEROUS_SECONDS)

    def _call(self) -> None:
        while not self._ending:
            status = ask(self._url).status
            with self._condition:
                self.statuses[status] += 1
                self._condition.notify_all()


@dataclass
class Shell:
    """Runs the page's commands in ``sh``, one after the other, with what they assign; ``aws`` and ``curl`` stand in."""

    folder: Path
    environment: dict[str, str]

    def __post_init__(self) -> None:
        programs = self.folder / "bin"
        programs.mkdir()
        for name in ("aws", "curl"):
            program = programs / name
            program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{HERE / f"{name}_stand_in.py"}" "$@"\n')
            program.chmod(0o755)
        self.environment = {
            **os.environ,
            **self.environment,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "STAND_IN_ANSWERS": str(self.folder / "answers.json"),
        }

    def answers(self, **operations: Any) -> None:
        """What ACM says."""
        (self.folder / "answers.json").write_text(json.dumps(operations))

    def set(self, **variables: str) -> None:
        """What the page calls by a variable."""
        self.environment.update(variables)

    def run(self, command: str) -> str:
        """What it prints; what it assigns is there for the next one. Fails the test where it fails."""
        keep = f'set | grep -E "^({"|".join(ASSIGNED)})=" > vars || true'
        script = f"set -ea\nif [ -f vars ]; then . ./vars; fi\n{command}\n{keep}\n"
        done = subprocess.run(
            ["/bin/sh", "-c", script],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    def value(self, name: str) -> str:
        """A variable as the commands left it."""
        return self.run(f'printf %s "${name}"')


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """An account, whose clock is the wall's: TLS servers look at it."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def backend(sandbox: Sandbox) -> Iterator[Backend]:
    """A server that trusts nobody yet."""
    with Backend(sandbox.issue_server_certificate, trusted=()) as backend:
        yield backend


@pytest.fixture
def ca(sandbox: Sandbox) -> PrivateCa:
    """A private CA that ACM issues from."""
    return PrivateCa(sandbox)
