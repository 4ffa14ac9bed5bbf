"""moto's REST API operations with what moto lacks or gets wrong: certificates, their tags, the stages' binding."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.apigateway.responses import APIGatewayResponse

from apigw_sandbox import patches, stage_names, tagging
from apigw_sandbox.api_errors import BadRequest
from apigw_sandbox.moto_extension import backends
from apigw_sandbox.moto_extension.checked import Answered, CheckedResponse, answered

if TYPE_CHECKING:
    from apigw_sandbox.certificates import CertificateStore

# Members that moto takes and drops.
_NOT_KEPT = {
    "CreateStage": ("canarySettings", "documentationVersion"),
    "CreateDeployment": (
        "cacheClusterEnabled",
        "cacheClusterSize",
        "canarySettings",
        "stageDescription",
        "tracingEnabled",
    ),
}


class RestResponse(CheckedResponse, APIGatewayResponse):
    """One request to ``apigateway``; moto calls the method that is named after the operation."""

    @property
    def certificates(self) -> CertificateStore:
        """The certificates of the request's region."""
        return self.plane.certificates(self.region)

    def generate_client_certificate(self) -> Answered:
        """POST /clientcertificates."""
        certificate = self.certificates.generate(
            now=self.plane.clock.now(),
            behaviour=self.plane.behaviour,
            description=self.members.get("description"),
            tags=self.members.get("tags"),
        )
        return answered(certificate.to_json())

    def get_client_certificate(self) -> Answered:
        """GET /clientcertificates/{id}."""
        return answered(self.certificates.get(self._uri("clientcertificate_id")).to_json())

    def get_client_certificates(self) -> Answered:
        """GET /clientcertificates: 25 unless ``limit`` says otherwise; the wire key is ``item``."""
        page, position = self.certificates.page(position=self._query("position"), limit=self._query("limit"))
        return answered(_page([certificate.to_json() for certificate in page], position))

    def update_client_certificate(self) -> Answered:
        """PATCH /clientcertificates/{id}: only the description can be changed."""
        certificate = self.certificates.get(self._uri("clientcertificate_id"))
        for operation in patches.checked(self.members.get("patchOperations"), patches.CERTIFICATE_PATHS):
            certificate.description = operation.value
        return answered(certificate.to_json())

    def delete_client_certificate(self) -> Answered:
        """DELETE /clientcertificates/{id}."""
        certificate_id = self._uri("clientcertificate_id")
        users = backends.presenting(self.plane.account_id, self.region, certificate_id)
        self.certificates.delete(certificate_id, users=users, behaviour=self.plane.behaviour)
        return answered({})

    def get_tags(self) -> Answered:  # type: ignore[override]  # moto answers with bare text
        """GET /tags/{arn}; AWS documents position and limit as not supported."""
        if self.query:
            raise BadRequest("GetTags supports neither position nor limit")
        return answered({"tags": self._tags()})

    def tag_resource(self) -> Answered:  # type: ignore[override]  # moto answers with bare text
        """PUT /tags/{arn}."""
        self._set_tags(tagging.merged(self._tags(), self.members["tags"]))
        return answered({})

    def untag_resource(self) -> Answered:  # type: ignore[override]  # moto answers with bare text
        """DELETE /tags/{arn}?tagKeys=…; a key that is not there is no error."""
        self._set_tags({key: value for key, value in self._tags().items() if key not in self.query["tagKeys"]})
        return answered({})

    def get_rest_apis(self) -> Answered:  # type: ignore[override]  # moto answers with bare text
        """GET /restapis, in pages, which moto does not cut."""
        page, position = self.plane.api_pager.page(
            self.backend.list_apis(), lambda api: api.id, position=self._query("position"), limit=self._query("limit")
        )
        return answered(_page([api.to_dict() for api in page], position))

    def create_stage(self) -> Answered:
        """POST /restapis/{api}/stages: on a deployment that exists, which moto does not ask for."""
        self._refuse_what_is_not_kept("CreateStage")
        api = self.backend.get_rest_api(self._uri("restapi_id"))
        stage_names.checked(self.members["stageName"])
        self._check_deployment(api, self.members["deploymentId"])
        tagging.merged({}, self.members.get("tags") or {})
        super().create_stage()
        return self._stage(self.members["stageName"], touched=True)

    def get_stage(self) -> Answered:  # type: ignore[override]  # moto answers with bare text
        """GET /restapis/{api}/stages/{stage}."""
        return self._stage(self._uri("stage_name"))

    def get_stages(self) -> Answered:  # type: ignore[override]  # moto answers with bare text
        """GET /restapis/{api}/stages?deploymentId, all at once as AWS does."""
        deployment = self._query("deploymentId")
        stages = self.backend.get_stages(self._uri("restapi_id"))
        chosen = [stage for stage in stages if deployment in (None, stage.deployment_id)]
        return answered({"item": [backends.rest_stage_json(stage) for stage in chosen]})

    def update_stage(self) -> Answered:  # type: ignore[override]  # moto answers with bare text
        """PATCH /restapis/{api}/stages/{stage}: all operations or none."""
        api_id, stage_name = self._uri("restapi_id"), self._uri("stage_name")
        stage = self.backend.get_stage(api_id, stage_name)
        operations = patches.checked(self.members.get("patchOperations"), patches.STAGE_PATHS)
        binding = backends.binding(stage)
        for operation in operations:
            if operation.path == "/clientCertificateId":
                binding = self.plane.checked_binding(operation.value or "", region=self.region, acm=True)
            elif operation.path == "/deploymentId":
                self._check_deployment(self.backend.get_rest_api(api_id), operation.value)
        for_moto = [operation for operation in operations if operation.path != "/clientCertificateId"]
        stage.apply_operations([{"op": one.op, "path": one.path, "value": one.value} for one in for_moto])
        backends.bind(stage, binding, self.plane.clock.now())
        return self._stage(stage_name)

    def create_deployment(self) -> Answered:
        """POST /restapis/{api}/deployments: an existing stage moves to the deployment and keeps its settings.

        moto puts a new, bare stage in its place (docs/aws.md §8).
        """
        self._refuse_what_is_not_kept("CreateDeployment")
        name, variables = self.members.get("stageName"), self.members.get("variables")
        api = self.backend.get_rest_api(self._uri("restapi_id"))
        # An empty name makes a deployment without a stage, as none does: Terraform sends it.
        kept = api.stages.get(stage_names.checked(name)) if name else None
        result = super().create_deployment()
        if name and kept is not None:
            kept.deployment_id = api.stages[name].deployment_id
            kept.variables = variables if variables is not None else kept.variables
            api.stages[name] = kept
        if name:
            backends.touch(api.stages[name], self.plane.clock.now())
        return answered(json.loads(result[2]))

    def _stage(self, name: str, *, touched: bool = False) -> Answered:
        stage = self.backend.get_stage(self._uri("restapi_id"), name)
        if touched:
            backends.touch(stage, self.plane.clock.now())
        return answered(backends.rest_stage_json(stage))

    def _check_deployment(self, api: Any, deployment_id: str | None) -> None:  # noqa: ANN401 - moto's own models
        if deployment_id not in api.deployments:
            # UNVERIFIED: the code (docs/aws.md §3.3).
            raise BadRequest("Deployment id does not exist")

    def _refuse_what_is_not_kept(self, action: str) -> None:
        for name in _NOT_KEPT[action]:
            if name in self.members:
                raise BadRequest(f"The sandbox does not model {name} of {action}")

    def _tags(self) -> dict[str, str]:
        target = self._tagged()
        return dict(target.tags or {})

    def _set_tags(self, tags: dict[str, str]) -> None:
        self._tagged().tags = tags

    def _tagged(self) -> Any:  # noqa: ANN401 - moto's own models
        resource = tagging.parse_arn(self._uri("resource_arn"), region=self.region)
        if resource.certificate_id is not None:
            return self.certificates.get(resource.certificate_id)
        if resource.stage_name is None:
            return self.backend.get_rest_api(resource.api_id or "")
        return self.backend.get_stage(resource.api_id or "", resource.stage_name)


def _page(items: list[dict[str, Any]], position: str | None) -> dict[str, object]:
    return {"item": items, **({} if position is None else {"position": position})}
