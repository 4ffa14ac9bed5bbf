"""One stack of the repository's own program on the real CLI, both targets and two stages, beside a sandbox."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

from acceptance.crash_matrix.completion import Shape, orphans, shape_of
from acceptance.crash_matrix.stack_state import StackState
from acceptance.model.record import Run
from acceptance.pulumi_stack import PulumiStack

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.model.cloud import Cloud
    from acceptance.model.oracle import Oracle
    from acceptance.model.seen import Snapshot
    from acceptance.pulumi_stack import Outcome

PROJECT, STACK, PARAMETER = "rotation", "orders", "/orders/trust"
STAGES = ("dev", "prod")
LEAD, ACTIVATE_BY = timedelta(hours=24), timedelta(days=3)
"""The program's defaults, which its configuration leaves alone (README)."""

# The summary of a CLI call: "    ~ 2 updated" beside "    4 unchanged".
_CHANGED = re.compile(r"^ +[+~-]+ \d+ \w+", re.MULTILINE)
# What a run of the CLI may change; PULUMI_HOME beside them holds nothing of a stack.
_PARTS = ("project", "backend/.pulumi")


class RealStack:
    """An initialised stack in a folder, and the API whose stages it binds."""

    def __init__(self, cloud: Cloud, folder: Path) -> None:
        self._cloud = cloud
        self._folder = folder
        self.api = cloud.sandbox.console.create_rest_api("orders", stages=list(STAGES))
        file = folder / "project" / "pins.txt"
        self.targets = (f"file {file}", f"ssm {PARAMETER}")
        self._stack = PulumiStack(folder / "project", STACK, folder / "backend")
        self._stack.write_project(project=PROJECT)
        self._stack.init()
        for stage in STAGES:
            self._stack.configure({f"stages.{stage}.restApiId": self.api, f"stages.{stage}.stageName": stage})
        target = {"publish[0].file": str(file), "publish[0].content": "sha256", "publish[1].ssm": PARAMETER}
        self._stack.configure({"name": "orders", "endpointUrl": cloud.sandbox.endpoint_url, **target})

    def call(self, flags: tuple[str, ...], oracle: Oracle, *, clean: bool) -> Outcome:
        """``pulumi`` with the command ``up`` or ``destroy`` and its flags, at the sandbox's time; judged."""
        self._stack.env["APIGW_CLIENT_CERT_NOW"] = f"{self._cloud.now():%Y-%m-%dT%H:%M:%SZ}"
        before, told = self.seen(), self.state()
        command, *more = flags
        outcome = (self._stack.destroy if command == "destroy" else self._stack.up)(*more)
        after, state = self.seen(), self.state()
        run = Run(
            stack=STACK,
            kind=command,
            refreshed="--refresh" in more,
            green=outcome.succeeded,
            clean=clean,
            lead=LEAD,
            activate_by=ACTIVATE_BY,
            killed=False,
            take_over=False,
            takes_targets=False,
            keeps=False,
            asserted=frozenset(f"{self.api}/{one}" for one in STAGES),
            bound=told.bound,
            targets=self.targets,
            written=told.written,
            adopts=None,
            listed=(told.listed, state.listed),
            active=(told.active, state.active),
            trusted_too=frozenset(),
            phase=state.phase,
        )
        oracle.judge(run, before, self._cloud.calls(before.mark), after)
        return outcome

    def at_rest(self, command: str, outcome: Outcome) -> bool:
        """Whether a call of the CLI found nothing to do, or left nothing to destroy."""
        done = self.state().empty if command == "destroy" else not _CHANGED.search(outcome.output)
        return outcome.succeeded and done

    def state(self) -> StackState:
        """The state now."""
        return StackState(self._folder / "backend", PROJECT, STACK)

    def seen(self) -> Snapshot:
        """The account and the targets now."""
        return self._cloud.snapshot(self.targets)

    def shape(self, oracle: Oracle) -> Shape:
        """Their shape."""
        return shape_of(self.seen(), oracle.record.known, self.state().generations)

    def orphans(self) -> list[str]:
        """Certificates of this stack that are in no state."""
        return orphans(self._cloud.calls(0), self.seen(), self.state().listed)

    def keep(self, folder: Path) -> None:
        """Copy project and state there."""
        for part in _PARTS:
            shutil.copytree(self._folder / part, folder / part)

    def go_back(self, folder: Path) -> None:
        """Project and state as they were kept."""
        for part in _PARTS:
            shutil.rmtree(self._folder / part)
            shutil.copytree(folder / part, self._folder / part)
