"""One look that is denied ends no run: the rest is looked after, nothing is forgotten, and the run is red."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_sandbox import Fault, FaultKind
from tests.harm.conftest import TRUSTED, ok

if TYPE_CHECKING:
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("action", ["GetClientCertificate", "GetStage"])
def test_a_stage_and_a_target_are_mended_while_one_look_is_denied(scenario: Scenario, action: str) -> None:
    """Of the certificate, or of the other stage; with the permission back the next run is green."""
    stack = scenario.orders()
    ok(stack.up())
    (first,) = scenario.ids()
    resource = f"{scenario.api}/dev" if action == "GetStage" else None
    with scenario.traffic() as traffic:
        scenario.sandbox.console.bind(scenario.api, "prod", None)
        scenario.edit("")
        scenario.sandbox.faults.add(Fault(kind=FaultKind.ACCESS_DENIED, action=action, resource=resource, repeats=True))
        if action == "GetStage":
            # Who may list the API's stages needs no other look for a refresh.
            scenario.sandbox.faults.add(Fault(kind=FaultKind.ACCESS_DENIED, action="GetStages", repeats=True))
        scenario.at(1)
        red = stack.up("--refresh")
        known = traffic.go_on()
        assert red.code != 0, red.output
        assert action in red.output
        assert scenario.held() == [first]
        assert scenario.presented("dev") == scenario.presented("prod") == first
        scenario.sandbox.faults.clear()
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed(known) == []
    assert scenario.ids() == [first]


def test_a_file_is_mended_in_a_run_without_credentials(scenario: Scenario) -> None:
    """Beside a parameter, of which nobody can say whose it is; the run is red."""
    name = "/orders/client-cert-pins"
    published = [{"type": "file", "path": TRUSTED, "content": "python"}, {"type": "ssm", "name": name}]
    stack = scenario.orders(publish=published)
    ok(stack.up())
    (first,) = scenario.ids()
    mark = scenario.mark()
    with scenario.traffic() as traffic:
        scenario.edit("")
        stack.env.update({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""})
        outcome = stack.up("--refresh")
        known = traffic.go_on()
        assert scenario.held() == [first], outcome.output
        assert outcome.code != 0
        assert "found no usable credentials" in outcome.output
        assert scenario.changes(mark) == []
        del stack.env["AWS_ACCESS_KEY_ID"], stack.env["AWS_SECRET_ACCESS_KEY"]
        ok(stack.up("--refresh"))
        ok(stack.preview("--refresh", "--expect-no-changes"))
        traffic.go_on()
    assert traffic.failed(known) == []
