"""Which call a request is, and who answers it."""

from __future__ import annotations

import functools
import io
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from moto.core.request import Request
from moto.core.routing import get_service_router
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.exceptions import HTTPException
from werkzeug.test import run_wsgi_app

from apigw_sandbox.api_errors import ApiError, InternalFailure, Malformed, NotModelled, UnknownOperation, Unsigned
from apigw_sandbox.journal import SUCCESS_BELOW
from apigw_sandbox.messages import JSON, Answer, Call, new_request_id
from apigw_sandbox.moto_extension import backends, buckets, model, shaped
from apigw_sandbox.moto_extension.rest import RestResponse
from apigw_sandbox.moto_extension.websocket import WebSocketResponse

if TYPE_CHECKING:
    from apigw_sandbox.control_plane import ControlPlane

_RESPONSES: dict[str, type[RestResponse | WebSocketResponse]] = {
    "apigateway": RestResponse,
    "apigatewayv2": WebSocketResponse,
}

# Through moto's own server, but in JSON.
_IN_JSON = frozenset({"ssm", "secretsmanager"})
_S3_REQUEST_ID = "x-amz-request-id"

# …Credential=KEY/20260101/us-east-1/ssm/aws4_request, in a header or (percent-encoded) in a pre-signed query.
_SCOPE = re.compile(
    r"Credential=[^/,&]+(?:/|%2F)\d{8}(?:/|%2F)(?P<region>[a-z0-9-]+)(?:/|%2F)(?P<service>[a-z0-9-]+)(?:/|%2F)aws4_request"
)


class ServedRequest(Request):
    """A request that came through a real server, which sets the Date header itself."""

    from_wsgi_server = True


def recognise(environ: dict[str, Any], body: bytes) -> Call:
    """The AWS call that a request makes, by its signature's scope and botocore's model.

    Raises:
        Unsigned: no SigV4 credential scope. Signatures themselves are not verified.
        UnknownOperation: a service, region or operation that the sandbox has never heard of.
    """
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", "")) or _SCOPE.search(environ.get("QUERY_STRING", ""))
    if scope is None:
        raise Unsigned("Missing Authentication Token")
    service, region = scope["service"], scope["region"]
    if service == "apigateway" and environ["PATH_INFO"].startswith("/v2/"):
        service = "apigatewayv2"
    if service not in backends.SERVED:
        raise UnknownOperation(f"The sandbox serves {', '.join(backends.SERVED)}, not {service}")
    if region not in _regions():
        raise UnknownOperation(f"No region is called {region}")
    environ["wsgi.input"] = io.BytesIO(body)
    try:
        operation, parameters = get_service_router(service).match(ServedRequest(environ))
    except (HTTPException, NotImplementedError) as error:
        raise UnknownOperation(
            f"{service} has no operation for {environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        ) from error
    return Call(
        service=service,
        action=str(operation.name),
        region=region,
        parameters={name: str(value) for name, value in parameters.items()},
        body=body,
        environ=environ,
    )


def perform(plane: ControlPlane, call: Call) -> Answer:
    """Carry out a call and answer it.

    Raises:
        ApiError: the call is refused; ``NotModelled`` where AWS would serve it and the sandbox cannot.
    """
    call.environ["wsgi.input"] = io.BytesIO(call.body)
    call.environ["HTTP_X_MOTO_ACCOUNT_ID"] = plane.account_id
    try:
        if call.service in _RESPONSES:
            return _perform_api_gateway(plane, call)
        return _perform_elsewhere(call)
    except ApiError:
        raise
    except NotImplementedError as error:
        raise NotModelled(f"The sandbox does not model {call.service} {call.action}") from error
    except Exception as error:
        raise InternalFailure(f"moto failed at {call.action}: {type(error).__name__}: {error}") from error


def checked_members(call: Call) -> dict[str, Any]:
    """The body's members of a call to API Gateway, its query checked too; raises ``BadRequest`` or ``Malformed``."""
    model.checked_query(call.service, call.action, call.environ.get("QUERY_STRING", ""))
    return model.checked_body(call.service, call.action, _object(call.body))


def _perform_api_gateway(plane: ControlPlane, call: Call) -> Answer:
    query = model.checked_query(call.service, call.action, call.environ.get("QUERY_STRING", ""))
    members: dict[str, Any] = {}
    if not model.has_payload(call.service, call.action):
        members = model.checked_body(call.service, call.action, _object(call.body))
    response = _RESPONSES[call.service](plane, query, members)
    status, headers, body = response._dispatch(ServedRequest(call.environ))  # noqa: SLF001 - moto's public door makes its own instance
    return _as_modelled(call, int(status), {str(key).lower(): str(value) for key, value in headers.items()}, body)


def _as_modelled(call: Call, status: int, headers: dict[str, str], body: str | bytes) -> Answer:
    """The answer of moto with the statuses and error shapes of the service model, which moto often misses."""
    content = body.encode() if isinstance(body, str) else body
    request_id = ("x-amzn-RequestId", headers.get("x-amzn-requestid", ""))
    code = headers.get("x-amzn-errortype")
    if status >= SUCCESS_BELOW and code is None:
        raise NotModelled(f"The sandbox does not model {call.service} {call.action}")
    if code is not None:
        message = json.loads(content).get("message", "")
        error = ApiError(message)
        error.code, error.status = code, model.error_status(call.service, code) or status
        raise error
    status = model.success_status(call.service, call.action)
    kind = headers.get("content-type", JSON)
    if status == 204:  # noqa: PLR2004 - HTTP's No Content
        return Answer(status=status, headers=(request_id,))
    return Answer(
        status=status,
        body=shaped.body(call.service, call.action, content),
        headers=(("Content-Type", kind), request_id),
    )


def _perform_elsewhere(call: Call) -> Answer:
    if call.service == "s3" and (stranger := buckets.not_the_expected_owners(call)) is not None:
        return stranger
    chunks, status, headers = run_wsgi_app(_moto_server(), call.environ, buffered=True)
    answer = Answer(status=int(status.split(" ", 1)[0]), body=b"".join(chunks), headers=tuple(headers))
    if call.service == "s3" and not answer.header(_S3_REQUEST_ID):
        answer = replace(answer, headers=(*answer.headers, (_S3_REQUEST_ID, new_request_id().replace("-", "")[:16])))
    if call.service in _IN_JSON and answer.status < SUCCESS_BELOW:
        answer = replace(answer, body=shaped.body(call.service, call.action, answer.body))
    return answer


def _object(body: bytes) -> dict[str, object]:
    if not body:
        return {}
    try:
        parsed = json.loads(body)
    except ValueError as error:
        raise Malformed("The body is not JSON") from error
    if not isinstance(parsed, dict):
        raise Malformed("The body is not a JSON object")
    return parsed


@functools.cache
def _moto_server() -> DomainDispatcherApplication:
    return DomainDispatcherApplication(create_backend_app)


@functools.cache
def _regions() -> frozenset[str]:
    return backends.regions()
