"""The wire itself, for SDKs other than boto3: statuses, headers, bodies, and refusals of what nobody should send."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config

from tests.sandbox.wire import authorization, raw

if TYPE_CHECKING:
    from apigw_sandbox import Sandbox


def test_generate_on_the_wire(sandbox: Sandbox) -> None:
    """201, JSON, whole epoch seconds, tags as a map, a request id."""
    reply = raw(sandbox.endpoint_url, "POST", "/clientcertificates", {"description": "d", "tags": {"a": "b"}})
    body = reply.json()
    assert (reply.status, reply.headers["content-type"]) == (201, "application/json")
    assert reply.headers["x-amzn-requestid"]
    assert set(body) == {
        "clientCertificateId",
        "description",
        "pemEncodedCertificate",
        "createdDate",
        "expirationDate",
        "tags",
    }
    assert type(body["createdDate"]) is type(body["expirationDate"]) is int
    assert body["expirationDate"] - body["createdDate"] == 31_536_000
    assert body["tags"] == {"a": "b"}


def test_generate_with_no_body_at_all(sandbox: Sandbox) -> None:
    """Absent members stay absent."""
    reply = raw(sandbox.endpoint_url, "POST", "/clientcertificates")
    assert reply.status == 201
    assert not {"description", "tags"} & set(reply.json())


def test_the_list_key_is_item(sandbox: Sandbox) -> None:
    """And position stands beside it only when there is more."""
    sandbox.console.generate_certificate()
    sandbox.console.generate_certificate()
    first = raw(sandbox.endpoint_url, "GET", "/clientcertificates?limit=1").json()
    assert set(first) == {"item", "position"}
    second = raw(sandbox.endpoint_url, "GET", f"/clientcertificates?limit=1&position={first['position']}").json()
    assert set(second) == {"item"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/clientcertificates/nobody", None, 404, "NotFoundException"),
        ("GET", "/restapis/nobody/stages", None, 404, "NotFoundException"),
        ("GET", "/v2/apis/nobody/stages/x", None, 404, "NotFoundException"),
        ("PATCH", "/clientcertificates/nobody", {"patchOperations": []}, 404, "NotFoundException"),
        ("GET", "/clientcertificates?limit=x", None, 400, "BadRequestException"),
        ("GET", "/clientcertificates?Limit=5", None, 400, "BadRequestException"),
        ("POST", "/clientcertificates", {"Description": "x"}, 400, "BadRequestException"),
        ("POST", "/clientcertificates", {"validity": 3}, 400, "BadRequestException"),
        ("POST", "/clientcertificates", {"description": 3}, 400, "SerializationException"),
        ("POST", "/clientcertificates", {"tags": ["a"]}, 400, "SerializationException"),
        ("POST", "/clientcertificates", {"tags": {"a": 1}}, 400, "SerializationException"),
        ("POST", "/clientcertificates", [], 400, "SerializationException"),
        ("POST", "/clientcertificates", b"{", 400, "SerializationException"),
        ("POST", "/clientcertificates", b"\xff\xfe", 400, "SerializationException"),
        ("PATCH", "/restapis/x/stages/y", {"patchOperations": {}}, 400, "SerializationException"),
        ("PATCH", "/restapis/x/stages/y", {"patchOperations": [{"Op": "replace"}]}, 400, "BadRequestException"),
        ("PATCH", "/restapis/x/stages/y", {"patchOperations": [{"op": True}]}, 400, "SerializationException"),
        ("POST", "/restapis/x/stages", {"stageName": "y"}, 400, "BadRequestException"),
        (
            "POST",
            "/restapis/x/stages",
            {"stageName": "y", "deploymentId": "z", "clientCertificateId": "c"},
            400,
            "BadRequestException",
        ),
        ("POST", "/restapis", {"name": "n", "apiKeySource": "NONE"}, 400, "ValidationException"),
        ("POST", "/v2/apis", {"name": "n", "protocolType": "SMTP"}, 400, "BadRequestException"),
        ("POST", "/clientcertificates/x", {}, 404, "UnknownOperationException"),
        ("GET", "/moto-api/reset", None, 404, "UnknownOperationException"),
        ("GET", "/", None, 404, "UnknownOperationException"),
    ],
)
def test_refusals_have_their_code_in_header_and_body(  # noqa: PLR0913, PLR0917 - one row of the table
    sandbox: Sandbox, method: str, path: str, body: object, status: int, code: str
) -> None:
    """SDKs of other languages read one or the other."""
    reply = raw(sandbox.endpoint_url, method, path, body)
    assert (reply.status, reply.headers["x-amzn-errortype"]) == (status, code)
    assert (reply.json()["__type"], bool(reply.json()["message"])) == (code, True)
    assert reply.headers["content-type"] == "application/json"
    assert sandbox.certificates() == ()


def test_moto_errors_get_the_status_that_the_model_gives_their_code(sandbox: Sandbox) -> None:
    """With moto some codes of 400 travel with 404."""
    api = sandbox.console.create_rest_api("orders")
    reply = raw(sandbox.endpoint_url, "GET", f"/restapis/{api}/models/nobody")
    assert (reply.status, reply.json()["__type"]) == (404, "NotFoundException")
    reply = raw(sandbox.endpoint_url, "DELETE", f"/restapis/{api}/models/nobody")
    assert reply.status == {"BadRequestException": 400, "NotFoundException": 404}[reply.json()["__type"]]


def test_success_has_the_models_status_where_moto_answers_200(sandbox: Sandbox) -> None:
    """CreateRestApi 201, CreateApi 201, DeleteApi 204 without a body."""
    assert raw(sandbox.endpoint_url, "POST", "/restapis", {"name": "a"}).status == 201
    reply = raw(sandbox.endpoint_url, "POST", "/v2/apis", {"name": "b", "protocolType": "HTTP"})
    assert reply.status == 201
    reply = raw(sandbox.endpoint_url, "DELETE", f"/v2/apis/{reply.json()['apiId']}")
    assert (reply.status, reply.body) == (204, b"")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "/restapis/a/stages/b/cache/data", None),
        ("GET", "/sdktypes", None),
        ("GET", "/v2/apis/a/deployments", None),
    ],
)
def test_what_the_sandbox_does_not_model_is_501_and_never_silence(
    sandbox: Sandbox, method: str, path: str, body: object
) -> None:
    """501 is not retried by SDKs."""
    reply = raw(sandbox.endpoint_url, method, path, body)
    assert (reply.status, reply.json()["__type"]) == (501, "NotImplementedException")


def test_a_failure_inside_moto_is_500_with_its_reason(sandbox: Sandbox) -> None:
    """Never a page of HTML."""
    api = sandbox.console.create_rest_api("orders")
    reply = raw(sandbox.endpoint_url, "GET", f"/restapis/{api}/deployments/nobody")
    assert (reply.status, reply.json()["__type"]) == (500, "InternalFailure")
    assert "KeyError" in reply.json()["message"]


@pytest.mark.parametrize("service", ["ec2", "lambda", "execute-api"])
def test_other_services_are_refused(sandbox: Sandbox, service: str) -> None:
    """Moto would serve them with whatever it has; a rotation has no business there."""
    reply = raw(sandbox.endpoint_url, "GET", "/restapis", service=service)
    assert (reply.status, reply.json()["__type"]) == (404, "UnknownOperationException")


def test_an_unsigned_request_is_refused(sandbox: Sandbox) -> None:
    """As AWS does; also one with a header that is no SigV4."""
    for headers in ({}, {"Authorization": "Bearer x"}):
        reply = raw(sandbox.endpoint_url, "GET", "/clientcertificates", service=None, headers=headers)
        assert (reply.status, reply.json()["__type"]) == (403, "MissingAuthenticationTokenException")


def test_an_unknown_region_is_refused(sandbox: Sandbox) -> None:
    """A typing error in a region must not find an empty account."""
    reply = raw(sandbox.endpoint_url, "GET", "/clientcertificates", region="us-esat-1")
    assert (reply.status, reply.json()["__type"]) == (404, "UnknownOperationException")


def test_a_presigned_url_works(sandbox: Sandbox) -> None:
    """The scope may stand in the query."""
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="trust")
    s3.put_object(Bucket="trust", Key="a", Body=b"pem")
    v4 = sandbox.client("s3", config=Config(signature_version="s3v4"))
    url = v4.generate_presigned_url("get_object", {"Bucket": "trust", "Key": "a"})
    reply = raw(sandbox.endpoint_url, "GET", url.removeprefix(sandbox.endpoint_url), service=None)
    assert (reply.status, reply.body) == (200, b"pem")


def test_nothing_in_a_value_or_header_is_taken_for_a_parameter(sandbox: Sandbox, rest: Any) -> None:
    """Moto reads a JSON body as a form, and headers as members, when it finds no query."""
    text = "x&description=forged&tags=forged&Action=DeleteRestApi"
    made = rest.generate_client_certificate(description=text)
    assert made["description"] == text
    api = sandbox.console.create_rest_api("orders", ["dev"])
    deployment = rest.get_stage(restApiId=api, stageName="dev")["deploymentId"]
    rest.create_stage(restApiId=api, stageName="new", deploymentId=deployment, description="d&stageName=forged&x=y")
    assert [stage["stageName"] for stage in rest.get_stages(restApiId=api)["item"]] == ["dev", "new"]
    headers = {"Action": "DeleteRestApi", "X-Amz-Target": "X.DeleteRestApi", "description": "forged"}
    reply = raw(sandbox.endpoint_url, "POST", "/clientcertificates", {}, headers=headers)
    assert (reply.status, "description" in reply.json()) == (201, False)


def test_a_large_description_comes_back_whole(rest: Any) -> None:
    """A megabyte."""
    text = "d" * 1_000_000
    assert rest.generate_client_certificate(description=text)["description"] == text


def test_a_chunked_body_is_read_whole(sandbox: Sandbox) -> None:
    """Go and Java may send without a length."""
    connection = http.client.HTTPConnection("127.0.0.1", int(sandbox.endpoint_url.rsplit(":", 1)[1]), timeout=60)
    headers = {"Authorization": authorization("apigateway"), "Content-Type": "application/json"}
    parts = iter([b'{"descri', b'ption": "in ', b'parts"}'])
    connection.request("POST", "/clientcertificates", parts, headers, encode_chunked=True)
    answer = connection.getresponse()
    assert (answer.status, b"in parts" in answer.read()) == (201, True)
    connection.close()


def test_an_import_may_have_its_own_document_and_parameters(rest: Any) -> None:
    """The body of ImportRestApi is an OpenAPI file, its query is open."""
    document = b'{"openapi": "3.0.0", "info": {"title": "imported", "description": "d", "version": "1"}, "paths": {}}'
    made = rest.import_rest_api(
        parameters={"endpointConfigurationTypes": "REGIONAL"}, failOnWarnings=True, body=document
    )
    assert made["name"] == "imported"


def test_an_export_keeps_its_content_type(sandbox: Sandbox, rest: Any) -> None:
    """Not every answer is JSON."""
    api = sandbox.console.create_rest_api("orders", ["dev"])
    answer = rest.get_export(restApiId=api, stageName="dev", exportType="oas30")
    assert answer["contentType"] == "application/octet-stream"
