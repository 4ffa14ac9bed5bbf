"""An account of the sandbox with stacks in it, their states as files, and the command asking it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tests.cli.exports import KINDS, PLUGIN, deployment
from tests.contract.whole_stack import WholeStack

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pytest

    from apigw_sandbox import Sandbox
    from tests.cli.conftest import Answer, Command


@dataclass
class Account:
    """Whoever has a stack here has a REST and a WebSocket stage of its own."""

    sandbox: Sandbox
    command: Command
    patch: pytest.MonkeyPatch
    folder: Path
    stages: dict[str, Sequence[dict[str, str]]] = field(default_factory=dict)

    def stack(self, project: str, *days: float, **inputs: dict[str, Any]) -> WholeStack:
        """A stack of this project that ran on these days."""
        hand = self.sandbox.console
        stages = self.stages[project] = [
            {"apiId": hand.create_rest_api(project, ["prod"]), "stageName": "prod"},
            {"apiId": hand.create_websocket_api(project, ["prod"]), "stageName": "prod", "apiKind": "WEBSOCKET"},
        ]
        published = {"type": "file", "path": str(self.folder / f"{project}.pem")}
        named = {"certificate": {"project": project, "stack": "prod", **inputs.get("certificate", {})}}
        made = WholeStack(self.sandbox, stages, [published], self.patch, {**inputs, **named})
        made.environment = replace(made.environment, token=lambda: f"rotation{project}")
        for day in days:
            made.at(day)
        return made

    def file(self, project: str, stack: WholeStack, **edited: Any) -> str:
        """Its state as a file, with some of the certificate's properties another hand's."""
        return self.command.file(exported(project, stack, **edited))

    def __call__(self, command: str, *arguments: str) -> Answer:
        """The command, as of the sandbox's time."""
        self.command.at(self.sandbox.clock.now())
        return self.command(command, *arguments, "--endpoint-url", self.sandbox.endpoint_url)

    def status(self, *arguments: str) -> Answer:
        """``status --live``."""
        return self("status", "--live", *arguments)

    def changing_calls(self, since: int) -> list[tuple[str, str]]:
        """What was changed over the API since then, or was tried to."""
        calls = self.sandbox.journal.calls(mutating=True, since=since)
        # The sandbox does not know Service Quotas, which are asked with a POST.
        return [(one.action, one.resource) for one in calls if one.service != "unknown"]


def exported(project: str, stack: WholeStack, **edited: Any) -> bytes:
    """What ``pulumi stack export`` prints of it."""
    resources = []
    for name, outputs in stack.states.items():
        kind = PLUGIN + KINDS.get(name, "StageBinding")
        resource_name = f"orders-{name.replace('/', '-')}"
        props = {**outputs, **(edited if name == "certificate" else {})}
        urn = f"urn:pulumi:prod::{project}::{kind}::{resource_name}"
        resources.append(
            {"urn": urn, "custom": True, "id": resource_name, "type": kind, "inputs": {}, "outputs": props}
        )
    return deployment(resources, written_at=stack.sandbox.clock.now(), stack="prod", project=project)
