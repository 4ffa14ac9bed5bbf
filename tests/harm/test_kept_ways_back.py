"""The only certificate that a backend accepts is there for as long as runs are red for its successor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from acceptance.faulty_proxy import Fault as ProxyFault
from acceptance.faulty_proxy import update_stage
from apigw_sandbox import Fault, FaultKind
from tests.harm.conftest import ok, sha256

if TYPE_CHECKING:
    from acceptance.faulty_proxy import FaultyProxy
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e

PARAMETER = "/orders/trust"


def test_a_way_back_is_denied_for_longer_than_the_overlap(scenario: Scenario, proxy: FaultyProxy) -> None:
    """When AWS allows it at last the stage goes back to what is still there."""
    probe = {"url": scenario.sandbox.invoke_url(scenario.api, "dev"), "interval": "1s", "attempts": 5}
    stack = scenario.orders(stages={"dev": {**scenario.place("dev"), "confirm": probe}}, endpointUrl=proxy.url)
    ok(stack.up())
    scenario.at(336)
    ok(stack.up("--refresh"))
    first, second = scenario.ids()
    scenario.reader.refuses = {sha256(scenario.pem(second))}
    proxy.fail(update_stage("dev"), ProxyFault.DENY, 99, after=update_stage("dev"))
    for day in (337, 338, 341, 344):
        scenario.at(day)
        outcome = stack.up("--refresh")
        assert not outcome.succeeded
        assert scenario.presented("dev") == second
        assert scenario.ids() == [first, second], outcome.output
    assert "kept for the way back of stage" in outcome.output
    proxy.mend()
    scenario.at(344.2)
    with scenario.traffic("dev") as traffic:
        assert not stack.up("--refresh").succeeded
        known = traffic.go_on()
        assert scenario.presented("dev") == first
        traffic.go_on()
    assert traffic.failed(known) == []


def test_a_target_that_holds_the_former_one_alone_cannot_be_written(scenario: Scenario) -> None:
    """A pin serves its readers in the run in which somebody says so, days after the overlap."""
    parameters = scenario.sandbox.client("ssm")

    def held() -> str:
        return str(parameters.get_parameter(Name=PARAMETER)["Parameter"]["Value"])

    place = [{"type": "ssm", "name": PARAMETER, "content": "python"}]
    stages = {"dev": scenario.place("dev")}
    stack = scenario.orders(stages=stages, publish=place)
    ok(stack.up())
    before = held()
    scenario.reader.read = held
    with scenario.traffic("dev") as traffic:
        for day in (336, 337):
            scenario.at(day)
            ok(stack.up("--refresh"))
            traffic.go_on()
        first, second = scenario.ids()
        assert scenario.presented("dev") == second
        assert traffic.failed() == []
        parameters.put_parameter(Name=PARAMETER, Value=before, Overwrite=True)
        denial = Fault(kind=FaultKind.ACCESS_DENIED, service="ssm", action="PutParameter", repeats=True)
        scenario.sandbox.faults.add(denial)
        for day in (338, 341, 344):
            scenario.at(day)
            outcome = stack.up("--refresh")
            assert not outcome.succeeded
            assert scenario.ids() == [first, second], outcome.output
        assert f"does not hold {second}" in outcome.output
        scenario.declare(stack, stages=stages, publish=place, pinGeneration=1)
        assert not stack.up("--refresh").succeeded
        known = traffic.go_on()
        assert scenario.presented("dev") == first
        traffic.go_on()
    assert traffic.failed(known) == []
