"""The command over real stacks of a real backend: what the engine writes is what it reads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.conftest import ok, quiet
from tests.native.conftest import NativeScenario, scenario
from tools.toolchain import environment

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack

pytestmark = pytest.mark.e2e

__all__ = ["scenario"]

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "two-stacks"
CERTIFICATE_ALONE = """
import pulumi
from apigw_client_cert import Aws, RotatingClientCertificate

RotatingClientCertificate("orders", aws=Aws(endpoint_url=pulumi.Config().require("endpointUrl")))
"""
PROGRAM = "from apigw_client_cert.cli.program import main; main()"


def called(stack: PulumiStack, *arguments: str) -> tuple[int, Any]:
    """The command where this stack's backend is logged in to, as of its clock; far from any project's folder."""
    env = {**environment(stack.backend / "home", stack.backend), **stack.env}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], cwd="/", env=env, capture_output=True, text=True, check=False
    )
    assert done.stderr == "" or done.stderr.startswith(("unread: ", "deleted  ")), done.stderr
    return done.returncode, json.loads(done.stdout)


def two_stacks(scenario: NativeScenario) -> tuple[PulumiStack, PulumiStack]:
    """The platform's certificate, and a team's stage in a stack and a project of its own."""
    owner = scenario.stack(
        "prod",
        folder="certificates",
        project="certificates",
        program=(EXAMPLES / "certificates/__main__.py").read_text(),
        config={},
    )
    ok(owner.up())
    consumer = scenario.stack(
        "prod",
        folder="api",
        project="api",
        program=(EXAMPLES / "api/__main__.py").read_text(),
        config={"certificates": "organization/certificates/prod", "restApiId": scenario.api},
    )
    ok(consumer.up())
    return owner, consumer


def test_all_stacks_of_a_backend_with_one_that_follows_and_one_that_is_broken(scenario: NativeScenario) -> None:
    """Each due stack is in the matrix until it has run; one that is broken is a line, beside those that are named."""
    owner, consumer = two_stacks(scenario)
    code, told = called(owner, "status", "--all-stacks", "--json")
    (row,) = told["rotations"]
    (first,) = scenario.ids()
    assert (code, row["stack"], row["phase"], row["findings"]) == (0, "certificates/prod", "steady", [])
    assert [(one["stack"], one["stage"], one["presented"]) for one in row["stages"]] == [
        ("api/prod", f"{scenario.api}/prod", first)
    ]
    assert row["lastRun"] is not None

    for day in (336, 337):
        scenario.at(day)
        assert called(owner, "matrix", "--all-stacks")[1]["include"][0]["project"] == "certificates"
        ok(owner.up())
    _code, matrix = called(owner, "matrix", "--all-stacks")
    due = {entry["stack"]: entry["reasons"] for entry in matrix["include"]}
    assert due == {"organization/certificates/prod": "confirm", "organization/api/prod": "follow"}
    ok(consumer.up())
    ok(owner.up())
    code, told = called(owner, "status", "--all-stacks", "--json")
    assert (code, told["rotations"][0]["findings"]) == (0, [])
    assert [one["presented"] for one in told["rotations"][0]["stages"]] == [scenario.ids()[1]]

    (broken,) = (consumer.backend / ".pulumi" / "stacks" / "api").glob("prod.json")
    broken.write_text(broken.read_text()[:-40])
    code, told = called(
        owner, "status", "--stack", "organization/api/prod", "--stack", "organization/certificates/prod", "--json"
    )
    assert code == 4
    assert [one["stack"] for one in told["unread"]] == ["api/prod"]
    assert [row["stack"] for row in told["rotations"]] == ["certificates/prod"]
    code, told = called(owner, "status", "--all-stacks", "--json")
    assert (code, told["rotations"], [one["stack"] for one in told["unread"]]) == (4, [], ["pulumi stack ls"])
    assert "narrow it with --project" in told["unread"][0]["why"]
    code, told = called(owner, "status", "--all-stacks", "--project", "certificates", "--json")
    assert (code, [row["stack"] for row in told["rotations"]]) == (0, ["certificates/prod"])


def test_the_plugin_s_state_a_checkpoint_and_a_secret_are_read(scenario: NativeScenario) -> None:
    """What the engine keeps encrypted says so; with --show-secrets it is read."""
    stack, name = scenario.native(), "organization/rotation/dev"
    ok(stack.up())
    code, told = called(stack, "status", "--stack", name, "--json")
    assert (code, told["unread"], told["rotations"][0]["findings"]) == (0, [], [])
    (checkpoint,) = (stack.backend / ".pulumi" / "stacks" / "rotation").glob("dev.json")
    assert called(stack, "status", str(checkpoint), "--json")[1]["rotations"] == told["rotations"]
    stack.configure({"secretly": '["generations"]'})
    ok(stack.up())
    code, told = called(stack, "status", "--stack", name, "--json")
    assert (code, len(told["rotations"])) == (4, 1)
    assert "orders-trust: rotations is encrypted in this state" in told["unread"][0]["why"]
    plain = stack.folder / "plain.json"
    plain.write_text(stack.run("stack", "export", "--show-secrets", expect=0).output)
    assert called(stack, "status", str(plain), "--json")[0] == 0


def test_what_a_stack_has_left_that_the_backend_has_lost_is_swept(scenario: NativeScenario) -> None:
    """``pulumi stack rm --force`` leaves it in AWS; what a state names is kept (invariant 4)."""
    stack = scenario.stack()
    ok(stack.up())
    lost = scenario.stack("prod", folder="lost", project="lost", program=CERTIFICATE_ALONE, config={})
    ok(lost.up())
    kept, orphan = scenario.ids()
    scenario.at(2)
    since = scenario.mark()
    sweep = ("sweep", "--all-stacks", "--json", "--endpoint-url", scenario.sandbox.endpoint_url)

    def verdicts(code: int, told: dict[str, Any]) -> tuple[int, dict[str, str]]:
        assert (told["refused"], told["unread"]) == ([], [])
        return code, {one["id"]: one["verdict"] for one in told["certificates"]}

    assert verdicts(*called(stack, *sweep)) == (0, {kept: "keep", orphan: "keep"})
    lost.run("stack", "rm", "--force", "--yes", expect=0)
    assert verdicts(*called(stack, *sweep)) == (2, {kept: "keep", orphan: "delete"})
    assert scenario.actions(since) == []
    assert verdicts(*called(stack, *sweep, "--apply")) == (0, {kept: "keep", orphan: "deleted"})
    assert (scenario.actions(since), scenario.ids()) == (["DeleteClientCertificate"], [kept])
    assert [scenario.presented(stage) for stage in ("dev", "prod")] == [kept, kept]
    quiet(stack)
