"""A step that cannot be taken keeps no stage and no target from being looked after, and no run is green."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from acceptance import faulty_proxy
from acceptance.faulty_proxy import update_stage
from apigw_sandbox import Fault, FaultKind
from tests.harm.conftest import TRUSTED, ok, refused

if TYPE_CHECKING:
    from acceptance.faulty_proxy import FaultyProxy
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("why", ["quota", "denied"])
def test_a_stage_and_a_target_are_mended_while_no_successor_can_be_had(scenario: Scenario, why: str) -> None:
    """For a month: each run is red, says so, and leaves both stages bound to what the file holds."""
    stack = scenario.orders()
    ok(stack.up())
    (first,) = scenario.ids()
    if why == "quota":
        scenario.sandbox.change(certificate_quota=1)
    else:
        scenario.sandbox.faults.add(
            Fault(kind=FaultKind.ACCESS_DENIED, action="GenerateClientCertificate", repeats=True)
        )
    with scenario.traffic() as traffic:
        scenario.at(336)
        assert stack.up("--refresh").code != 0
        scenario.sandbox.console.bind(scenario.api, "dev", None)
        scenario.edit("")
        scenario.at(337)
        red = stack.up("--refresh")
        known = traffic.go_on()
        assert red.code != 0
        assert "issue has failed in each run since" in red.output
        assert scenario.held() == [first]
        assert scenario.presented("dev") == scenario.presented("prod") == first
        scenario.sandbox.change(certificate_quota=60)
        scenario.sandbox.faults.clear()
        scenario.at(338)
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed(known) == []
    assert len(scenario.ids()) == 2


def test_what_was_removed_from_the_program_makes_room_by_the_command_that_the_error_names(scenario: Scenario) -> None:
    """A red run deletes nothing, so what would make room for the successor is never deleted by itself."""
    stack = scenario.stack()
    orders = scenario.rotation(stages={"dev": scenario.place("dev")})
    legacy = scenario.rotation(stages={}, publish=[{"type": "file", "path": "legacy.pem", "content": "python"}])
    scenario.configure(stack, "rotations", {"orders": orders, "legacy": legacy})
    ok(stack.up())
    scenario.sandbox.change(certificate_quota=2)
    scenario.configure(stack, "rotations", {"orders": orders})
    with scenario.traffic("dev") as traffic:
        scenario.at(336)
        red = stack.up("--refresh")
        assert red.code != 0
        assert "pulumi destroy --target" in red.output, red.output
        unwanted = scenario.urn(stack, "RotatingClientCertificate", "legacy")
        ok(stack.destroy("--target", unwanted, "--target-dependents"))
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.presented("dev") in scenario.ids()
    assert len(scenario.ids()) == 2


@pytest.mark.parametrize("host", ["dynamic"])
def test_what_resources_of_the_users_own_publish_is_mended_while_no_successor_can_be_had(scenario: Scenario) -> None:
    """One after the other: the second is declared early and registered late."""
    stack = scenario.stack(program="parts")
    scenario.configure(stack, "certificates", {"orders": {}})
    scenario.configure(stack, "push", "orders")
    scenario.configure(stack, "pushTo", "first.pem")
    scenario.configure(stack, "pushOn", TRUSTED)
    ok(stack.up())
    (first,) = scenario.ids()
    assert scenario.held() == [first]
    scenario.sandbox.change(certificate_quota=1)
    scenario.at(336)
    scenario.edit("")
    red = stack.up("--refresh")
    assert scenario.held() == [first], red.output
    assert red.code != 0
    assert "issue has failed in each run since" in red.output


def test_what_an_earlier_run_could_not_do_holds_up_no_destroy_that_runs_the_program(
    scenario: Scenario, proxy: FaultyProxy
) -> None:
    """Which updates nothing before it deletes; a run that tries again and fails is as red as the first one."""
    stack = scenario.orders(endpointUrl=proxy.url)
    ok(stack.up())
    proxy.fail(update_stage("dev"), faulty_proxy.Fault.DENY, 999)
    scenario.sandbox.console.bind(scenario.api, "dev", None)
    for flag in ("--refresh", "--refresh=false"):
        assert "orders-dev: bind has failed in each run since" in refused(stack.up(flag))
    ok(stack.destroy("--run-program"))
    assert scenario.ids() == []
    assert scenario.presented("prod") is None
