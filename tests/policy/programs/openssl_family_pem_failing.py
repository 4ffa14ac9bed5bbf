"""A plain CA file for nginx, which accepts only the certificate on top of it."""

from __future__ import annotations

import pulumi

from apigw_client_cert import Aws, ClientCertificateRotation, File, RestStage

config = pulumi.Config()
ClientCertificateRotation(
    "read",
    stages={"prod": RestStage(rest_api_id=config.require("restApiId"), stage_name="read")},
    publish=[File("read.conf", backend="nginx"), File("read.pem", backend="go")],
    aws=Aws(endpoint_url=config.get("endpointUrl")),
)
