"""The in-use scan of a large account, at the sandbox and over real HTTP: every page, and no endless message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import errors
from apigw_client_cert.gateway.api_gateway import ApiGateway
from apigw_client_cert.gateway.interface import StageKind, StageRef
from apigw_client_cert.lifecycle.ownership import guard_unused
from apigw_sandbox import Sandbox
from tests.doubles.aws_environments import SandboxEnvironment
from tests.hostile.answering import AnsweringAws
from tests.hostile.audit import audited_error

if TYPE_CHECKING:
    from collections.abc import Iterator

REST_APIS, SOCKET_APIS, SOCKET_STAGES = 510, 2, 245
STAGES = REST_APIS + SOCKET_APIS * SOCKET_STAGES


@pytest.fixture
def account() -> Iterator[tuple[SandboxEnvironment, tuple[StageRef, ...]]]:
    """A thousand stages: more REST APIs than a page of APIs holds, more WebSocket stages than a page of stages."""
    with Sandbox(region="eu-west-1") as sandbox:
        hand = sandbox.console
        rest = [StageRef(hand.create_rest_api(f"r{number}", ["prod"]), "prod") for number in range(REST_APIS)]
        names = [f"s{number}" for number in range(SOCKET_STAGES)]
        sockets = [hand.create_websocket_api(f"w{number}", names) for number in range(SOCKET_APIS)]
        live = [StageRef(api, name, StageKind.WEBSOCKET) for api in sockets for name in names]
        yield SandboxEnvironment(sandbox), (*rest, *live)


def test_a_thousand_stages_are_all_seen_and_ten_are_named(
    account: tuple[SandboxEnvironment, tuple[StageRef, ...]],
) -> None:
    """The last of each kind is a user like the first; the refusal to delete stays short."""
    environment, stages = account
    hand = environment.sandbox.console
    assert len(stages) == STAGES == 1000
    first, second = (hand.generate_certificate() for _ in range(2))
    for stage in (stages[0], stages[REST_APIS - 1], stages[REST_APIS], stages[-1]):
        hand.bind(stage.api_id, stage.stage_name, first)
    usage = environment.gateway.scan()
    assert set(usage.users[first]) == {stages[0], stages[REST_APIS - 1], stages[REST_APIS], stages[-1]}
    assert second not in usage.users
    assert usage.gaps == ()
    listings = {"GetRestApis": 2, "GetStages": REST_APIS + SOCKET_APIS * 3, "GetApis": 1}
    called = [entry.action for entry in environment.sandbox.journal.entries()]
    assert {name: called.count(name) for name in listings} == listings

    for stage in stages[REST_APIS:]:
        hand.bind(stage.api_id, stage.stage_name, first)
    usage = environment.gateway.scan()
    assert len(usage.users[first]) == SOCKET_APIS * SOCKET_STAGES + 2
    with pytest.raises(errors.StillInUse, match="and 482 more") as caught:
        guard_unused(usage, [first])
    audited_error(caught.value)


def test_a_page_token_that_comes_back_is_a_gap() -> None:
    """An endpoint that gives the same page for ever must not keep a scan busy for ever, nor end it clean."""
    looping = '{"items": [{"apiId": "f6a7b8c9d0", "protocolType": "HTTP"}], "nextToken": "same"}'
    aws = AnsweringAws().answering({r"GET apigateway /v2/apis": looping})

    usage = ApiGateway(aws.client).scan()
    assert len(usage.users["cert01"]) == 1
    assert usage.gaps == ("the list of WebSocket APIs: GetApis: the answer cannot be read",)
