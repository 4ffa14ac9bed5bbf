"""A stage that the program itself manages, bound with RestStage.of: the resource stands in for aws.apigateway.Stage."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

from apigw_client_cert import Aws, ClientCertificateRotation, File, RestStage


class StageProvider(ResourceProvider):
    """Creates and deletes the stage through the API, as the AWS provider does."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Deploy to a new stage."""
        api = _api(props)
        deployment = api.create_deployment(restApiId=props["rest_api"])["id"]
        api.create_stage(restApiId=props["rest_api"], stageName=props["stage_name"], deploymentId=deployment)
        return CreateResult(f"{props['rest_api']}/{props['stage_name']}", dict(props))

    def delete(self, _id: str, props: dict[str, Any]) -> None:
        """Delete the stage, and with it what it presented."""
        _api(props).delete_stage(restApiId=props["rest_api"], stageName=props["stage_name"])


class Stage(Resource, module="tests", name="Stage"):
    """The two attributes of aws.apigateway.Stage that RestStage.of reads."""

    rest_api: pulumi.Output[str]
    stage_name: pulumi.Output[str]

    def __init__(self, name: str, opts: pulumi.ResourceOptions, **props: str) -> None:
        super().__init__(StageProvider(), name, dict(props), opts)


def _api(props: dict[str, Any]) -> Any:
    import boto3  # noqa: PLC0415 - the provider is pickled with what it names

    return boto3.client("apigateway", endpoint_url=props["endpoint"])


config = pulumi.Config()
endpoint = config.require("endpointUrl")
stage = Stage(
    "live",
    pulumi.ResourceOptions(delete_before_replace=True),
    rest_api=config.require("restApiId"),
    stage_name="live",
    endpoint=endpoint,
)
ClientCertificateRotation(
    "orders",
    stages={"live": RestStage.of(stage)},  # type: ignore[arg-type]  # a stand-in with the same attributes
    publish=[File("pins.txt", content="sha256")],
    aws=Aws(endpoint_url=endpoint),
)
