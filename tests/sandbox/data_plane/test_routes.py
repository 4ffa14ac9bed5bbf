"""Which integration answers, and what it is asked."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from apigw_sandbox.data_plane import routes
from apigw_sandbox.data_plane.failures import NotForwardedError
from apigw_sandbox.data_plane.routes import Invocation, Route
from apigw_sandbox.moto_extension.integrations import Integration, Resource, ResponseRule
from tests.sandbox.data_plane.conftest import Environment, ask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from apigw_sandbox import Sandbox
    from tests.sandbox.data_plane.backend import Backend

PROXY = Integration(type="HTTP_PROXY", uri="https://b.example/base", http_method="GET")


def resource(path: str, *methods: str) -> Resource:
    """A resource whose integrations tell it apart."""
    made = Integration(type="HTTP_PROXY", uri=f"https://b.example{path}", http_method="ANY")
    return Resource(id=path, path=path, methods=dict.fromkeys(methods, made))


TREE = [
    resource("/{proxy+}", "ANY"),
    resource("/", "GET"),
    resource("/orders", "POST"),
    resource("/orders/{id}", "GET"),
    resource("/orders/latest", "GET"),
    resource("/orders/{id}/{rest+}", "GET"),
]


@pytest.mark.parametrize(
    ("method", "path", "found", "parameters"),
    [
        ("GET", "/", "/", {}),
        ("GET", "/orders/latest", "/orders/latest", {}),
        ("GET", "/orders/l%61test", "/orders/latest", {}),
        ("GET", "/orders/7", "/orders/{id}", {"id": "7"}),
        ("GET", "/orders/7/", "/orders/{id}", {"id": "7"}),
        ("POST", "/orders/7", "/{proxy+}", {"proxy": "orders/7"}),
        ("GET", "/orders/7/lines/2", "/orders/{id}/{rest+}", {"id": "7", "rest": "lines/2"}),
        ("GET", "/orders", "/{proxy+}", {"proxy": "orders"}),
        ("DELETE", "/a//b%2Fc", "/{proxy+}", {"proxy": "a//b%2Fc"}),
    ],
)
def test_the_most_specific_resource_with_the_method_answers(
    method: str, path: str, found: str, parameters: dict[str, str]
) -> None:
    """A literal part over a parameter over the rest."""
    route = routes.find(TREE, method, path)
    assert (route.integration.uri, route.path_parameters) == (f"https://b.example{found}", parameters)


@pytest.mark.parametrize(("method", "path"), [("POST", "/"), ("GET", "/other/x"), ("GET", "/orders//")])
def test_what_no_resource_has_is_missing_authentication(method: str, path: str) -> None:
    """403, AWS's answer to a wrong path."""
    with pytest.raises(NotForwardedError) as caught:
        routes.find(TREE[1:3], method, path)
    assert (caught.value.kind.status, caught.value.kind.message) == (403, "Missing Authentication Token")


@pytest.mark.parametrize(
    ("integration", "reason", "words"),
    [
        (None, "configuration", "has no integration"),
        (Integration(type="MOCK", uri="", http_method=""), "not-modelled", "MOCK"),
        (Integration(type="AWS_PROXY", uri="arn:aws:x", http_method="POST"), "not-modelled", "AWS_PROXY"),
        (
            Integration(type="HTTP", uri="https://b/", http_method="GET", connection_type="VPC_LINK"),
            "not-modelled",
            "VPC_LINK",
        ),
        (Integration(type="HTTP", uri="https://b/", http_method="GET", maps=True), "not-modelled", "templates"),
        (
            Integration(
                type="HTTP",
                uri="https://b/",
                http_method="GET",
                responses=(ResponseRule(selection_pattern=None, status_code=200, maps=True),),
            ),
            "not-modelled",
            "templates",
        ),
    ],
)
def test_an_integration_that_cannot_be_forwarded_says_why(
    integration: Integration | None, reason: str, words: str
) -> None:
    """By its name."""
    with pytest.raises(NotForwardedError, match=words) as caught:
        routes.find([Resource(id="r", path="/", methods={"GET": integration})], "GET", "/")
    assert caught.value.kind.reason == reason


