"""One rotation over one stage of a WebSocket API, by the Python package's own component."""

from __future__ import annotations

import pulumi

from apigw_client_cert import Aws, ClientCertificateRotation, File, WebSocketStage

config = pulumi.Config()
entry = config.require_object("rotations")["orders"]["stages"]["live"]
ClientCertificateRotation(
    "orders",
    stages={"live": WebSocketStage(api_id=entry["webSocketApiId"], stage_name=entry["stageName"])},
    publish=[File("trusted.pem", content="python")],
    aws=Aws(endpoint_url=config.require("endpointUrl")),
)
