"""A stack that manages the stage without ignore_changes, and unbinds it with each of its own updates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok

if TYPE_CHECKING:
    from tests.e2e.conftest import Scene

pytestmark = pytest.mark.e2e

UNBINDING = (Path(__file__).parent / "programs" / "unbinding_stage.py").read_text()


def test_a_stage_stack_that_unbinds_with_each_update_is_named_and_answered_each_time(scene: Scene) -> None:
    """The refresh says "unbound by another tool" and the remedy, the next update binds again; the rotation goes on."""
    stack = scene.stack()
    theirs = scene.stack(
        "platform", program=UNBINDING, project="platform", config={"restApiId": scene.api, "stageName": "prod"}
    )
    ok(stack.up())
    ok(theirs.up())
    for day in (336, 337):
        scene.at(day)
        ok(theirs.up("--refresh"))
        assert scene.presented("prod") is None
        assert scene.presented("dev") is not None
        said = ok(stack.refresh())
        assert f"stage {scene.api}/prod was unbound by another tool" in said
        assert 'ignore_changes=["clientCertificateId"]' in said
        ok(stack.up())
        assert scene.presented("prod") == stack.outputs("RotatingClientCertificate")["clientCertificateId"]
    assert scene.presented("dev") == scene.presented("prod") == scene.ids()[1]
