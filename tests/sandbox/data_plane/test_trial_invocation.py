"""TestInvokeMethod, through boto3."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.sandbox.data_plane.conftest import World
from tests.sandbox.wire import raw, refused

ARN = "arn:aws:acm:us-east-1:123456789012:certificate/1a2b3c"


def resource(world: World, path: str) -> str:
    """The id of a resource."""
    items = world.sandbox.client("apigateway").get_resources(restApiId=world.api)["items"]
    return str(next(one["id"] for one in items if one["path"] == path))


def invoke(world: World, path: str = "/", method: str = "GET", **options: Any) -> Any:
    """One call of the operation."""
    return world.sandbox.client("apigateway").test_invoke_method(
        restApiId=world.api, resourceId=resource(world, path), httpMethod=method, **options
    )


def test_it_presents_the_certificate_of_the_callers_choice(world: World) -> None:
    """Before the switch, whatever the stage presents."""
    answer = invoke(world, clientCertificateId=world.new)
    assert (answer["status"], world.backend.seen[0]["sha256"]) == (200, world.sha256(world.new))
    assert answer["latency"] >= 0
    assert answer["headers"]["X-Backend"] == "yes"
    assert answer["multiValueHeaders"]["X-Backend"] == ["yes"]
    assert world.sha256(world.new) in answer["body"]
    assert "Method completed with status: 200" in answer["log"]
    record = world.last
    assert (record.stage, record.shape, record.certificate) == ("test-invoke-stage", "test-invoke", world.new)
    assert world.sandbox.journal.entries()[-1].action == "TestInvokeMethod"


def test_without_a_certificate_it_presents_none(world: World) -> None:
    """A refusal is a status and a log, not an error of the call."""
    answer = invoke(world)
    assert answer["status"] == 500
    assert "Execution failed due to configuration error: " in answer["log"]
    assert "tls-alert" in answer["log"]
    assert (world.last.certificate, world.last.reason) == ("", "tls-alert")


def test_a_backend_that_is_down_shows_in_the_log(world: World) -> None:
    """504."""
    world.backend.__exit__()
    answer = invoke(world, clientCertificateId=world.old)
    assert (answer["status"], "network error: " in answer["log"]) == (504, True)


def test_path_query_headers_and_body_are_passed_on(world: World) -> None:
    """Also several values of one header."""
    answer = invoke(
        world,
        "/{proxy+}",
        "ANY",
        clientCertificateId=world.old,
        pathWithQueryString="/a/b?c=d",
        headers={"X-One": "1", "X-Two": "not this"},
        multiValueHeaders={"X-Two": ["2", "3"]},
        body="hello",
    )
    assert answer["status"] == 200
    (seen,) = world.backend.seen
    assert (seen["path"], seen["body"], seen["headers"]["x-one"]) == ("/a/b?c=d", "hello", "1")
    assert seen["headers"]["x-two"] in {"2", "3", "2, 3"}


def test_an_any_method_is_tried_as_what_the_caller_names(world: World) -> None:
    """The commonest API is ``ANY /{proxy+}``; a method of its own wins."""
    answer = invoke(world, "/{proxy+}", "GET", clientCertificateId=world.new, pathWithQueryString="/health")
    assert (answer["status"], world.backend.seen[0]["method"]) == (200, "GET")
    assert answer["log"].startswith("HTTP Method: GET, Resource Path: /health")
    answer = invoke(world, "/{proxy+}", "POST", clientCertificateId=world.new, pathWithQueryString="/a", body="b")
    assert (answer["status"], world.backend.seen[1]["method"], world.backend.seen[1]["body"]) == (200, "POST", "b")


def test_stage_variables_are_the_callers(world: World) -> None:
    """No stage is asked."""
    uri = "https://localhost:${stageVariables.port}/"
    world = World(
        world.sandbox,
        world.backend,
        world.sandbox.by_hand.create_rest_api("o", backend_url=uri),
        world.old,
        world.new,
    )
    variables = {"port": str(world.backend.port)}
    assert invoke(world, clientCertificateId=world.old, stageVariables=variables)["status"] == 200
    answer = invoke(world, clientCertificateId=world.old)
    assert (answer["status"], "no variable port" in answer["log"]) == (500, True)


@pytest.mark.parametrize("certificate_id", ["nobody", ARN])
def test_an_unknown_certificate_is_not_found(world: World, certificate_id: str) -> None:
    """And nothing is sent."""
    with refused("NotFoundException", 404):
        invoke(world, clientCertificateId=certificate_id)
    assert world.backend.connections == 0


def test_an_unknown_api_resource_or_method_is_not_found(world: World) -> None:
    """404 each."""
    rest = world.sandbox.client("apigateway")
    root = resource(world, "/")
    for api, one, method in (("nobody", root, "GET"), (world.api, "nothing", "GET"), (world.api, root, "PUT")):
        with refused("NotFoundException", 404):
            rest.test_invoke_method(restApiId=api, resourceId=one, httpMethod=method)


def test_a_path_that_is_not_the_resources_is_a_bad_request(world: World) -> None:
    """Parameters cannot be told from it."""
    with refused("BadRequestException", 400):
        invoke(world, pathWithQueryString="/other")


def test_what_the_model_does_not_have_is_refused(world: World) -> None:
    """As for every operation."""
    path = f"/restapis/{world.api}/resources/{resource(world, '/')}/methods/GET"
    assert raw(world.sandbox.endpoint_url, "POST", path, {"certificate": "x"}).status == 400


def test_an_integration_that_is_not_forwarded_is_501_and_one_that_is_missing_500(world: World) -> None:
    """The first is the sandbox's lack, the second the API's."""
    rest = world.sandbox.client("apigateway")
    root = resource(world, "/")
    for method in ("PUT", "POST"):
        rest.put_method(restApiId=world.api, resourceId=root, httpMethod=method, authorizationType="NONE")
    rest.put_integration(restApiId=world.api, resourceId=root, httpMethod="PUT", type="MOCK")
    with refused("NotImplementedException", 501):
        invoke(world, method="PUT")
    assert invoke(world, method="POST")["status"] == 500


def test_the_control_plane_serves_others_while_it_waits(world: World) -> None:
    """A slow backend holds no lock."""
    answers: list[Any] = []
    slow = {"clientCertificateId": world.old, "pathWithQueryString": "/slow"}
    caller = threading.Thread(target=lambda: answers.append(invoke(world, "/{proxy+}", "ANY", **slow)))
    caller.start()
    world.backend.arrived.acquire()
    assert world.sandbox.client("apigateway").get_rest_apis()["items"]
    assert world.travel("new").status == 200
    world.backend.release.set()
    caller.join()
    assert answers[0]["status"] == 200
