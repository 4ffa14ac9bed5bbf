"""The component through Construct, on the real engine: for programs that have only the plugin."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.doubles.aws_shaped import issue_pem
from tests.e2e.conftest import START, ok, refused
from tests.native.conftest import resource
from tests.native.docs_blocks import committed, console

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.native.conftest import NativeScenario

pytestmark = pytest.mark.e2e
PROGRAM = (Path(__file__).parent / "programs" / "component.py").read_text()


def _given(scenario: NativeScenario, *stages: str) -> dict[str, Any]:
    return {
        "endpointUrl": scenario.sandbox.endpoint_url,
        "stages": {stage: {"restApiId": scenario.api, "stageName": stage} for stage in stages or ("dev", "prod")},
    }


def _children(stack: PulumiStack) -> list[str]:
    found = stack.export()["deployment"]["resources"]
    return [one["type"] for one in found if one.get("parent", "").endswith("ClientCertificateRotation::orders")]


def test_the_component_rotates_and_shows_what_is_due(scenario: NativeScenario) -> None:
    """Three kinds below it, by one provider; a step a run; a secret stays one; an empty account at the end.

    The preview of the activation is the one in docs/plugin.md.
    """
    pem, _key = issue_pem(START)
    given = {**_given(scenario), "description": "very-secret", "alsoTrust": [pem]}
    stack = scenario.native(program=PROGRAM, given=given, secretly=["description", "alsoTrust"])
    ok(stack.up())
    assert _children(stack) == [
        f"apigw-client-cert:index:{kind}"
        for kind in ("RotatingClientCertificate", "TrustBundle", *["StageBinding"] * 2)
    ]
    assert len([one for one in stack.export()["deployment"]["resources"] if one["type"].startswith("pulumi:pro")]) == 1
    for hidden in ("very-secret", pem.splitlines()[5]):
        assert hidden not in json.dumps(stack.export())
    ok(stack.preview("--expect-no-changes"))

    scenario.at(336)
    assert "this update generates generation 2" in ok(stack.preview())
    ok(stack.up())
    scenario.at(337)
    first, second = scenario.ids()
    names = {first: "a1b2c3", second: "d4e5f6", scenario.api: "k9l8m7n6o5"}
    text = console("pulumi preview", ok(stack.preview()), names)
    assert committed("preview", text) == text
    for day in (337, 338, 341):
        scenario.at(day)
        ok(stack.up("--refresh"))
    assert scenario.ids() == [second]
    assert scenario.presented("dev") == scenario.presented("prod") == second
    assert resource(stack, "orders-prod")["outputs"]["presentedClientCertificateId"] == second
    ok(stack.destroy())
    assert scenario.ids() == []


def test_many_components_are_constructed_at_the_same_time(scenario: NativeScenario) -> None:
    """Each in an event loop of its own; none takes another's children.

    One is another provider's, in whose process it is made; the last waits for what only AWS will say.
    """
    names = [f"orders{number}" for number in range(8)]
    given = _given(scenario)
    stages, given["stages"] = given["stages"], {}
    config = {"names": ",".join(names), "explicit": names[1], "chained": names[-1], "chainedStages": stages}
    stack = scenario.native(program=PROGRAM, **config, given=given)
    ok(stack.preview())
    ok(stack.up())
    certificates = {
        one["urn"].rpartition("::")[2]: one
        for one in stack.export()["deployment"]["resources"]
        if one["type"].endswith(":RotatingClientCertificate")
    }
    assert {name: one["parent"].rpartition("::")[2] for name, one in certificates.items()} == {
        one: one for one in names
    }
    assert len(scenario.ids()) == len(names) - 1
    (target,) = [one.stem for one in stack.folder.glob("*.txt") if not one.stem.startswith("orders")]
    assert target in scenario.ids()
    explicit = certificates[names[1]]
    assert "::explicit::" in explicit["provider"]
    assert (explicit["outputs"]["region"], explicit["outputs"]["overlap"]) == ("eu-west-1", "5d")
    assert explicit["customTimeouts"] == {"update": 77}


def test_a_bad_input_of_the_component_is_refused_before_anything_is_registered(scenario: NativeScenario) -> None:
    """Every one of them by name, with the remedy; and so is what only the wiring knows."""
    given = _given(scenario)
    stack = scenario.native(program=PROGRAM, given={**given, "rotateBefor": "60d", "stages": {"a": {"stageName": "x"}}})
    said = refused(stack.preview())
    assert "property rotateBefor with value '{60d}' has a problem" in said
    assert "did you mean rotateBefore" in said
    assert "stages['a'] has no API beside stageName" in said
    given["stages"]["twin"] = dict(given["stages"]["dev"])
    stack.configure({"given": given})
    assert "stages 'dev' and 'twin' are the same stage" in refused(stack.preview())
    assert scenario.sandbox.journal.calls() == ()


def test_a_child_that_is_refused_is_named_and_the_plugin_does_not_crash(scenario: NativeScenario) -> None:
    """The engine closes everything at once then; its words about plugins that exit too early must not come."""
    stack = scenario.native(program=PROGRAM, given={**_given(scenario), "rotateBefore": "2d"})
    said = refused(stack.preview())
    assert "property rotateBefore value {2d} has a problem" in said
    assert "exited prematurely" not in said


def test_the_python_component_becomes_the_plugins_and_back_and_nothing_moves(scenario: NativeScenario) -> None:
    """The children are known by their other type: same certificate, no PATCH, nothing issued or deleted."""
    stack = scenario.native(program=PROGRAM, host="dynamic", given=_given(scenario))
    ok(stack.up())
    (certificate,) = scenario.ids()
    before = scenario.mark()
    for host in ("plugin", "dynamic"):
        stack.configure({"host": host})
        ok(stack.up())
        assert scenario.changes(before) == []
        (kind,) = {one.partition(":")[0] for one in _children(stack)}
        assert kind == {"plugin": "apigw-client-cert", "dynamic": "pulumi-python"}[host]
        ok(stack.refresh())
        ok(stack.preview("--expect-no-changes"))
    scenario.at(336)
    ok(stack.up())
    assert scenario.presented("dev") == scenario.presented("prod") == certificate
    assert len(scenario.ids()) == 2
