"""One rotation over all stages, published to a file."""

from __future__ import annotations

import pulumi

from apigw_client_cert import Aws, ClientCertificateRotation, File, RestStage

config = pulumi.Config()
places = [place.split("/") for place in config.require("stages").split(",")]
ClientCertificateRotation(
    "orders",
    stages={f"{api}-{stage_name}": RestStage(rest_api_id=api, stage_name=stage_name) for api, stage_name in places},
    publish=[File("pins.txt", content="sha256")],
    aws=Aws(endpoint_url=config.require("endpointUrl")),
)
