"""One run of the engine with several plugin processes: a stage that one of them binds is not cleared by another."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok
from tests.native.conftest import DYNAMIC, PROGRAM

if TYPE_CHECKING:
    from tests.native.conftest import NativeScenario

pytestmark = pytest.mark.e2e


def test_a_binding_that_moves_to_an_explicit_provider_stays_bound(scenario: NativeScenario) -> None:
    """Under another name, without an alias and then with one; the predecessor goes in a process of its own (9).

    Nothing of what a preview or an update has noted is left for a later run. Where nothing can be noted, it is said.
    """
    meeting = scenario.folder / f"apigw-client-cert-{os.getuid()}"
    stack = scenario.native(stages="prod")
    stack.env["TMPDIR"] = str(scenario.folder)
    # With the preview before it, which has processes of its own.
    ok(stack.run("up", "--yes", "--non-interactive"))
    (certificate,) = scenario.ids()
    before = scenario.mark()
    stack.configure({"explicit": True, "prefix": "moved"})
    assert "StageBinding orders-prod deleted" in ok(stack.up())
    assert scenario.presented("prod") == certificate
    stack.configure({"explicit": False, "prefix": "back", "formerBindings": "moved"})
    assert "StageBinding" not in ok(stack.up())
    assert scenario.presented("prod") == certificate
    assert scenario.changes(before) == []
    assert not meeting.exists()

    meeting.touch()
    shown = ok(stack.preview("--expect-no-changes"))
    assert f"which stages this run's bindings assert (something else is there: {meeting})" in shown


def test_a_binding_that_changes_its_form_without_an_alias_stays_bound(scenario: NativeScenario) -> None:
    """There and back: the dynamic host and the plugin know what the other one asserts (9)."""
    stack = scenario.native(program=DYNAMIC, stages="prod", migrated=["RotatingClientCertificate", "TrustBundle"])
    ok(stack.up())
    (certificate,) = scenario.ids()
    before = scenario.mark()
    for program, gone in ((PROGRAM, "pulumi-python:dynamic/apigw"), (DYNAMIC, "apigw-client-cert:index")):
        (stack.folder / "__main__.py").write_text(program)
        assert f"{gone}:StageBinding orders-prod deleted" in ok(stack.up())
        assert scenario.presented("prod") == certificate
    assert scenario.changes(before) == []
