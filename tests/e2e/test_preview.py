"""A preview costs nothing: no call to AWS, and neither boto3 nor cryptography in memory (invariant 6)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok, quiet

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e

# Runs at the start of every Python process of the CLI: the program's and the plugin's. Written as it happens, because
# the engine kills the plugin at the end. The command line tells them apart.
AUDIT = """
import os, sys

WATCHED = {"boto3", "botocore", "cryptography", "apigw_client_cert"}

def note(event, arguments):
    package = arguments[0].partition(".")[0] if event == "import" else ""
    if package in WATCHED:
        with open(os.environ["IMPORTS_SEEN"], "a") as file:
            file.write(f"{' '.join(sys.orig_argv)}\\t{package}\\n")

sys.addaudithook(note)
"""


class ImportAudit:
    """Which of the packages in question the processes of a stack's CLI calls import."""

    def __init__(self, stack: PulumiStack, folder: Path) -> None:
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(AUDIT)
        self._seen = folder / "seen.txt"
        self._seen.touch()
        stack.env.update({"PYTHONPATH": str(folder), "IMPORTS_SEEN": str(self._seen)})

    def taken(self) -> tuple[set[str], set[str]]:
        """(what the plugin imported, what the program imported) since the last time."""
        plugin: set[str] = set()
        program: set[str] = set()
        for line in self._seen.read_text().splitlines():
            command, _, package = line.partition("\t")
            (plugin if "pulumi.dynamic" in command else program).add(package)
        self._seen.write_text("")
        return plugin, program


def test_a_preview_with_nothing_due_loads_neither_boto3_nor_cryptography(scenario: Scenario, tmp_path: Path) -> None:
    """In the plugin and in the program; a preview with a step due makes no call either."""
    stack = scenario.stack()
    audit = ImportAudit(stack, tmp_path / "audit")
    ok(stack.up())
    assert audit.taken()[0] == {"apigw_client_cert", "boto3", "botocore", "cryptography"}

    before = scenario.mark()
    scenario.at(100)
    quiet(stack)
    assert audit.taken() == ({"apigw_client_cert"}, {"apigw_client_cert"})

    scenario.at(336)
    said = ok(stack.preview())
    assert "this update generates generation 2 and publishes it" in said
    assert audit.taken() == ({"apigw_client_cert"}, {"apigw_client_cert"})
    assert scenario.sandbox.journal.calls(since=before) == ()


UNSET = """
pulumi.export("pending", rotation.certificate.pending_client_certificate_id)
pulumi.export("failed", rotation.certificate.failed_step)
pulumi.export("waiting", rotation.bindings["dev"].waiting_until)
"""


def test_an_unset_output_is_not_unknown_at_a_preview_that_shows_no_change(scenario: Scenario) -> None:
    """The SDK calls unknown what state does not have; what a step that is due will set stays unknown."""
    program = (Path(__file__).parent / "programs" / "component.py").read_text() + UNSET
    stack = scenario.stack(program=program, config={"name": "orders", **scenario.stage_config("dev")})
    ok(stack.up())
    scenario.at(100)
    assert "[unknown]" not in ok(stack.preview("--expect-no-changes"))
    scenario.at(336)
    assert re.search(r"pending *: *\[unknown\]", ok(stack.preview()))
    ok(stack.up())
    found = json.loads(stack.run("stack", "output", "--json", expect=0).output)
    assert found["pending"] == scenario.ids()[1]
    assert {"failed", "waiting"}.isdisjoint(found)
    assert "[unknown]" not in ok(stack.preview("--expect-no-changes"))
