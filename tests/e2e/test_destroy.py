"""pulumi destroy while somebody else presents the certificate, or while that cannot be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from acceptance.faulty_proxy import Fault, FaultyProxy
from tests.e2e.conftest import ok, refused

if TYPE_CHECKING:
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("kind", ["REST", "WebSocket"])
def test_destroy_is_refused_while_a_foreign_stage_presents_the_certificate(scenario: Scenario, kind: str) -> None:
    """The stage is named, the certificate stays in AWS and in state, and another up restores all (invariant 3)."""
    stack = scenario.stack()
    ok(stack.up())
    (first,) = scenario.ids()
    console = scenario.sandbox.console
    create = console.create_rest_api if kind == "REST" else console.create_websocket_api
    foreign_api = create("reports", stages=["ops"])
    console.bind(foreign_api, "ops", first)

    text = refused(stack.destroy())
    assert f"{first} by " in text
    assert f"{foreign_api}/ops" in text
    assert "Switch those stages to another certificate" in text
    assert scenario.ids() == [first]

    ok(stack.up())
    assert scenario.ids() == [first]
    assert scenario.presented("dev") == scenario.presented("prod") == first

    console.bind(foreign_api, "ops", None)
    ok(stack.destroy())
    assert scenario.ids() == []
    assert scenario.sandbox.presented(foreign_api, "ops") is None


def test_destroy_is_refused_while_the_stages_of_one_api_cannot_be_read(scenario: Scenario) -> None:
    """An incomplete scan counts as in use; the error names the API and the permission (invariant 3)."""
    foreign_api = scenario.sandbox.console.create_rest_api("reports", stages=["ops"])
    with FaultyProxy(scenario.sandbox.endpoint_url) as proxy:
        stack = scenario.stack(config={**scenario.default_config(), "endpointUrl": proxy.url})
        ok(stack.up())
        (first,) = scenario.ids()
        scenario.sandbox.console.bind(foreign_api, "ops", first)

        proxy.fail(f"GET /restapis/{foreign_api}/stages", Fault.DENY, times=9)
        text = refused(stack.destroy())
        assert f"the stages of REST API {foreign_api}" in text
        assert "apigateway:GET on /restapis" in text
        assert scenario.ids() == [first]

        proxy.mend()
        assert f"{foreign_api}/ops" in refused(stack.destroy())
        scenario.sandbox.console.bind(foreign_api, "ops", None)
        ok(stack.destroy())
    assert scenario.ids() == []
