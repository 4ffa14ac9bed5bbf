"""moto's apigatewayv2 with UpdateStage, which moto lacks, and with stages that know their certificate."""

from __future__ import annotations

from typing import Any

from moto.apigatewayv2.responses import ApiGatewayV2Response

from apigw_sandbox import stage_names
from apigw_sandbox.api_errors import BadRequest, Conflict, NotFound
from apigw_sandbox.moto_extension import backends
from apigw_sandbox.moto_extension.checked import Answered, CheckedResponse, answered

# Wire member -> attribute of moto's stage.
_ATTRIBUTES = {
    "accessLogSettings": "access_log_settings",
    "autoDeploy": "auto_deploy",
    "defaultRouteSettings": "default_route_settings",
    "description": "description",
    "routeSettings": "route_settings",
    "stageVariables": "stage_variables",
}


class WebSocketResponse(CheckedResponse, ApiGatewayV2Response):
    """One request to ``apigatewayv2``."""

    def get_apis(self) -> Answered:
        """GET /v2/apis, in pages, which moto does not cut."""
        apis = self.apigatewayv2_backend.get_apis()
        return self._page([api.to_json() for api in apis], lambda api: str(api["apiId"]))

    def get_stages(self) -> Answered:
        """GET /v2/apis/{api}/stages, in pages."""
        api_id = self._uri("apiId")
        stages = self.apigatewayv2_backend.get_stages(api_id)
        return self._page([stage.to_json() for stage in stages], lambda stage: f"{api_id}/{stage['stageName']}")

    def create_stage(self) -> Answered:
        """POST /v2/apis/{api}/stages; moto would overwrite a stage of that name."""
        api = self.apigatewayv2_backend.get_api(self._uri("apiId"))
        if stage_names.checked(self.members["stageName"], default=True) in api.stages:
            raise Conflict("Stage already exists")
        binding = self._binding(api)
        self._refuse_deployment()
        stage = api.create_stage({**self.members, "clientCertificateId": binding})
        stage.created = stage.updated = self.plane.clock.now()
        return answered(stage.to_json())

    def update_stage(self) -> Answered:
        """PATCH /v2/apis/{api}/stages/{stage}: the members given are replaced, the others stay."""
        api = self.apigatewayv2_backend.get_api(self._uri("apiId"))
        stage = api.get_stage(self._uri("stageName"))
        binding = self._binding(api)
        self._refuse_deployment()
        for member, attribute in _ATTRIBUTES.items():
            if member in self.members:
                setattr(stage, attribute, self.members[member])
        if "clientCertificateId" in self.members:
            backends.bind_websocket(stage, binding)
        stage.updated = self.plane.clock.now()
        return answered(stage.to_json())

    def delete_stage(self) -> Answered:
        """DELETE /v2/apis/{api}/stages/{stage}; moto takes an unknown stage for deleted."""
        api = self.apigatewayv2_backend.get_api(self._uri("apiId"))
        api.get_stage(self._uri("stageName"))
        api.delete_stage(self._uri("stageName"))
        return answered({})

    def _binding(self, api: Any) -> str | None:  # noqa: ANN401 - moto's own models
        """The certificate that the request asks for; "" clears, as seen live (https://github.com/go-to-k/cdkd/pull/1577)."""
        value = self.members.get("clientCertificateId", "")
        if value and api.protocol_type != "WEBSOCKET":
            raise BadRequest("ClientCertificateId is supported only for WebSocket APIs")
        # ACM certificates are for REST APIs only (docs/aws.md §1.6).
        return self.plane.checked_binding(value, region=self.region, acm=False)

    def _refuse_deployment(self) -> None:
        if self.members.get("deploymentId"):
            # moto has no deployments of version 2, so no id can exist.
            raise NotFound("Unable to find Deployment by ID")

    def _page(self, items: list[dict[str, Any]], key: Any) -> Answered:  # noqa: ANN401 - moto's own models
        page, position = self.plane.api_pager.page(
            items, key, position=self._query("nextToken"), limit=self._query("maxResults")
        )
        return answered({"items": page, **({} if position is None else {"nextToken": position})})
