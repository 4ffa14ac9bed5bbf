"""A preview costs nothing: no call to AWS, and neither boto3 nor cryptography in memory (invariant 6)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from acceptance.import_audit import ImportAudit
from tests.e2e.conftest import ok, quiet

if TYPE_CHECKING:
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e


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
