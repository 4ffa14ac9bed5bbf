"""WebSocket stages present certificates too (apigatewayv2)."""

from __future__ import annotations

from typing import Any

import pytest

from apigw_sandbox import Sandbox, UnknownCertificate
from tests.sandbox.wire import raw, refused

ACM_ARN = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"


@pytest.fixture
def api(sandbox: Sandbox) -> str:
    """A WebSocket API with the stage live."""
    return sandbox.console.create_websocket_api("chat", ["live"])


@pytest.fixture
def certificate(rest: Any) -> str:
    """A certificate's id."""
    return str(rest.generate_client_certificate()["clientCertificateId"])


def test_update_get_and_list_show_the_certificate(sandbox: Sandbox, websocket: Any, api: str, certificate: str) -> None:
    """Moto has no UpdateStage of version 2 at all."""
    answer = websocket.update_stage(ApiId=api, StageName="live", ClientCertificateId=certificate)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert answer["ClientCertificateId"] == certificate
    assert websocket.get_stage(ApiId=api, StageName="live")["ClientCertificateId"] == certificate
    assert [stage["ClientCertificateId"] for stage in websocket.get_stages(ApiId=api)["Items"]] == [certificate]
    assert sandbox.presented(api, "live") == certificate


def test_a_stage_is_created_with_its_certificate(websocket: Any, api: str, certificate: str) -> None:
    """201, unlike REST's CreateStage, which takes none."""
    answer = websocket.create_stage(ApiId=api, StageName="new", ClientCertificateId=certificate)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 201
    assert answer["ClientCertificateId"] == certificate


def test_an_empty_id_clears_and_an_absent_one_leaves_it(websocket: Any, api: str, certificate: str) -> None:
    """Members not given stay."""
    websocket.update_stage(ApiId=api, StageName="live", ClientCertificateId=certificate)
    kept = websocket.update_stage(ApiId=api, StageName="live", Description="d", StageVariables={"a": "b"})
    assert (kept["ClientCertificateId"], kept["Description"], kept["StageVariables"]) == (certificate, "d", {"a": "b"})
    cleared = websocket.update_stage(ApiId=api, StageName="live", ClientCertificateId="")
    assert "ClientCertificateId" not in cleared
    assert cleared["Description"] == "d"


def test_unknown_certificates_are_refused_by_the_same_switch(sandbox: Sandbox, websocket: Any, api: str) -> None:
    """404, or 400; at creation nothing is created."""
    with refused("NotFoundException", 404):
        websocket.update_stage(ApiId=api, StageName="live", ClientCertificateId="nobody")
    sandbox.change(unknown_certificate=UnknownCertificate.BAD_REQUEST)
    with refused("BadRequestException", 400):
        websocket.create_stage(ApiId=api, StageName="new", ClientCertificateId="nobody")
    assert [stage["StageName"] for stage in websocket.get_stages(ApiId=api)["Items"]] == ["live"]


def test_acm_certificates_are_for_rest_apis_only(websocket: Any, api: str) -> None:
    """docs/aws.md §1.6."""
    with refused("NotFoundException", 404):
        websocket.update_stage(ApiId=api, StageName="live", ClientCertificateId=ACM_ARN)


def test_an_http_api_takes_no_certificate(websocket: Any, certificate: str) -> None:
    """The model says: supported only for WebSocket APIs. Other members work."""
    http_api = websocket.create_api(Name="web", ProtocolType="HTTP")["ApiId"]
    with refused("BadRequestException", 400):
        websocket.create_stage(ApiId=http_api, StageName="live", ClientCertificateId=certificate)
    websocket.create_stage(ApiId=http_api, StageName="live")
    with refused("BadRequestException", 400):
        websocket.update_stage(ApiId=http_api, StageName="live", ClientCertificateId=certificate)
    assert websocket.update_stage(ApiId=http_api, StageName="live", Description="d")["Description"] == "d"


def test_stages_that_are_not_there_or_there_already(websocket: Any, api: str) -> None:
    """404 for update, get and delete (moto deletes nothing and says yes); 409 for a second of a name."""
    for operation in (websocket.update_stage, websocket.get_stage, websocket.delete_stage):
        with refused("NotFoundException", 404):
            operation(ApiId=api, StageName="nobody")
        with refused("NotFoundException", 404):
            operation(ApiId="nobody", StageName="live")
    with refused("ConflictException", 409):
        websocket.create_stage(ApiId=api, StageName="live")
    answer = websocket.delete_stage(ApiId=api, StageName="live")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204


def test_a_name_that_no_stage_has_is_refused(websocket: Any, api: str) -> None:
    """The same letters as of a REST stage, and $default."""
    for name in ("a b", "a.b", "x" * 129):
        with refused("BadRequestException", 400):
            websocket.create_stage(ApiId=api, StageName=name)
    assert websocket.create_stage(ApiId=api, StageName="$default")["StageName"] == "$default"


def test_a_deployment_that_cannot_exist_is_refused(websocket: Any, api: str) -> None:
    """Moto has no deployments of version 2, and would drop the id."""
    with refused("NotFoundException", 404):
        websocket.update_stage(ApiId=api, StageName="live", DeploymentId="nobody")
    with refused("NotFoundException", 404):
        websocket.create_stage(ApiId=api, StageName="new", DeploymentId="nobody")


def test_apis_and_stages_come_in_pages(sandbox: Sandbox, websocket: Any) -> None:
    """NextToken and MaxResults, which moto ignores."""
    made = [sandbox.console.create_websocket_api(f"api{number}") for number in range(27)]
    pages = list(websocket.get_paginator("get_apis").paginate())
    assert [len(page["Items"]) for page in pages] == [25, 2]
    assert [api["ApiId"] for page in pages for api in page["Items"]] == made
    for name in ("a", "b", "c"):
        sandbox.console.create_stage(made[0], name)
    first = websocket.get_stages(ApiId=made[0], MaxResults="2")
    second = websocket.get_stages(ApiId=made[0], MaxResults="2", NextToken=first["NextToken"])
    assert [stage["StageName"] for stage in first["Items"] + second["Items"]] == ["a", "b", "c"]
    assert "NextToken" not in second
    with refused("BadRequestException", 400):
        websocket.get_stages(ApiId=made[0], MaxResults="many")


def test_a_default_stage_has_a_percent_encoded_name(sandbox: Sandbox, websocket: Any, api: str) -> None:
    """``$default`` travels as ``%24default``."""
    websocket.create_stage(ApiId=api, StageName="$default")
    assert websocket.update_stage(ApiId=api, StageName="$default", Description="d")["StageName"] == "$default"
    reply = raw(sandbox.endpoint_url, "GET", f"/v2/apis/{api}/stages/%24default")
    assert reply.json()["stageName"] == "$default"
