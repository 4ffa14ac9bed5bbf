"""An account of the sandbox with stacks in it, their states as files, and the command asking it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from moto.moto_api._internal import mock_random

from apigw_client_cert.gateway.certificates import ROTATION_ID_TAG
from apigw_client_cert.lifecycle.ownership import INFORMATION
from tests.cli.exports import KINDS, PLUGIN, deployment
from tests.cli.scenarios import day
from tests.contract.whole_stack import START, WholeStack

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    import pytest

    from apigw_sandbox import Sandbox
    from tests.cli.conftest import Answer, Command

#: As of when the troubled account is looked at, and the days on which its stacks ran.
TROUBLED = day(339.25)
_RAN = {"audit": (290,), "billing": (300, 301), "orders": (0, 336, 337, 338, 339)}


@dataclass
class Account:
    """Whoever has a stack here has a REST and a WebSocket stage of its own."""

    sandbox: Sandbox
    command: Command
    patch: pytest.MonkeyPatch
    folder: Path
    start: datetime = START
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
        made = WholeStack(self.sandbox, stages, [published], self.patch, {**inputs, **named}, start=self.start)
        made.environment = replace(made.environment, token=lambda: f"rotation{project}")
        for number in days:
            made.at(number)
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


def troubled(account: Account) -> tuple[list[str], dict[str, str]]:
    """An account in which much was done by hand: what the golden outputs of ``--live`` show.

    Returns the states of three of its stacks, and a name for each id, of its length: the sandbox draws them. Its clock
    runs on, and has to be set again before each look.
    """
    account.start, hand = day(0), account.sandbox.console
    # Who presents a certificate comes in the order of the APIs' ids.
    mock_random.seed(0)
    stacks = {project: account.stack(project, *days) for project, days in _RAN.items()}
    unbound, switched = (one["apiId"] for one in account.stages["billing"])
    account.sandbox.clock.set(TROUBLED)
    ours = {ROTATION_ID_TAG: "rotationlost", INFORMATION["project"]: "old", INFORMATION["stack"]: "prod"}
    hand.generate_certificate(tags=ours, not_before=TROUBLED - timedelta(days=90))
    ends = hand.generate_certificate(tags={"ManagedBy": "terraform"}, validity=timedelta(days=9))
    theirs = hand.generate_certificate(validity=timedelta(days=200))
    gone = hand.generate_certificate()
    apis = [hand.create_rest_api("theirs", ["live", "test"]), hand.create_websocket_api("theirs", ["live"])]
    for api, stage, presented in ((0, "live", ends), (0, "test", gone), (1, "live", theirs)):
        hand.bind(apis[api], stage, presented)
    hand.bind(unbound, "prod", None)
    hand.bind(switched, "prod", theirs)
    certificates = [one.id for one in account.sandbox.certificates()]
    hand.delete_certificate(gone)
    hand.delete_certificate(stacks["audit"].states["certificate"]["clientCertificateId"])
    every_api = [*(one["apiId"] for stages in account.stages.values() for one in stages), *apis]
    names = {one: f"cert{number:02}" for number, one in enumerate(certificates, 1)}
    names |= {one: f"api{number:0{len(one) - 3}}" for number, one in enumerate(every_api, 1)}
    account.sandbox.clock.set(TROUBLED)
    return [account.file(project, stack) for project, stack in stacks.items()], names


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
