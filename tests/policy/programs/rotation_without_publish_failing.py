"""A rotation of which no backend hears."""

from __future__ import annotations

import pulumi

from apigw_client_cert import Aws, ClientCertificateRotation, RestStage

config = pulumi.Config()
ClientCertificateRotation(
    "published",
    stages={"prod": RestStage(rest_api_id=config.require("restApiId"), stage_name="published")},
    aws=Aws(endpoint_url=config.get("endpointUrl")),
)
