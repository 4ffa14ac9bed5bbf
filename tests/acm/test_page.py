"""docs/acm.md from top to bottom: its own commands in its own order, the real engine, a backend over TLS."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from acceptance.pulumi_stack import PulumiStack
from apigw_sandbox.clock import wall_now
from tests.acm import page
from tests.acm.conftest import Callers, Shell

if TYPE_CHECKING:
    from pathlib import Path

    from apigw_sandbox import Sandbox
    from tests.acm.conftest import PrivateCa
    from tests.sandbox.data_plane.backend import Backend

pytestmark = pytest.mark.e2e
NOTHING = "import pulumi\n"


@dataclass
class Reader:
    """Whoever follows the page, with a program over one stage and a backend that reads the published bundle."""

    stack: PulumiStack
    shell: Shell
    backend: Backend
    stage: dict[str, object]

    def follow(self, commands: list[str]) -> str:
        """Each command in turn; returns what ``pulumi`` said."""
        said = ""
        for command in commands:
            if command.startswith("pulumi up"):
                outcome = self.stack.up(*command.split()[2:])
                assert outcome.succeeded, outcome.output
                said += outcome.output
            else:
                self.shell.run(command)
        return said

    def reload(self) -> str:
        """The backend reads what is published."""
        published = (self.stack.folder / "trusted.pem").read_text()
        self.backend.trust((published,))
        return published


@pytest.fixture
def reader(sandbox: Sandbox, backend: Backend, tmp_path: Path) -> Reader:
    """A stack whose only stage presents its first certificate."""
    api = sandbox.console.create_rest_api("orders", ["prod"], backend_url=backend.url, proxy=True)
    stack = PulumiStack(tmp_path / "stack", "prod", tmp_path / "backend")
    stack.write_project()
    stack.init()
    stage: dict[str, object] = {"stages.prod.restApiId": api, "stages.prod.stageName": "prod"}
    target = {"publish[0].file": "trusted.pem", "publish[0].content": "python"}
    stack.configure({"endpointUrl": sandbox.endpoint_url, "name": "orders", **target, **stage})
    made = Reader(stack, Shell(tmp_path, dict(sandbox.environment)), backend, stage)
    made.follow(["pulumi up"])
    made.reload()
    made.shell.set(API=api, CA="arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/orders")
    return made


def test_the_page_leads_to_acm_and_back_without_a_failed_call(reader: Reader, sandbox: Sandbox, ca: PrivateCa) -> None:
    """Under calls without pause; and between the steps everything is as the page says."""
    api = str(reader.stage["stages.prod.restApiId"])
    (first,) = sandbox.certificates()
    with Callers(sandbox.invoke_url(api, "prod")) as callers:
        callers.go_on()
        _to_acm(reader, sandbox, ca, callers)
        assert sandbox.certificates() == ()
        _back(reader, sandbox, ca, callers)
    assert (callers.failed, callers.statuses.total() > 300) == (0, True)
    (second,) = sandbox.certificates()
    assert sandbox.presented(api, "prod") == second.id != first.id


def _to_acm(reader: Reader, sandbox: Sandbox, ca: PrivateCa, callers: Callers) -> None:
    stack, shell, api = reader.stack, reader.shell, str(reader.stage["stages.prod.restApiId"])
    obtain, trust, trial, move, leave, withdraw = page.steps("To ACM")
    arn = ca.issue()
    shell.answers(
        RequestCertificate={"CertificateArn": arn},
        DescribeCertificate={"Certificate": {"Status": "ISSUED"}},
        GetCertificateAuthorityCertificate={"Certificate": ca.pem},
    )
    reader.follow(obtain)
    root = (shell.folder / "acm-ca.pem").read_text()
    assert root.strip() == ca.pem.strip()

    stack.configure({"alsoTrust[0]": root})
    reader.follow(trust)
    assert reader.reload().count("BEGIN CERTIFICATE") == 2
    callers.go_on()

    reader.follow(trial)
    assert [str(stage) for stage in sandbox.stages()] == [f"{api}/prod"]

    reader.follow(move)
    callers.go_on()
    assert sandbox.presented(api, "prod") == arn
    undo = move[-1].replace("value=$ARN", "value=$OLD")
    for command, presented in ((undo, shell.value("OLD")), (move[-1], arn)):
        reader.follow([command])
        callers.go_on()
        assert sandbox.presented(api, "prod") == presented

    early = stack.up("--refresh")
    assert not early.succeeded
    assert f"Stage {api}/prod presents the ACM certificate {arn}" in early.output
    stack.unset("stages.prod")
    reader.follow(leave)
    callers.go_on()
    assert sandbox.presented(api, "prod") == arn

    reader.backend.trust((root,))
    callers.go_on()
    stack.write_project(NOTHING)
    reader.follow(withdraw)
    callers.go_on()
    ca.issue()
    callers.go_on()


def _back(reader: Reader, sandbox: Sandbox, ca: PrivateCa, callers: Callers) -> None:
    stack, api = reader.stack, str(reader.stage["stages.prod.restApiId"])
    declare, move, withdraw = page.steps("Back")
    stack.write_project()
    settings: dict[str, Any] = {**reader.stage, "takeOver": True, "alsoTrust[0]": ca.pem}
    stack.configure(settings)
    assert f"stage {api}/prod keeps the ACM certificate {ca.arn} until " in reader.follow(declare)
    assert reader.reload().count("BEGIN CERTIFICATE") == 2
    callers.go_on()
    assert sandbox.presented(api, "prod") == ca.arn

    stack.env["APIGW_CLIENT_CERT_NOW"] = f"{wall_now() + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    reader.follow(move)
    callers.go_on()
    assert sandbox.presented(api, "prod") != ca.arn

    stack.unset("takeOver")
    stack.unset("alsoTrust")
    reader.follow(withdraw)
    assert reader.reload().count("BEGIN CERTIFICATE") == 1
    callers.go_on()
