"""Every answer of the sandbox against botocore's model: status, request id, members and their kinds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from moto.apigateway.responses import APIGatewayResponse
from moto.apigatewayv2.responses import ApiGatewayV2Response

from apigw_sandbox.moto_extension.rest import RestResponse
from apigw_sandbox.moto_extension.websocket import WebSocketResponse
from tests.sandbox import tour
from tests.sandbox.model_differences import differences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_sandbox import Sandbox

# A difference that stays, and why. Nothing is listed that no answer shows.
ACCEPTED: dict[str, str] = {}
# Whatever publishing, and being somebody, needs of these.
OF_TARGETS = {
    "PutParameter",
    "GetParameter",
    "PutObject",
    "GetObject",
    "PutSecretValue",
    "GetSecretValue",
    "AssumeRole",
}


class _Watched:
    """A sandbox whose clients note every successful answer that differs from the model."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.answered: set[tuple[str, str]] = set()
        self.answers = 0
        self.found: set[str] = set()

    def client(self, service: str) -> Any:
        client: Any = self.sandbox.client(service)
        client.meta.events.register(f"before-parse.{service}", self._look(service))
        return client

    def _look(self, service: str) -> Any:
        def look(operation_model: Any, response_dict: Mapping[str, Any], **_: object) -> None:
            headers = {name.lower(): value for name, value in response_dict["headers"].items()}
            status = response_dict["status_code"]
            assert status < 300, response_dict["body"]
            self.answered.add((service, operation_model.name))
            self.answers += 1
            self.found |= set(differences(service, operation_model, status, headers, response_dict["body"]))

        return look


@pytest.fixture
def watched(sandbox: Sandbox) -> _Watched:
    """The module's sandbox, watched."""
    return _Watched(sandbox)


def test_no_answer_differs_from_the_model(watched: _Watched) -> None:
    """Over every operation of the six services that the sandbox answers."""
    rest = watched.client("apigateway")
    tour.of_rest(rest)
    tour.of_websocket(watched.client("apigatewayv2"), watched.sandbox.console.generate_certificate())
    tour.of_targets(watched.client)
    # Nobody listens there: AWS's answer to that is an answer of the backend's absence, with 200.
    api = watched.sandbox.console.create_rest_api("tried", backend_url="https://localhost:1/")
    tour.of_a_trial(rest, api, "GET")
    assert watched.found == set(ACCEPTED)
    answered = {action for _, action in watched.answered}
    assert answered >= OF_TARGETS
    assert _operations("apigateway", RestResponse, APIGatewayResponse) | {"TestInvokeMethod"} == {
        action for service, action in watched.answered if service == "apigateway"
    }
    assert _operations("apigatewayv2", WebSocketResponse, ApiGatewayV2Response) == {
        action for service, action in watched.answered if service == "apigatewayv2"
    }
    assert watched.answers > len(watched.answered) > 140


def _operations(service: str, *classes: type) -> set[str]:
    """Those that a response class has a method for."""
    model: Any = botocore.session.get_session().get_service_model(service)
    return {name for name in model.operation_names if any(hasattr(one, botocore.xform_name(name)) for one in classes)}


class _Model:
    """An operation of botocore's, for the comparison itself."""

    def __init__(self, service: str, name: str) -> None:
        self.service = service
        self.operation: Any = botocore.session.get_session().get_service_model(service).operation_model(name)

    def found(self, body: bytes, status: int = 200, **headers: str) -> list[str]:
        return list(differences(self.service, self.operation, status, {"x-amzn-requestid": "1", **headers}, body))


def test_the_comparison_finds_what_the_sandbox_once_answered() -> None:
    """Nulls, a member of moto's own, a body where there is none, no request id; wrong kinds, gaps, statuses besides."""
    apis = _Model("apigateway", "GetRestApis")
    assert apis.found(b'{"item": [{"id": "a", "policy": null}]}') == [
        "GetRestApis.item[].policy: null, which AWS leaves out"
    ]
    links = _Model("apigatewayv2", "GetVpcLinks")
    assert links.found(b'{"items": [{"name": "l", "vpcLinkId": "v", "subnetIds": []}]}') == [
        "GetVpcLinks.items[].securityGroupIds: missing, which the model requires"
    ]
    deployed = _Model("apigateway", "CreateDeployment")
    assert deployed.found(b'{"id": "a", "stageName": "dev"}', 201) == [
        "CreateDeployment.stageName: no member of the model's"
    ]
    deleted = _Model("apigateway", "DeleteStage")
    assert deleted.found(b'{"stageName": "dev"}', 202) == [
        'DeleteStage: a body where the model has none: b\'{"stageName": "dev"}\''
    ]
    stage = _Model("apigateway", "GetStage")
    kinds = stage.found(b'{"createdDate": "2027", "tracingEnabled": "true", "cacheClusterSize": "9"}', 201)
    assert [re.sub(r" of .*", "", one) for one in sorted(kinds)] == [
        "GetStage.cacheClusterSize: '9' is none",
        "GetStage.createdDate: '2027' is no count",
        "GetStage.tracingEnabled: str 'true', not a boolean",
        "GetStage: status 201, not 200",
    ]
    assert _Model("apigatewayv2", "GetStage").found(b'{"createdDate": "soon"}') == [
        "GetStage.createdDate: 'soon' is no ISO 8601 instant"
    ]
    assert list(differences("apigateway", stage.operation, 200, {}, b"{}")) == ["GetStage: no request id"]
    caller = _Model("sts", "GetCallerIdentity")
    assert caller.found(b"<R><GetCallerIdentityResult><Arn>a</Arn><Who>b</Who></GetCallerIdentityResult></R>") == [
        "GetCallerIdentity: no request id",
        "GetCallerIdentity.Who: no member of the model's",
    ]
