"""A wave that is red, or a rotation that is, keeps no other stage of the program from being looked after."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

import apigw_sandbox as sandbox
from acceptance.faulty_proxy import Fault, update_stage
from tests.harm.conftest import TRUSTED, ok, sha256

if TYPE_CHECKING:
    from acceptance.faulty_proxy import FaultyProxy
    from acceptance.pulumi_stack import Outcome, PulumiStack
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e
FOR_EVER = 999


def _waves(scenario: Scenario, proxy: FaultyProxy, **props: Any) -> dict[str, Any]:
    """Dev goes before prod."""
    return {
        "stages": None,
        "waves": [{"stages": {stage: scenario.place(stage)}} for stage in ("dev", "prod")],
        "endpointUrl": proxy.url,
        **props,
    }


def _red(scenario: Scenario, outcome: Outcome) -> None:
    """The run fails because of dev, and says why in few lines."""
    assert outcome.code != 0, outcome.output
    said = outcome.output.partition("Diagnostics:")[2].partition("Resources:")[0]
    assert re.search(rf"orders-dev: bind has failed in each run since .*{scenario.api}.*dev", said), outcome.output
    lines = [line for line in said.splitlines() if "error: " in line or "fails at its end" in line]
    assert len(lines) <= 6, outcome.output


def _moved(scenario: Scenario, proxy: FaultyProxy) -> tuple[PulumiStack, str, str]:
    """Half a day after both waves moved to the second certificate; from now on nobody may switch dev."""
    stack = scenario.orders(**_waves(scenario, proxy))
    ok(stack.up())
    scenario.at(336)
    ok(stack.up())
    scenario.at(337)
    ok(stack.up())
    first, second = scenario.ids()
    assert scenario.presented("dev") == scenario.presented("prod") == second
    proxy.fail(update_stage("dev"), Fault.DENY, FOR_EVER)
    scenario.at(337.5)
    return stack, first, second


def test_the_second_wave_is_rolled_back_by_pin(scenario: Scenario, proxy: FaultyProxy) -> None:
    """The first one cannot be, and says so in the same run."""
    stack, first, second = _moved(scenario, proxy)
    with scenario.traffic("prod") as traffic:
        scenario.reader.refuses = {sha256(scenario.pem(second))}
        scenario.declare(stack, **_waves(scenario, proxy, pinGeneration=1))
        _red(scenario, stack.up("--refresh"))
        known = traffic.go_on()
        assert scenario.presented("prod") == first
        _red(scenario, stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed(known) == []
    assert scenario.presented("dev") == second


def test_the_second_wave_is_bound_again(scenario: Scenario, proxy: FaultyProxy) -> None:
    """Another tool unbound both stages; once the first may be switched again the run is green."""
    stack, _first, second = _moved(scenario, proxy)
    with scenario.traffic("prod") as traffic:
        for stage in ("dev", "prod"):
            scenario.sandbox.console.bind(scenario.api, stage, None)
        _red(scenario, stack.up("--refresh"))
        known = traffic.go_on()
        assert (scenario.presented("dev"), scenario.presented("prod")) == (None, second)
        proxy.mend()
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed(known) == []
    assert scenario.presented("dev") == second


def test_the_second_wave_waits_for_the_first_until_its_last_days(scenario: Scenario, proxy: FaultyProxy) -> None:
    """The stage of the first is gone: it is red in each run, and the second moves before the expiry."""
    lives = {"rotateBefore": "40d", "activateBy": "20d"}
    stack = scenario.orders(**_waves(scenario, proxy, **lives))
    ok(stack.up())
    with scenario.traffic("prod") as traffic:
        scenario.at(326)
        ok(stack.up("--refresh"))
        first, second = scenario.ids()
        scenario.sandbox.console.delete_stage(scenario.api, "dev")
        for day, presented in ((327, first), (340, first), (346, second)):
            scenario.at(day)
            _red(scenario, stack.up("--refresh"))
            traffic.go_on()
            assert scenario.presented("prod") == presented
    assert traffic.failed() == []


def test_a_rotation_that_is_red_leaves_another_one_of_the_program_to_its_repairs(scenario: Scenario) -> None:
    """Both waves of the second are unbound while the first finds no room for a successor."""
    api = scenario.sandbox.console.create_rest_api("teams", ("eu", "us"), backend_url=scenario.reader.url, proxy=True)
    waves = [{"stages": {stage: {"restApiId": api, "stageName": stage}}} for stage in ("eu", "us")]
    stack = scenario.stack()
    orders = scenario.rotation(stages={"dev": scenario.place("dev")}, rotateBefore="40d")
    published = [{"type": "file", "path": f"teams-{TRUSTED}"}]
    teams = scenario.rotation(stages=None, waves=waves, publish=published, rotateBefore="15d")
    scenario.configure(stack, "rotations", {"orders": orders, "teams": teams})
    ok(stack.up())
    presented = scenario.sandbox.presented(api, "eu")
    assert presented == scenario.sandbox.presented(api, "us") is not None
    scenario.sandbox.change(certificate_quota=2)
    with scenario.traffic("dev") as traffic:
        scenario.at(326)
        for stage in ("eu", "us"):
            scenario.sandbox.console.bind(api, stage, None)
        outcome = stack.up("--refresh")
        traffic.go_on()
    assert traffic.failed() == []
    assert outcome.code != 0
    assert "orders: issue has failed in each run since" in outcome.output
    assert [scenario.sandbox.presented(api, stage) for stage in ("eu", "us")] == [presented, presented], outcome.output


@pytest.mark.parametrize("host", ["plugin"], indirect=True)
def test_a_component_that_is_red_leaves_one_of_another_process_to_its_repairs(
    scenario: Scenario, proxy: FaultyProxy
) -> None:
    """It has an explicit provider; the second wave of the other one comes when the first has long failed."""
    api = scenario.sandbox.console.create_rest_api("teams", ("eu", "us"), backend_url=scenario.reader.url, proxy=True)
    waves = [{"stages": {stage: {"restApiId": api, "stageName": stage}}} for stage in ("eu", "us")]
    stack = scenario.stack()
    orders = scenario.rotation(stages={"dev": scenario.place("dev")}, endpointUrl=proxy.url)
    published = [{"type": "file", "path": f"teams-{TRUSTED}"}]
    teams = scenario.rotation(stages=None, waves=waves, publish=published, provider="explicit")
    scenario.configure(stack, "rotations", {"orders": orders, "teams": teams})
    ok(stack.up())
    presented = scenario.sandbox.presented(api, "eu")
    assert presented == scenario.sandbox.presented(api, "us") is not None
    proxy.fail(update_stage("dev"), Fault.DENY, FOR_EVER)
    slow = sandbox.Fault(kind=sandbox.FaultKind.SLOW, action="UpdateStage", resource=f"{api}/eu", seconds=3)
    scenario.sandbox.faults.add(slow)
    for place in ((scenario.api, "dev"), (api, "eu"), (api, "us")):
        scenario.sandbox.console.bind(*place, None)
    outcome = stack.up("--refresh")
    assert [scenario.sandbox.presented(api, stage) for stage in ("eu", "us")] == [presented, presented], outcome.output
    _red(scenario, outcome)


def test_a_stage_name_that_does_not_exist_takes_nothing_from_the_one_before(scenario: Scenario) -> None:
    """The engine deletes what was replaced only in a run that succeeds, and then it is claimed again."""
    stack = scenario.orders()
    ok(stack.up())
    (first,) = scenario.ids()
    with scenario.traffic() as traffic:
        scenario.declare(stack, stages={"dev": scenario.place("dev"), "prod": scenario.place("ghost")})
        for _ in range(2):
            outcome = stack.up("--refresh")
            assert outcome.code != 0
            assert "has no stage 'ghost'" in outcome.output
            traffic.go_on()
            assert scenario.presented("prod") == first
        scenario.declare(stack)
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.presented("prod") == first
