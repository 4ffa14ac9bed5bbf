"""Another way to the same stage, account or target changes nothing in AWS: a place is not the way to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.harm.conftest import STAGES, ok

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e
# The day after the scene's start that is today (tests/harm/conftest.py).
TODAY = 355
TARGET = {"type": "file", "path": "trusted.pem", "content": "python"}


def _bindings(scenario: Scenario, *, prefix: str = "orders", **prod: Any) -> dict[str, Any]:
    """A binding for each stage; what is given is the production's."""
    every = {
        f"{prefix}-{stage}": {"certificate": "orders", "bundle": "orders-trust", **scenario.place(stage)}
        for stage in STAGES
    }
    every[f"{prefix}-prod"] |= prod
    return every


def _parts(scenario: Scenario) -> PulumiStack:
    """Certificate, bundle and bindings one by one, after their first run."""
    stack = scenario.stack(program="parts")
    stack.configure(
        {
            "certificates": {"orders": {}},
            "bundles": {"orders-trust": {"certificates": ["orders"], "targets": [TARGET]}},
            "bindings": _bindings(scenario),
        }
    )
    ok(stack.up())
    return stack


def _elsewhere(scenario: Scenario) -> str:
    """The same endpoint under another name."""
    assert "127.0.0.1" in scenario.sandbox.endpoint_url
    return scenario.sandbox.endpoint_url.replace("127.0.0.1", "localhost")


def _changes_nothing_today(scenario: Scenario, stack: PulumiStack) -> None:
    """The same in one run, for an endpoint of the environment: a made-up clock acts on an argument's alone."""
    before, presented = scenario.mark(), [scenario.presented(stage) for stage in STAGES]
    del stack.env["APIGW_CLIENT_CERT_NOW"]
    with scenario.traffic() as traffic:
        ok(stack.up())
        traffic.go_on()
    assert (scenario.changes(before), traffic.failed()) == ([], [])
    assert [scenario.presented(stage) for stage in STAGES] == presented


def _changes_nothing(scenario: Scenario, stack: PulumiStack, *flags: str) -> None:
    """A run, and another a day later, succeed without touching anything; the stages go on."""
    before, presented = scenario.mark(), [scenario.presented(stage) for stage in STAGES]
    with scenario.traffic() as traffic:
        scenario.at(5)
        outcome = stack.up(*flags)
        traffic.go_on()
        assert [(one.action, one.resource, one.patch) for one in scenario.changes(before)] == [], outcome.output
        ok(outcome)
        ok(stack.preview("--expect-no-changes"))
        scenario.at(6)
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert scenario.changes(before) == []
    assert traffic.failed() == []
    assert [scenario.presented(stage) for stage in STAGES] == presented


@pytest.mark.parametrize("refresh", [False, True], ids=["plain", "refresh"])
def test_the_endpoint_of_a_binding_changes(scenario: Scenario, *, refresh: bool) -> None:
    """As from the public endpoint to a VPC's."""
    stack = _parts(scenario)
    stack.configure({"bindings": _bindings(scenario, endpointUrl=_elsewhere(scenario))})
    _changes_nothing(scenario, stack, *["--refresh"] * refresh)


def test_a_renamed_binding_takes_its_endpoint_from_the_environment(scenario: Scenario) -> None:
    """Without an alias: the successor is made, then the predecessor goes, and knows the stage by another way."""
    scenario.at(TODAY)
    stack = _parts(scenario)
    stack.env["AWS_ENDPOINT_URL"] = scenario.sandbox.endpoint_url
    bindings = _bindings(scenario)
    bindings["orders-live"] = {**bindings.pop("orders-prod"), "endpointUrl": None}
    stack.configure({"bindings": bindings})
    _changes_nothing_today(scenario, stack)


def test_a_renamed_binding_has_another_endpoint(scenario: Scenario) -> None:
    """The same by argument."""
    stack = _parts(scenario)
    bindings = _bindings(scenario)
    bindings["orders-live"] = {**bindings.pop("orders-prod"), "endpointUrl": _elsewhere(scenario)}
    stack.configure({"bindings": bindings})
    _changes_nothing(scenario, stack)


def test_a_renamed_binding_says_its_region(scenario: Scenario) -> None:
    """The one that the environment gave before."""
    stack = _parts(scenario)
    bindings = _bindings(scenario)
    bindings["orders-live"] = {
        **bindings.pop("orders-prod"),
        "region": scenario.sandbox.environment["AWS_DEFAULT_REGION"],
    }
    stack.configure({"bindings": bindings})
    _changes_nothing(scenario, stack)


@pytest.mark.parametrize("part", ["certificates", "bundles"])
def test_the_endpoint_of_one_other_part_changes(scenario: Scenario, part: str) -> None:
    """The certificate's, or the bundle's."""
    stack = _parts(scenario)
    entry: dict[str, Any] = {"endpointUrl": _elsewhere(scenario)}
    if part == "bundles":
        stack.configure({part: {"orders-trust": {"certificates": ["orders"], "targets": [TARGET], **entry}}})
    else:
        stack.configure({part: {"orders": entry}})
    _changes_nothing(scenario, stack)


def test_the_endpoint_of_everything_changes(scenario: Scenario) -> None:
    """The component's ``endpointUrl``."""
    stack = scenario.orders()
    ok(stack.up())
    scenario.declare(stack, endpointUrl=_elsewhere(scenario))
    _changes_nothing(scenario, stack)


def test_the_endpoint_of_everything_goes_to_the_environment(scenario: Scenario) -> None:
    """The same by ``AWS_ENDPOINT_URL`` instead."""
    scenario.at(TODAY)
    stack = scenario.orders()
    ok(stack.up())
    stack.env["AWS_ENDPOINT_URL"] = scenario.sandbox.endpoint_url
    scenario.declare(stack, endpointUrl=None)
    _changes_nothing_today(scenario, stack)
