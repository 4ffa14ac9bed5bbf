"""One run of the engine with several plugin processes: a stage that one of them binds is not cleared by another."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import e2e
from tests.e2e.conftest import ok
from tests.native.conftest import PROGRAM

if TYPE_CHECKING:
    from tests.native.conftest import NativeScene

pytestmark = pytest.mark.e2e
DYNAMIC = (Path(e2e.__path__[0]) / "programs" / "wired.py").read_text()


def test_a_binding_that_moves_to_an_explicit_provider_stays_bound(scene: NativeScene) -> None:
    """Under another name, without an alias and then with one; the predecessor goes in a process of its own (9)."""
    stack = scene.native(stages="prod")
    ok(stack.up())
    (certificate,) = scene.ids()
    before = scene.mark()
    stack.configure({"explicit": True, "prefix": "moved"})
    assert "StageBinding orders-prod deleted" in ok(stack.up())
    assert scene.presented("prod") == certificate
    stack.configure({"explicit": False, "prefix": "back", "formerBindings": "moved"})
    assert "StageBinding" not in ok(stack.up())
    assert scene.presented("prod") == certificate
    assert scene.changes(before) == []

    in_the_way = scene.folder / f"apigw-client-cert-{os.getuid()}"
    in_the_way.touch()
    stack.env["TMPDIR"] = str(scene.folder)
    shown = ok(stack.preview("--expect-no-changes"))
    assert (
        f"cannot tell each other which stages this run's bindings assert (something else is there: {in_the_way})"
        in shown
    )


def test_a_binding_that_changes_its_form_without_an_alias_stays_bound(scene: NativeScene) -> None:
    """There and back: the dynamic host and the plugin know what the other one asserts."""
    bindings = {"orders-prod": {"restApiId": scene.api, "stageName": "prod"}}
    known = ["RotatingClientCertificate", "TrustBundle"]
    stack = scene.native(program=DYNAMIC, bindings=bindings, stages="prod", migrated=known)
    ok(stack.up())
    (certificate,) = scene.ids()
    before = scene.mark()
    (stack.folder / "__main__.py").write_text(PROGRAM)
    assert "dynamic/apigw:StageBinding orders-prod deleted" in ok(stack.up())
    assert scene.presented("prod") == certificate
    aliased = DYNAMIC
    for kind, name in (("RotatingClientCertificate", "orders"), ("TrustBundle", "orders-trust")):
        alias = f"opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(type_='apigw-client-cert:index:{kind}')])"
        aliased = aliased.replace(f'{kind}(\n    "{name}",', f'{kind}(\n    "{name}",\n    {alias},')
        aliased = aliased.replace(f'{kind}("{name}",', f'{kind}("{name}", {alias},')
    (stack.folder / "__main__.py").write_text(aliased)
    assert "apigw-client-cert:index:StageBinding orders-prod deleted" in ok(stack.up())
    assert scene.presented("prod") == certificate
    assert scene.changes(before) == []