def ask_backend(
    integration: Integration,
    invocation: Invocation,
    variables: Mapping[str, str] | None = None,
    parameters: Mapping[str, str] | None = None,
) -> tuple[str, Any]:
    """Endpoint and request of an invocation."""
    endpoint, request = routes.backend_request(Route(integration, parameters or {}), invocation, variables or {})
    return str(endpoint), request


def test_a_proxy_passes_on_method_query_body_and_headers() -> None:
    """All but what belongs to the connection, and what is the sandbox's own."""
    headers = (("Accept", "a"), ("Connection", "close"), ("Host", "h"), ("X-Sandbox-Shape", "new"), ("Cookie", "c"))
    asked = Invocation(
        api_id="api", stage="dev", method="PATCH", path="/", query="a=1&a=2", headers=headers, body=b"body"
    )
    endpoint, request = ask_backend(
        Integration(type="HTTP_PROXY", uri="https://b.example:8443?z=0", http_method="ANY"), asked
    )
    assert (endpoint, request.host, request.target) == ("b.example:8443", "b.example:8443", "/?z=0&a=1&a=2")
    assert (request.method, request.body) == ("PATCH", b"body")
    assert request.headers == (("Accept", "a"), ("Cookie", "c"), ("x-amzn-apigateway-api-id", "api"))


def test_mappings_fill_path_query_and_headers_from_everywhere() -> None:
    """Sources that are absent are left out; a mapped header replaces the caller's."""
    integration = Integration(
        type="HTTP",
        uri="http://${stageVariables.host}/{version}/{id}",
        http_method="POST",
        request_parameters={
            "integration.request.path.version": "'v 1'",
            "integration.request.path.id": "method.request.path.id",
            "integration.request.querystring.page": "method.request.querystring.p",
            "integration.request.querystring.none": "method.request.querystring.q",
            "integration.request.header.Accept": "method.request.header.X-Accept",
            "integration.request.header.X-None": "method.request.header.X-Missing",
            "integration.request.header.X-Host": "stageVariables.host",
        },
    )
    headers = (("Accept", "a"), ("X-Accept", "b"), ("Content-Type", "t"), ("Cookie", "c"))
    asked = Invocation(api_id="api", stage="dev", method="GET", path="/7", query="p=1", headers=headers)
    endpoint, request = ask_backend(integration, asked, {"host": "b.example"}, {"id": "7%2F8"})
    assert (endpoint, request.method, request.target) == ("b.example:80", "POST", "/v%201/7%2F8?page=1")
    assert dict(request.headers) == {
        "Content-Type": "t",
        "Accept": "b",
        "X-Host": "b.example",
        "x-amzn-apigateway-api-id": "api",
    }


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("https://${stageVariables.host}/", "no variable host"),
        ("https://b.example/{id}", "integration.request.path.id"),
        ("ftp://b.example/", "Invalid endpoint"),
        ("https:///path", "Invalid endpoint"),
        ("https://user@b.example/", "Invalid endpoint"),
        ("https://b.example:99999/", "Invalid endpoint"),
        ("https://b.example/a\r\nb", "Invalid endpoint"),
        ("https://b.example/ü", "Invalid endpoint"),
    ],
)
def test_a_uri_that_does_not_work_out_is_a_configuration_error(uri: str, words: str) -> None:
    """500."""
    asked = Invocation(api_id="api", stage="dev", method="GET", path="/")
    with pytest.raises(NotForwardedError, match=re.escape(words)) as caught:
        ask_backend(Integration(type="HTTP_PROXY", uri=uri, http_method="GET"), asked)
    assert caught.value.kind.status == 500


