"""A rotation that a forgotten pin holds on its first certificate."""

from __future__ import annotations

import pulumi

from apigw_client_cert import Aws, ClientCertificateRotation, File, RestStage

config = pulumi.Config()
ClientCertificateRotation(
    "overdue",
    stages={"prod": RestStage(rest_api_id=config.require("restApiId"), stage_name="overdue")},
    publish=[File("overdue.txt", content="sha256")],
    pin_generation=1,
    aws=Aws(endpoint_url=config.get("endpointUrl")),
)
