"""TestInvokeMethod, through boto3."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.sandbox.data_plane.conftest import Environment
from tests.sandbox.wire import raw, refused

ARN = "arn:aws:acm:us-east-1:123456789012:certificate/1a2b3c"


def resource(environment: Environment, path: str) -> str:
    """The id of a resource."""
    items = environment.sandbox.client("apigateway").get_resources(restApiId=environment.api)["items"]
    return str(next(one["id"] for one in items if one["path"] == path))


def invoke(environment: Environment, path: str = "/", method: str = "GET", **options: Any) -> Any:
    """One call of the operation."""
    return environment.sandbox.client("apigateway").test_invoke_method(
        restApiId=environment.api, resourceId=resource(environment, path), httpMethod=method, **options
    )


def test_it_presents_the_certificate_of_the_callers_choice(environment: Environment) -> None:
    """Before the switch, whatever the stage presents."""
    answer = invoke(environment, clientCertificateId=environment.new)
    assert (answer["status"], environment.backend.seen[0]["sha256"]) == (200, environment.sha256(environment.new))
    assert answer["latency"] >= 0
    assert answer["headers"]["X-Backend"] == "yes"
    assert answer["multiValueHeaders"]["X-Backend"] == ["yes"]
    assert environment.sha256(environment.new) in answer["body"]
    assert "Method completed with status: 200" in answer["log"]
    record = environment.last
    assert (record.stage, record.shape, record.certificate) == ("test-invoke-stage", "test-invoke", environment.new)
    assert environment.sandbox.journal.entries()[-1].action == "TestInvokeMethod"


def test_without_a_certificate_it_presents_none(environment: Environment) -> None:
    """A refusal is a status and a log, not an error of the call."""
    answer = invoke(environment)
    assert answer["status"] == 500
    assert "Execution failed due to configuration error: " in answer["log"]
    assert "tls-alert" in answer["log"]
    assert (environment.last.certificate, environment.last.reason) == ("", "tls-alert")


def test_a_backend_that_is_down_shows_in_the_log(environment: Environment) -> None:
    """504."""
    environment.backend.__exit__()
    answer = invoke(environment, clientCertificateId=environment.old)
    assert (answer["status"], "network error: " in answer["log"]) == (504, True)


def test_path_query_headers_and_body_are_passed_on(environment: Environment) -> None:
    """Also several values of one header."""
    answer = invoke(
        environment,
        "/{proxy+}",
        "ANY",
        clientCertificateId=environment.old,
        pathWithQueryString="/a/b?c=d",
        headers={"X-One": "1", "X-Two": "not this"},
        multiValueHeaders={"X-Two": ["2", "3"]},
        body="hello",
    )
    assert answer["status"] == 200
    (seen,) = environment.backend.seen
    assert (seen["path"], seen["body"], seen["headers"]["x-one"]) == ("/a/b?c=d", "hello", "1")
    assert seen["headers"]["x-two"] in {"2", "3", "2, 3"}


def test_an_any_method_is_tried_as_what_the_caller_names(environment: Environment) -> None:
    """The commonest API is ``ANY /{proxy+}``; a method of its own wins."""
    answer = invoke(environment, "/{proxy+}", "GET", clientCertificateId=environment.new, pathWithQueryString="/health")
    assert (answer["status"], environment.backend.seen[0]["method"]) == (200, "GET")
    assert answer["log"].startswith("HTTP Method: GET, Resource Path: /health")
    answer = invoke(
        environment, "/{proxy+}", "POST", clientCertificateId=environment.new, pathWithQueryString="/a", body="b"
    )
    assert (answer["status"], environment.backend.seen[1]["method"], environment.backend.seen[1]["body"]) == (
        200,
        "POST",
        "b",
    )


def test_stage_variables_are_the_callers(environment: Environment) -> None:
    """No stage is asked."""
    uri = "https://localhost:${stageVariables.port}/"
    environment = Environment(
        environment.sandbox,
        environment.backend,
        environment.sandbox.console.create_rest_api("o", backend_url=uri),
        environment.old,
        environment.new,
    )
    variables = {"port": str(environment.backend.port)}
    assert invoke(environment, clientCertificateId=environment.old, stageVariables=variables)["status"] == 200
    answer = invoke(environment, clientCertificateId=environment.old)
    assert (answer["status"], "no variable port" in answer["log"]) == (500, True)


@pytest.mark.parametrize("certificate_id", ["nobody", ARN])
def test_an_unknown_certificate_is_not_found(environment: Environment, certificate_id: str) -> None:
    """And nothing is sent."""
    with refused("NotFoundException", 404):
        invoke(environment, clientCertificateId=certificate_id)
    assert environment.backend.connections == 0


def test_an_unknown_api_resource_or_method_is_not_found(environment: Environment) -> None:
    """404 each."""
    rest = environment.sandbox.client("apigateway")
    root = resource(environment, "/")
    for api, one, method in (
        ("nobody", root, "GET"),
        (environment.api, "nothing", "GET"),
        (environment.api, root, "PUT"),
    ):
        with refused("NotFoundException", 404):
            rest.test_invoke_method(restApiId=api, resourceId=one, httpMethod=method)


def test_a_path_that_is_not_the_resources_is_a_bad_request(environment: Environment) -> None:
    """Parameters cannot be told from it."""
    with refused("BadRequestException", 400):
        invoke(environment, pathWithQueryString="/other")


def test_what_the_model_does_not_have_is_refused(environment: Environment) -> None:
    """As for every operation."""
    path = f"/restapis/{environment.api}/resources/{resource(environment, '/')}/methods/GET"
    assert raw(environment.sandbox.endpoint_url, "POST", path, {"certificate": "x"}).status == 400


def test_an_integration_that_is_not_forwarded_is_501_and_one_that_is_missing_500(environment: Environment) -> None:
    """The first is the sandbox's lack, the second the API's."""
    rest = environment.sandbox.client("apigateway")
    root = resource(environment, "/")
    for method in ("PUT", "POST"):
        rest.put_method(restApiId=environment.api, resourceId=root, httpMethod=method, authorizationType="NONE")
    rest.put_integration(restApiId=environment.api, resourceId=root, httpMethod="PUT", type="MOCK")
    with refused("NotImplementedException", 501):
        invoke(environment, method="PUT")
    assert invoke(environment, method="POST")["status"] == 500


def test_the_control_plane_serves_others_while_it_waits(environment: Environment) -> None:
    """A slow backend holds no lock."""
    answers: list[Any] = []
    slow = {"clientCertificateId": environment.old, "pathWithQueryString": "/slow"}
    caller = threading.Thread(target=lambda: answers.append(invoke(environment, "/{proxy+}", "ANY", **slow)))
    caller.start()
    environment.backend.arrived.acquire()
    assert environment.sandbox.client("apigateway").get_rest_apis()["items"]
    assert environment.travel("new").status == 200
    environment.backend.release.set()
    caller.join()
    assert answers[0]["status"] == 200
