"""Stages of API Gateway v2: WebSocket stages rotate like REST stages, HTTP APIs cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok, refused

if TYPE_CHECKING:
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e


def _config(api_id: str) -> dict[str, object]:
    return {
        "name": "chat",
        "publish[0].file": "pins.txt",
        "publish[0].content": "sha256",
        "stages.live.webSocketApiId": api_id,
        "stages.live.stageName": "live",
    }


def test_a_websocket_stage_is_bound_rotated_and_cleared(scenario: Scenario) -> None:
    """The same order of steps over apigatewayv2, in-use scan included (invariants 1, 2, 3)."""
    api = scenario.sandbox.console.create_websocket_api("chat", stages=["live"])
    stack = scenario.stack(config=_config(api))
    ok(stack.up())
    (first,) = scenario.ids()
    assert scenario.sandbox.presented(api, "live") == first

    for day, actions in ((336, ["GenerateClientCertificate"]), (337, ["UpdateStage"]), (338, [])):
        scenario.at(day)
        before = scenario.mark()
        ok(stack.up("--refresh"))
        assert scenario.actions(before) == actions
    first, second = scenario.ids()
    assert scenario.moves() == [("live", first), ("live", second)]

    scenario.at(341)
    ok(stack.up())
    assert scenario.ids() == [second]
    ok(stack.destroy())
    assert scenario.ids() == []
    assert scenario.sandbox.presented(api, "live") is None


def test_a_stage_of_an_http_api_is_refused(scenario: Scenario) -> None:
    """HTTP APIs cannot present a client certificate; the error passes on what AWS says about it."""
    client = scenario.client("apigatewayv2")
    api = client.create_api(Name="plain", ProtocolType="HTTP")["ApiId"]
    client.create_stage(ApiId=api, StageName="live")
    stack = scenario.stack(config=_config(api))
    before = scenario.mark()
    text = refused(stack.up())
    assert f"stage {api}/live@websocket may not present" in text
    assert "only for WebSocket APIs" in text
    assert scenario.moves(before) == []
