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
    from tests.harm.conftest import Scene

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("why", ["quota", "denied"])
def test_a_stage_and_a_target_are_mended_while_no_successor_can_be_had(scene: Scene, why: str) -> None:
    """For a month: each run is red, says so, and leaves both stages bound to what the file holds."""
    stack = scene.orders()
    ok(stack.up())
    (first,) = scene.ids()
    if why == "quota":
        scene.sandbox.change(certificate_quota=1)
    else:
        scene.sandbox.faults.add(Fault(kind=FaultKind.ACCESS_DENIED, action="GenerateClientCertificate", repeats=True))
    with scene.traffic() as traffic:
        scene.at(336)
        assert stack.up("--refresh").code != 0
        scene.sandbox.by_hand.bind(scene.api, "dev", None)
        scene.edit("")
        scene.at(337)
        red = stack.up("--refresh")
        known = traffic.go_on()
        assert red.code != 0
        assert "issue has failed in each run since" in red.output
        assert scene.held() == [first]
        assert scene.presented("dev") == scene.presented("prod") == first
        scene.sandbox.change(certificate_quota=60)
        scene.sandbox.faults.clear()
        scene.at(338)
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed(known) == []
    assert len(scene.ids()) == 2


@pytest.mark.parametrize("host", ["dynamic"])
def test_what_resources_of_the_users_own_publish_is_mended_while_no_successor_can_be_had(scene: Scene) -> None:
    """One after the other: the second is declared early and registered late."""
    stack = scene.stack(program="parts")
    scene.configure(stack, "certificates", {"orders": {}})
    scene.configure(stack, "push", "orders")
    scene.configure(stack, "pushTo", "first.pem")
    scene.configure(stack, "pushOn", TRUSTED)
    ok(stack.up())
    (first,) = scene.ids()
    assert scene.held() == [first]
    scene.sandbox.change(certificate_quota=1)
    scene.at(336)
    scene.edit("")
    red = stack.up("--refresh")
    assert scene.held() == [first], red.output
    assert red.code != 0
    assert "issue has failed in each run since" in red.output


def test_what_an_earlier_run_could_not_do_holds_up_no_destroy_that_runs_the_program(
    scene: Scene, proxy: FaultyProxy
) -> None:
    """Which updates nothing before it deletes; a run that tries again and fails is as red as the first one."""
    stack = scene.orders(endpointUrl=proxy.url)
    ok(stack.up())
    proxy.fail(update_stage("dev"), faulty_proxy.Fault.DENY, 999)
    scene.sandbox.by_hand.bind(scene.api, "dev", None)
    for flag in ("--refresh", "--refresh=false"):
        assert "orders-dev: bind has failed in each run since" in refused(stack.up(flag))
    ok(stack.destroy("--run-program"))
    assert scene.ids() == []
    assert scene.presented("prod") is None
