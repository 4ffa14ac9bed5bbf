"""A stage of this program whose own next update unbinds it."""

from __future__ import annotations

import pulumi
from pulumi_aws import apigateway

from apigw_client_cert import Aws, ClientCertificateRotation, File, RestStage

config = pulumi.Config()
stage = apigateway.Stage(
    "ignores",
    rest_api=config.require("restApiId"),
    stage_name="ignores",
    deployment="d",
)
ClientCertificateRotation(
    "ignores",
    stages={"prod": RestStage.of(stage)},
    publish=[File("ignores.txt", content="sha256")],
    aws=Aws(endpoint_url=config.get("endpointUrl")),
)
