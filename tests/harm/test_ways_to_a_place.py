"""Another way to the same stage, account or target changes nothing in AWS: a place is not the way to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.harm.conftest import STAGES, ok

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.harm.conftest import Scene

pytestmark = pytest.mark.e2e
# The day after the scene's start that is today (tests/harm/conftest.py).
TODAY = 355
TARGET = {"type": "file", "path": "trusted.pem", "content": "python"}


def _bindings(scene: Scene, *, prefix: str = "orders", **prod: Any) -> dict[str, Any]:
    """A binding for each stage; what is given is the production's."""
    every = {
        f"{prefix}-{stage}": {"certificate": "orders", "bundle": "orders-trust", **scene.place(stage)}
        for stage in STAGES
    }
    every[f"{prefix}-prod"] |= prod
    return every


def _parts(scene: Scene) -> PulumiStack:
    """Certificate, bundle and bindings one by one, after their first run."""
    stack = scene.stack(program="parts")
    stack.configure(
        {
            "certificates": {"orders": {}},
            "bundles": {"orders-trust": {"certificates": ["orders"], "targets": [TARGET]}},
            "bindings": _bindings(scene),
        }
    )
    ok(stack.up())
    return stack


def _elsewhere(scene: Scene) -> str:
    """The same endpoint under another name."""
    assert "127.0.0.1" in scene.sandbox.endpoint_url
    return scene.sandbox.endpoint_url.replace("127.0.0.1", "localhost")


def _changes_nothing_today(scene: Scene, stack: PulumiStack) -> None:
    """The same in one run, for an endpoint of the environment: a made-up clock acts on an argument's alone."""
    before, presented = scene.mark(), [scene.presented(stage) for stage in STAGES]
    del stack.env["APIGW_CLIENT_CERT_NOW"]
    with scene.traffic() as traffic:
        ok(stack.up())
        traffic.go_on()
    assert (scene.changes(before), traffic.failed()) == ([], [])
    assert [scene.presented(stage) for stage in STAGES] == presented


def _changes_nothing(scene: Scene, stack: PulumiStack, *flags: str) -> None:
    """A run, and another a day later, succeed without touching anything; the stages go on."""
    before, presented = scene.mark(), [scene.presented(stage) for stage in STAGES]
    with scene.traffic() as traffic:
        scene.at(5)
        outcome = stack.up(*flags)
        traffic.go_on()
        assert [(one.action, one.resource, one.patch) for one in scene.changes(before)] == [], outcome.output
        ok(outcome)
        ok(stack.preview("--expect-no-changes"))
        scene.at(6)
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert scene.changes(before) == []
    assert traffic.failed() == []
    assert [scene.presented(stage) for stage in STAGES] == presented


@pytest.mark.parametrize("refresh", [False, True], ids=["plain", "refresh"])
def test_the_endpoint_of_a_binding_changes(scene: Scene, *, refresh: bool) -> None:
    """As from the public endpoint to a VPC's."""
    stack = _parts(scene)
    stack.configure({"bindings": _bindings(scene, endpointUrl=_elsewhere(scene))})
    _changes_nothing(scene, stack, *["--refresh"] * refresh)


def test_a_renamed_binding_takes_its_endpoint_from_the_environment(scene: Scene) -> None:
    """Without an alias: the successor is made, then the predecessor goes, and knows the stage by another way."""
    scene.at(TODAY)
    stack = _parts(scene)
    stack.env["AWS_ENDPOINT_URL"] = scene.sandbox.endpoint_url
    bindings = _bindings(scene)
    bindings["orders-live"] = {**bindings.pop("orders-prod"), "endpointUrl": None}
    stack.configure({"bindings": bindings})
    _changes_nothing_today(scene, stack)


def test_a_renamed_binding_has_another_endpoint(scene: Scene) -> None:
    """The same by argument."""
    stack = _parts(scene)
    bindings = _bindings(scene)
    bindings["orders-live"] = {**bindings.pop("orders-prod"), "endpointUrl": _elsewhere(scene)}
    stack.configure({"bindings": bindings})
    _changes_nothing(scene, stack)


def test_a_renamed_binding_says_its_region(scene: Scene) -> None:
    """The one that the environment gave before."""
    stack = _parts(scene)
    bindings = _bindings(scene)
    bindings["orders-live"] = {**bindings.pop("orders-prod"), "region": scene.sandbox.environment["AWS_DEFAULT_REGION"]}
    stack.configure({"bindings": bindings})
    _changes_nothing(scene, stack)


@pytest.mark.parametrize("part", ["certificates", "bundles"])
def test_the_endpoint_of_one_other_part_changes(scene: Scene, part: str) -> None:
    """The certificate's, or the bundle's."""
    stack = _parts(scene)
    entry: dict[str, Any] = {"endpointUrl": _elsewhere(scene)}
    if part == "bundles":
        stack.configure({part: {"orders-trust": {"certificates": ["orders"], "targets": [TARGET], **entry}}})
    else:
        stack.configure({part: {"orders": entry}})
    _changes_nothing(scene, stack)


def test_the_endpoint_of_everything_changes(scene: Scene) -> None:
    """The component's ``endpointUrl``."""
    stack = scene.orders()
    ok(stack.up())
    scene.declare(stack, endpointUrl=_elsewhere(scene))
    _changes_nothing(scene, stack)


def test_the_endpoint_of_everything_goes_to_the_environment(scene: Scene) -> None:
    """The same by ``AWS_ENDPOINT_URL`` instead."""
    scene.at(TODAY)
    stack = scene.orders()
    ok(stack.up())
    stack.env["AWS_ENDPOINT_URL"] = scene.sandbox.endpoint_url
    scene.declare(stack, endpointUrl=None)
    _changes_nothing_today(scene, stack)
