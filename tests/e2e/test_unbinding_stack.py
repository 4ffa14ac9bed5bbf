"""A stack that manages the stage without ignore_changes, and unbinds it with each of its own updates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok

if TYPE_CHECKING:
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e

UNBINDING = (Path(__file__).parent / "programs" / "unbinding_stage.py").read_text()


def test_a_stage_stack_that_unbinds_with_each_update_is_named_and_answered_each_time(scenario: Scenario) -> None:
    """The refresh says "unbound by another tool" and the remedy, the next update binds again; the rotation goes on."""
    stack = scenario.stack()
    theirs = scenario.stack(
        "platform", program=UNBINDING, project="platform", config={"restApiId": scenario.api, "stageName": "prod"}
    )
    ok(stack.up())
    ok(theirs.up())
    for day in (336, 337):
        scenario.at(day)
        ok(theirs.up("--refresh"))
        assert scenario.presented("prod") is None
        assert scenario.presented("dev") is not None
        said = ok(stack.refresh())
        assert f"stage {scenario.api}/prod was unbound by another tool" in said
        assert 'ignore_changes=["clientCertificateId"]' in said
        ok(stack.up())
        assert scenario.presented("prod") == stack.outputs("RotatingClientCertificate")["clientCertificateId"]
    assert scenario.presented("dev") == scenario.presented("prod") == scenario.ids()[1]
