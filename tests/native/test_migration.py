"""Between the dynamic form and the plugin, there and back: the same certificate, no PATCH, nothing unbound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok
from tests.native.conftest import DYNAMIC, PROGRAM, imported, resource

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.native.conftest import NativeScenario

pytestmark = pytest.mark.e2e
ALL = ["RotatingClientCertificate", "TrustBundle", "StageBinding"]


def _become(stack: PulumiStack, program: str) -> None:
    (stack.folder / "__main__.py").write_text(program)


def _ours(stack: PulumiStack) -> list[dict[str, str]]:
    found = stack.export()["deployment"]["resources"]
    return [one for one in found if not one["type"].startswith("pulumi:")]


def _forms(stack: PulumiStack) -> set[str]:
    """The packages of our resources in state."""
    return {one["type"].partition(":")[0] for one in _ours(stack)}


def test_aliases_bring_all_three_resources_over_and_back(scenario: NativeScenario) -> None:
    """What was there is there afterwards, quiet, and goes on with its rotation."""
    stack = scenario.native(program=DYNAMIC, migrated=ALL)
    ok(stack.up())
    (certificate,) = scenario.ids()
    before = scenario.mark()
    for program, form in ((PROGRAM, "apigw-client-cert"), (DYNAMIC, "pulumi-python"), (PROGRAM, "apigw-client-cert")):
        _become(stack, program)
        ok(stack.up())
        assert _forms(stack) == {form}
        ok(stack.preview("--expect-no-changes"))
    assert scenario.changes(before) == []
    assert scenario.presented("dev") == scenario.presented("prod") == certificate

    scenario.at(336)
    ok(stack.up())
    assert len(scenario.ids()) == 2
    outputs = resource(stack, "orders")["outputs"]
    # The dynamic form's pickle stays until the first update, as an unchanged resource keeps its outputs.
    assert (outputs["clientCertificateId"], "__provider" in outputs) == (certificate, False)


def test_an_import_brings_them_over_and_an_adoption_back(scenario: NativeScenario) -> None:
    """In the middle of a rotation: the successor comes along, and so does what the file holds."""
    stack = scenario.native(program=DYNAMIC)
    for day in (0, 336):
        scenario.at(day)
        ok(stack.up())
    first, second = scenario.ids()
    published = (stack.folder / "pins.txt").read_text()
    before = scenario.mark()
    # Dependents first.
    for one in reversed(_ours(stack)):
        ok(stack.run("state", "delete", one["urn"], "--yes"))
    assert len(scenario.ids()) == 2

    stack.run("config", "set", "apigw-client-cert:endpointUrl", scenario.sandbox.endpoint_url, expect=0)
    stages = {stage: f"{scenario.api}/{stage}" for stage in ("dev", "prod")}
    stack.configure({"importCertificate": first, "importStages": stages})
    _become(stack, PROGRAM)
    shown = ok(stack.up())
    assert imported(shown) == 3
    for key in ("importCertificate", "importStages"):
        stack.unset(key)
    ok(stack.preview("--expect-no-changes"))
    assert _forms(stack) == {"apigw-client-cert"}
    assert resource(stack, "orders")["outputs"]["pendingClientCertificateId"] == second
    assert scenario.changes(before) == []

    stack.configure({"adoptClientCertificateId": first})
    _become(stack, DYNAMIC)
    ok(stack.up())
    stack.unset("adoptClientCertificateId")
    ok(stack.preview("--expect-no-changes"))
    assert _forms(stack) == {"pulumi-python"}
    assert stack.outputs("RotatingClientCertificate")["pendingClientCertificateId"] == second
    # The certificates are told whose they are now, and that is all.
    assert set(scenario.actions(before)) == {"TagResource"}
    assert scenario.ids() == [first, second]
    assert scenario.presented("dev") == scenario.presented("prod") == first
    assert (stack.folder / "pins.txt").read_text() == published