def test_a_source_that_the_sandbox_does_not_know_is_refused_by_name() -> None:
    """Never left out in silence."""
    integration = Integration(
        type="HTTP_PROXY",
        uri="https://b.example/",
        http_method="GET",
        request_parameters={"integration.request.header.X": "context.identity.sourceIp"},
    )
    with pytest.raises(NotForwardedError, match=r"context\.identity\.sourceIp"):
        ask_backend(integration, Invocation(api_id="api", stage="dev", method="GET", path="/"))


def test_an_ipv6_backend_is_shown_in_brackets() -> None:
    """As in a URL."""
    asked = Invocation(api_id="api", stage="dev", method="GET", path="/")
    endpoint, _ = ask_backend(Integration(type="HTTP_PROXY", uri="https://[::1]:8443/", http_method="GET"), asked)
    assert endpoint == "[::1]:8443"


def test_statuses_follow_the_integrations_responses() -> None:
    """By pattern first, then the default; without either it is a configuration error."""
    rules = (
        ResponseRule(selection_pattern=None, status_code=200, maps=False),
        ResponseRule(selection_pattern=r"5\d\d", status_code=502, maps=False),
    )
    integration = Integration(type="HTTP", uri="https://b/", http_method="GET", responses=rules)
    assert [routes.answered_status(integration, status) for status in (204, 503)] == [200, 502]
    assert routes.answered_status(PROXY, 418) == 418
    with pytest.raises(NotForwardedError, match="no integration response"):
        routes.answered_status(Integration(type="HTTP", uri="https://b/", http_method="GET"), 200)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "PURGE"])
@pytest.mark.parametrize("own_port", [True, False])
def test_every_method_passes_through_a_stage_on_either_port(
    environment: Environment, method: str, *, own_port: bool
) -> None:
    """With query, body and headers, by the paths that LocalStack made known."""
    path = f"/restapis/{environment.api}/dev/_user_request_/some/path%20x?a=1&b=%2F"
    base = environment.sandbox._plane.data_plane.url if own_port else environment.sandbox.endpoint_url  # noqa: SLF001 - both ports
    body = b"hello" if method in {"POST", "PUT", "PATCH"} else None
    reply = ask(base + path, method, body, X_Extra="yes", Content_Type="text/plain")
    assert (reply.status, reply.headers["x-backend"]) == (200, "yes")
    (seen,) = environment.backend.seen
    assert (seen["method"], seen["path"], seen["body"]) == (method, "/some/path%20x?a=1&b=%2F", (body or b"").decode())
    assert (seen["headers"]["x-extra"], seen["headers"]["content-type"]) == ("yes", "text/plain")
    assert (reply.body == b"") is (method == "HEAD")


@pytest.mark.parametrize("status", [201, 302, 403, 503])
def test_the_backends_own_status_is_passed_on(environment: Environment, status: int) -> None:
    """Whatever it is: no redirect is followed, and it is no failure of the gateway."""
    assert environment.call(f"/x?status={status}").status == status
    assert (environment.last.status, environment.last.backend_status, environment.last.reason) == (status, status, "")


@pytest.mark.parametrize("shape", ["new", "keepalive", "long"])
@pytest.mark.parametrize("own_port", [True, False])
def test_an_answer_without_content_is_passed_on(environment: Environment, shape: str, *, own_port: bool) -> None:
    """204."""
    base = environment.sandbox._plane.data_plane.url if own_port else environment.sandbox.endpoint_url  # noqa: SLF001 - both ports
    reply = ask(f"{base}/restapis/{environment.api}/dev/_user_request_/empty", x_sandbox_shape=shape)
    assert (reply.status, reply.body) == (204, b"")


