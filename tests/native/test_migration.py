"""From the dynamic form to the plugin by aliases: the same certificate, and nothing moves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import e2e
from tests.e2e.conftest import ok
from tests.native.conftest import PROGRAM, resource

if TYPE_CHECKING:
    from tests.native.conftest import NativeScene

pytestmark = pytest.mark.e2e
ALL = ["RotatingClientCertificate", "TrustBundle", "StageBinding"]
DYNAMIC = (Path(e2e.__path__[0]) / "programs" / "wired.py").read_text()


def test_aliases_bring_all_three_resources_over(scene: NativeScene) -> None:
    """Nothing is issued, patched or deleted; what was there is there afterwards, and quiet."""
    bindings = {f"orders-{stage}": {"restApiId": scene.api, "stageName": stage} for stage in ("dev", "prod")}
    stack = scene.native(program=DYNAMIC, bindings=bindings, migrated=ALL)
    ok(stack.up())
    (certificate,) = scene.ids()
    before = scene.mark()
    (stack.folder / "__main__.py").write_text(PROGRAM)
    ok(stack.up())
    assert scene.changes(before) == []
    assert scene.presented("dev") == scene.presented("prod") == certificate
    assert not [one for one in stack.export()["deployment"]["resources"] if "dynamic" in one["type"]]
    ok(stack.preview("--expect-no-changes"))

    scene.at(336)
    ok(stack.up())
    assert len(scene.ids()) == 2
    outputs = resource(stack, "orders")["outputs"]
    # The dynamic form's pickle stays until the first update, as an unchanged resource keeps its outputs.
    assert (outputs["clientCertificateId"], "__provider" in outputs) == (certificate, False)
