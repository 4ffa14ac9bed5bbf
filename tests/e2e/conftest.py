"""The real Pulumi engine, the real plugin process, real boto3, against the sandbox: one scene per test."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config

from acceptance.pulumi_stack import Outcome, PulumiStack
from apigw_sandbox import Fault, FaultKind, Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from apigw_sandbox.journal import JournalEntry

# What every run survives without telling anybody, whichever call meets it. What ends a run is the crash matrix's.
SURVIVED = frozenset({FaultKind.THROTTLE, FaultKind.SLOW})
HOSTILE_SEED = 1
START = datetime(2026, 3, 2, 10, tzinfo=timezone.utc)


class Account:
    """An account with one API and a clock, and stacks that live by it: what every scenario of the engine looks at."""

    sandbox: Sandbox
    api: str
    now: datetime

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._stacks: list[PulumiStack] = []

    def set_clocks(self, now: datetime, *, frozen: bool | None = None) -> None:
        """Set AWS's clock and that of the stacks."""
        self.now = now
        self.sandbox.clock.set(now, frozen=frozen)
        for stack in self._stacks:
            self._tell(stack)

    def follow(self, stack: PulumiStack) -> None:
        """Let a stack live by the scene's clock from now on."""
        self._stacks.append(stack)
        self._tell(stack)

    def presented(self, stage: str) -> str | None:
        """What a stage of the scene's API presents."""
        return self.sandbox.presented(self.api, stage)

    def ids(self) -> list[str]:
        """The certificates of the account, oldest first."""
        return [one.id for one in self.sandbox.certificates()]

    def changes(self, since: int = 0) -> list[JournalEntry]:
        """What was changed through the API since a journal number: no reads, nothing done by hand."""
        return [
            entry
            for entry in self.sandbox.journal.entries(since=since)
            if entry.mutates and entry.succeeded and not entry.console
        ]

    def moves(self, since: int = 0) -> list[tuple[str, str]]:
        """The switches of stages since a journal number: stage name and what it then presents, "" for nothing."""
        return [
            (entry.resource.rpartition("/")[2], entry.bound) for entry in self.changes(since) if entry.bound is not None
        ]

    def mark(self) -> int:
        """The journal's last number, for ``changes(since=…)``."""
        entries = self.sandbox.journal.entries()
        return entries[-1].number if entries else 0

    def _tell(self, stack: PulumiStack) -> None:
        stack.env["APIGW_CLIENT_CERT_NOW"] = f"{self.now:%Y-%m-%dT%H:%M:%SZ}"


class Scenario(Account):
    """An account, its API with the stages dev and prod, one clock for AWS and for us, and stacks on one backend."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        super().__init__(sandbox)
        self.folder = folder
        self.set_clocks(START)
        self.api = sandbox.console.create_rest_api("orders", stages=["dev", "prod"])
        sandbox.faults.hostile(seed=HOSTILE_SEED, kinds=SURVIVED)
        sandbox.faults.add(Fault(kind=FaultKind.CONFLICT, action="UpdateStage", calls=(1,)))

    def stack(  # noqa: PLR0913 - each is one thing in which stacks of a test differ
        self,
        name: str = "dev",
        *,
        program: str | None = None,
        folder: str = "",
        project: str = "rotation",
        config: dict[str, object] | None = None,
        backend: str = "backend",
    ) -> PulumiStack:
        """A new stack; without ``config`` it is the repository's program over both stages, publishing a file."""
        stack = PulumiStack(self.folder / (folder or name), name, self.folder / backend)
        stack.write_project(program, project)
        stack.init()
        stack.configure({"endpointUrl": self.sandbox.endpoint_url})
        stack.configure(self.default_config() if config is None else config)
        self.follow(stack)
        return stack

    def published(self, **how: Any) -> PulumiStack:
        """A stack on day 336, brought there by two runs: generation 2 is pending, the stages present generation 1."""
        stack = self.stack(**how)
        ok(stack.up())
        self.at(336)
        ok(stack.up())
        return stack

    def overlapping(self, **how: Any) -> PulumiStack:
        """The same stack a run later, on day 337: generation 2 is active and presented, generation 1 is previous."""
        stack = self.published(**how)
        self.at(337)
        ok(stack.up())
        return stack

    def client(self, service: str) -> Any:
        """A boto3 client for the test's own looks, as patient as everybody's: the account is hostile to it, too."""
        return patient_client(self.sandbox, service)

    def default_config(self) -> dict[str, object]:
        """Both stages, one published file of pins."""
        return {
            "name": "orders",
            "publish[0].file": "pins.txt",
            "publish[0].content": "sha256",
            **self.stage_config("dev"),
            **self.stage_config("prod"),
        }

    def stage_config(self, stage: str, key: str = "") -> dict[str, object]:
        """The configuration of one stage of the scene's API."""
        path = f"stages.{key or stage}"
        return {f"{path}.restApiId": self.api, f"{path}.stageName": stage}

    def at(self, day: float) -> None:
        """Set both clocks to so many days after the start."""
        self.set_clocks(START + timedelta(days=day))

    def day(self, day: float) -> str:
        """So many days after the start as state writes it: RFC 3339, to the second."""
        return f"{START + timedelta(days=day):%Y-%m-%dT%H:%M:%SZ}"

    def actions(self, since: int = 0) -> list[str]:
        """The same as action names."""
        return [entry.action for entry in self.changes(since)]


def patient_client(sandbox: Sandbox, service: str) -> Any:
    """A boto3 client with botocore's own retries."""
    return sandbox.client(service, config=Config(retries={"mode": "standard", "total_max_attempts": 8}, proxies={}))


@pytest.fixture
def scenario(tmp_path: Path) -> Iterator[Scenario]:
    """A fresh account and a fresh backend."""
    with Sandbox() as sandbox:
        yield Scenario(sandbox, tmp_path)


def ok(outcome: Outcome) -> str:
    """The output of a call that must succeed."""
    assert outcome.succeeded, outcome.output
    return outcome.output


def refused(outcome: Outcome) -> str:
    """The output of a call that must fail, as one line of words: the CLI wraps nothing, but tracebacks have many."""
    assert not outcome.succeeded, outcome.output
    return outcome.output


def quiet(stack: PulumiStack) -> None:
    """Nothing is due: a preview shows no change."""
    ok(stack.preview("--expect-no-changes"))


def certificate(stack: PulumiStack) -> dict[str, Any]:
    """What state says of the stack's only certificate."""
    return stack.outputs("RotatingClientCertificate")


def numbers(stack: PulumiStack) -> dict[int, str]:
    """The generations in state: number -> role."""
    return {int(one["number"]): one["role"] for one in certificate(stack)["generations"]}