@pytest.mark.parametrize("own_port", [True, False])
def test_a_streamed_answer_arrives_on_either_port(environment: Environment, *, own_port: bool) -> None:
    """Whole, and recorded once."""
    environment.backend.release.set()
    base = environment.sandbox._plane.data_plane.url if own_port else environment.sandbox.endpoint_url  # noqa: SLF001 - both ports
    reply = ask(f"{base}/restapis/{environment.api}/dev/_user_request_/chunked", x_sandbox_shape="long")
    assert reply.body == b"firstsecond"
    assert [record.reason for record in environment.sandbox.requests.entries()] == [""]


def test_stage_variables_choose_the_backend(sandbox: Sandbox, make_backend: Callable[..., Backend]) -> None:
    """Blue and green of one API; a PATCH of the variable moves a stage."""
    blue, green = make_backend(), make_backend()
    api = sandbox.console.create_rest_api(
        "orders", backend_url="https://localhost:${stageVariables.port}/base/", proxy=True
    )
    sandbox.console.create_stage(api, "dev", variables={"port": str(blue.port)})
    sandbox.console.create_stage(api, "prod", variables={"port": str(green.port)})
    assert [ask(sandbox.invoke_url(api, stage, "/x")).status for stage in ("dev", "prod")] == [200, 200]
    sandbox.client("apigateway").update_stage(
        restApiId=api,
        stageName="dev",
        patchOperations=[{"op": "replace", "path": "/variables/port", "value": str(green.port)}],
    )
    assert ask(sandbox.invoke_url(api, "dev", "/y")).status == 200
    assert [seen["path"] for seen in blue.seen] == ["/base/x"]
    assert [seen["path"] for seen in green.seen] == ["/base/x", "/base/y"]


@pytest.mark.parametrize(
    ("api", "stage", "path", "message"),
    [
        ("nobody", "dev", "/", "Forbidden"),
        (None, "test", "/", "Forbidden"),
        (None, "dev", "/nowhere", "Missing Authentication Token"),
    ],
)
def test_what_is_not_there_is_403_and_recorded(
    sandbox: Sandbox, api: str | None, stage: str, path: str, message: str
) -> None:
    """As AWS answers it."""
    made = sandbox.console.create_rest_api("orders", ["dev"])
    reply = ask(sandbox.invoke_url(api or made, stage, path))
    assert (reply.status, json.loads(reply.body)) == (403, {"message": message})
    (record,) = sandbox.requests.entries()
    assert (record.status, record.backend, record.stage) == (403, "", stage)


def test_integrations_put_by_the_api_are_what_is_called(sandbox: Sandbox, make_backend: Callable[..., Backend]) -> None:
    """Non-proxy HTTP with responses, an untrusted server allowed by ``tlsConfig``, and a MOCK that is 501."""
    backend = make_backend()
    rest = sandbox.client("apigateway")
    api = rest.create_rest_api(name="orders")["id"]
    root = rest.get_resources(restApiId=api)["items"][0]["id"]
    for method in ("GET", "POST", "PUT"):
        rest.put_method(restApiId=api, resourceId=root, httpMethod=method, authorizationType="NONE")
        if method != "PUT":
            rest.put_integration(
                restApiId=api,
                resourceId=root,
                httpMethod=method,
                type="HTTP",
                integrationHttpMethod=method,
                uri=backend.url,
                tlsConfig={"insecureSkipVerification": True},
            )
    rest.put_method_response(restApiId=api, resourceId=root, httpMethod="GET", statusCode="202")
    rest.put_integration_response(restApiId=api, resourceId=root, httpMethod="GET", statusCode="202")
    rest.put_integration(restApiId=api, resourceId=root, httpMethod="PUT", type="MOCK")
    rest.create_deployment(restApiId=api, stageName="dev")
    url = sandbox.invoke_url(api, "dev")
    reply = ask(url)
    assert (reply.status, reply.headers["content-type"]) == (202, "application/json")
    assert "x-backend" not in reply.headers
    assert (ask(url, "POST", b"{}").status, ask(url, "PUT").status) == (500, 501)
    assert [record.reason for record in sandbox.requests.entries()] == ["", "configuration", "not-modelled"]
