"""TestInvokeMethod: one call of a method, outside any stage, with a certificate of the caller's choice."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from apigw_sandbox.api_errors import BadRequest, NotFound, NotModelled
from apigw_sandbox.data_plane import failures, routes
from apigw_sandbox.data_plane.failures import NotForwardedError
from apigw_sandbox.data_plane.plane import Errand
from apigw_sandbox.data_plane.replies import failed
from apigw_sandbox.messages import Answer, json_answer
from apigw_sandbox.moto_extension import integrations, serving

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_sandbox.control_plane import ControlPlane
    from apigw_sandbox.data_plane.exchange import Headers
    from apigw_sandbox.data_plane.replies import Reply
    from apigw_sandbox.data_plane.routes import Invocation
    from apigw_sandbox.messages import Call
    from apigw_sandbox.moto_extension.integrations import Resource

STAGE = "test-invoke-stage"
"""The stage of such requests in their records; AWS's logs call it so."""
SHAPE = "test-invoke"


def is_trial(call: Call) -> bool:
    """Whether a call is this operation."""
    return (call.service, call.action) == ("apigateway", "TestInvokeMethod")


def perform(plane: ControlPlane, call: Call) -> Answer:
    """The answer of the operation. The control plane's lock is held before the backend is called, not meanwhile.

    Raises:
        ApiError: throttled; an unknown API, resource, method or certificate; a path that is not the resource's; an
            integration that the sandbox does not forward.
    """
    with plane.lock:
        plane.admit(call.service)
        members = serving.checked_members(call)
        resource = _resource(plane, call)
        method = _method(resource, call.parameters["http_method"])
        invocation, parameters = _invocation(call, members, resource)
        # UNVERIFIED: what AWS answers to an ACM ARN (docs/aws.md §1.4); here it is no certificate that exists.
        certificate_id = members.get("clientCertificateId") or ""
        if certificate_id:
            plane.certificates(call.region).get(certificate_id)
        identity = plane.data_plane.identity(certificate_id, call.region)
        behaviour = plane.behaviour
    started = time.monotonic()
    try:
        route = routes.route(resource, method, parameters)
    except NotForwardedError as error:
        if error.kind is failures.NOT_MODELLED:
            raise NotModelled(error.detail) from error
        reply = failed(error, ())
    else:
        errand = Errand(
            invocation=invocation,
            route=route,
            variables=members.get("stageVariables") or {},
            identity=identity,
            behaviour=behaviour,
        )
        record = replace(plane.data_plane.new_record(invocation), shape=SHAPE, bound=certificate_id)
        reply = plane.data_plane.forward(errand, record)
    return json_answer(_shown(reply, invocation, latency=round((time.monotonic() - started) * 1000)))


def _resource(plane: ControlPlane, call: Call) -> Resource:
    api_id = call.parameters["restapi_id"]
    if not integrations.has_api(plane.account_id, call.region, api_id):
        raise NotFound(f"Invalid API identifier specified {plane.account_id}:{api_id}")
    for resource in integrations.resources(plane.account_id, call.region, api_id):
        if resource.id == call.parameters["resource_id"]:
            return resource
    raise NotFound("Invalid Resource identifier specified")


def _method(resource: Resource, wanted: str) -> str:
    """The resource's method that answers for this one.

    UNVERIFIED: that an ANY method is tried as GET, say, like AWS's console does it, which offers the methods to choose
    from (docs/aws.md §1.4). AWS documents of ``httpMethod`` only that it names the method request.
    """
    for name in (wanted, "ANY"):
        if name in resource.methods:
            return name
    raise NotFound("Invalid Method identifier specified")


def _invocation(call: Call, members: Mapping[str, Any], resource: Resource) -> tuple[Invocation, Mapping[str, str]]:
    method = call.parameters["http_method"]
    path, _, query = (members.get("pathWithQueryString") or resource.path).partition("?")
    parameters = routes.match(resource.path, path)
    if parameters is None:
        raise BadRequest(f"Invalid path {path} for resource {resource.path}")
    invocation = routes.Invocation(
        api_id=call.parameters["restapi_id"],
        stage=STAGE,
        # UNVERIFIED: what AWS asks the backend with where the caller says ANY (docs/aws.md §1.4); here, with ANY.
        method=method,
        path=path,
        query=query,
        headers=_headers(members),
        body=(members.get("body") or "").encode(),
    )
    return invocation, parameters


def _headers(members: Mapping[str, Any]) -> Headers:
    several = members.get("multiValueHeaders") or {}
    single = members.get("headers") or {}
    return (
        *((name, value) for name, value in single.items() if name not in several),
        *((name, value) for name, values in several.items() for value in values),
    )


def _shown(reply: Reply, invocation: Invocation, *, latency: int) -> dict[str, object]:
    several: dict[str, list[str]] = {}
    for name, value in reply.headers:
        several.setdefault(name, []).append(value)
    return {
        "status": reply.status,
        "body": reply.body.decode("utf-8", "replace"),
        "headers": {name: values[-1] for name, values in several.items()},
        "multiValueHeaders": several,
        "log": _log(reply, invocation),
        "latency": latency,
    }


def _log(reply: Reply, invocation: Invocation) -> str:
    """In the manner of AWS's execution log (docs/aws.md §1.4); match on nothing in it."""
    lines = [f"HTTP Method: {invocation.method}, Resource Path: {invocation.path}"]
    if reply.failure is not None:
        what = "configuration error" if reply.failure.kind.status == failures.CONFIGURATION.status else "network error"
        lines.append(f"Execution failed due to {what}: {reply.failure.detail} ({reply.failure.kind.reason})")
    lines.append(f"Method completed with status: {reply.status}")
    return "".join(f"{line}\n" for line in lines)
