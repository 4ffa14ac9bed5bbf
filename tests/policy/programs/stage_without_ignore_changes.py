"""A stage of this program that leaves the client certificate to the binding; broken, its own next update unbinds it."""

from __future__ import annotations

import pulumi
from pulumi_aws import apigateway

from apigw_client_cert import Aws, ClientCertificateRotation, File, RestStage

config = pulumi.Config()
broken = config.get_bool("broken")
stage = apigateway.Stage(
    "ignores",
    rest_api=config.require("restApiId"),
    stage_name="ignores",
    deployment="d",
    opts=None if broken else pulumi.ResourceOptions(ignore_changes=["clientCertificateId"]),
)
ClientCertificateRotation(
    "ignores",
    stages={"prod": RestStage.of(stage)},
    publish=[File("ignores.txt", content="sha256")],
    aws=Aws(endpoint_url=config.get("endpointUrl")),
)
