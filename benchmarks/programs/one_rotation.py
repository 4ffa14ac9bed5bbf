"""One rotation over all stages, published to a file, by the package's resources or by the plugin's component."""

from __future__ import annotations

from typing import Any

import pulumi

from apigw_client_cert import Aws, ClientCertificateRotation, File, RestStage

config = pulumi.Config()
endpoint = config.require("endpointUrl")
places = [place.split("/") for place in config.require("stages").split(",")]


class Remote(pulumi.ComponentResource):
    """What a generated SDK would declare."""

    def __init__(self, name: str, props: dict[str, Any]) -> None:
        super().__init__("apigw-client-cert:index:ClientCertificateRotation", name, props, remote=True)


if config.require("host") == "plugin":
    Remote(
        "orders",
        {
            "stages": {f"{api}-{name}": {"restApiId": api, "stageName": name} for api, name in places},
            "publish": [{"type": "file", "path": "pins.txt", "content": "sha256"}],
            "endpointUrl": endpoint,
        },
    )
else:
    ClientCertificateRotation(
        "orders",
        stages={f"{api}-{name}": RestStage(rest_api_id=api, stage_name=name) for api, name in places},
        publish=[File("pins.txt", content="sha256")],
        aws=Aws(endpoint_url=endpoint),
    )
