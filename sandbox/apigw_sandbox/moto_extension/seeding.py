"""APIs and stages made and changed in moto's backends, without a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apigw_sandbox import stage_names
from apigw_sandbox.api_errors import BadRequest, Conflict, NotFound
from apigw_sandbox.moto_extension import backends

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_sandbox.control_plane import ControlPlane


def rest_api(plane: ControlPlane, name: str, backend_url: str, *, proxy: bool, insecure_skip_verification: bool) -> str:
    """A REST API with ``GET /`` proxied to a URL, on demand also ``ANY /{proxy+}``, with one deployment; its id."""
    rest = backends.rest(plane.account_id, plane.region)
    api = rest.create_rest_api(name, "", endpoint_configuration={"types": ["REGIONAL"]})  # type: ignore[arg-type]  # moto's annotation says str, its code takes the map
    tls: dict[str, Any] | None = {"insecureSkipVerification": True} if insecure_skip_verification else None
    rest.put_method(api.id, api.root_resource_id, "GET", "NONE")
    rest.put_integration(api.id, api.root_resource_id, "GET", "HTTP_PROXY", backend_url, "GET", tls_config=tls)
    if proxy:
        greedy = rest.create_resource(api.id, str(api.root_resource_id), "{proxy+}")
        rest.put_method(api.id, greedy.id, "ANY", "NONE", request_parameters={"method.request.path.proxy": True})
        rest.put_integration(
            api.id,
            greedy.id,
            "ANY",
            "HTTP_PROXY",
            f"{backend_url.rstrip('/')}/{{proxy}}",
            "ANY",
            tls_config=tls,
            request_parameters={"integration.request.path.proxy": "method.request.path.proxy"},
        )
    rest.create_deployment(api.id, "")
    return str(api.id)


def websocket_api(plane: ControlPlane, name: str) -> str:
    """A WebSocket API; returns its id."""
    v2 = backends.websocket(plane.account_id, plane.region)
    absent: Any = None
    api = v2.create_api(
        api_key_selection_expression=absent,
        cors_configuration=absent,
        description=absent,
        disable_schema_validation=absent,
        disable_execute_api_endpoint=absent,
        name=name,
        protocol_type="WEBSOCKET",
        route_selection_expression="$request.body.action",
        tags={},
        version=absent,
    )
    return str(api.api_id)


def create_stage(plane: ControlPlane, api_id: str, stage_name: str, variables: Mapping[str, str]) -> str:
    """A stage of either kind of API; returns the kind."""
    kind, api = _api(plane, api_id)
    if stage_names.checked(stage_name, default=kind == backends.WEBSOCKET) in api.stages:
        raise Conflict("Stage already exists")
    if kind == backends.REST:
        deployments = list(api.deployments)
        if not deployments:
            raise BadRequest(f"API {api_id} has no deployment to make a stage of")
        rest = backends.rest(plane.account_id, plane.region)
        stage = rest.create_stage(api_id, stage_name, deployments[-1], variables=dict(variables))
        backends.touch(stage, plane.clock.now())
    else:
        stage = api.create_stage({"stageName": stage_name, "stageVariables": dict(variables)})
        stage.created = stage.updated = plane.clock.now()
    return kind


def delete_stage(plane: ControlPlane, api_id: str, stage_name: str) -> str:
    """Remove a stage; returns the kind of its API."""
    kind, api = _api(plane, api_id)
    _stage(api, stage_name)
    del api.stages[stage_name]
    return kind


def delete_api(plane: ControlPlane, api_id: str) -> str:
    """Remove an API with its stages; returns its kind."""
    kind, _ = _api(plane, api_id)
    apis: dict[str, Any] = _apis(plane, kind)
    del apis[api_id]
    return kind


def bind(plane: ControlPlane, api_id: str, stage_name: str, certificate_id: str) -> str:
    """Let a stage present a certificate, "" for none; returns the kind of its API."""
    kind, api = _api(plane, api_id)
    stage = _stage(api, stage_name)
    binding = plane.checked_binding(certificate_id, region=plane.region, acm=kind == backends.REST)
    if kind == backends.REST:
        backends.bind(stage, binding, plane.clock.now())
    else:
        backends.bind_websocket(stage, binding)
    return kind


def _apis(plane: ControlPlane, kind: str) -> dict[str, Any]:
    if kind == backends.REST:
        return _untyped(backends.rest(plane.account_id, plane.region).apis)
    return _untyped(backends.websocket(plane.account_id, plane.region).apis)


def _untyped(apis: Any) -> dict[str, Any]:  # noqa: ANN401 - moto's own models
    """The same dictionary, untyped."""
    found: dict[str, Any] = apis
    return found


def _api(plane: ControlPlane, api_id: str) -> tuple[str, Any]:
    for kind in (backends.REST, backends.WEBSOCKET):
        if api_id in (apis := _apis(plane, kind)):
            return kind, apis[api_id]
    raise NotFound(f"Invalid API identifier specified {api_id}")


def _stage(api: Any, stage_name: str) -> Any:  # noqa: ANN401 - moto's own models
    if stage_name not in api.stages:
        raise NotFound("Invalid stage identifier specified")
    return api.stages[stage_name]
