"""A rotation that runs by itself; broken, a forgotten pin holds it on its first certificate."""

from __future__ import annotations

import pulumi

from apigw_client_cert import Aws, ClientCertificateRotation, File, RestStage

config = pulumi.Config()
broken = config.get_bool("broken")
ClientCertificateRotation(
    "overdue",
    stages={"prod": RestStage(rest_api_id=config.require("restApiId"), stage_name="overdue")},
    publish=[File("overdue.txt", content="sha256")],
    pin_generation=1 if broken else None,
    aws=Aws(endpoint_url=config.get("endpointUrl")),
)
