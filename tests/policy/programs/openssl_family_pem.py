"""A bundle for nginx in nginx's own form, broken: in plain PEM; and plain PEM for a server that reads all of it."""

from __future__ import annotations

import pulumi

from apigw_client_cert import Aws, ClientCertificateRotation, File, RestStage

config = pulumi.Config()
own = File("read.conf", content="nginx", backend="nginx")
first = File("read.conf", backend="nginx") if config.get_bool("broken") else own
ClientCertificateRotation(
    "read",
    stages={"prod": RestStage(rest_api_id=config.require("restApiId"), stage_name="read")},
    publish=[first, File("read.pem", backend="go")],
    aws=Aws(endpoint_url=config.get("endpointUrl")),
)
