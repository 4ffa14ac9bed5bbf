"""The component of the plugin, as many times as the configuration says; or the Python package's own."""

from __future__ import annotations

from typing import Any

import pulumi

from apigw_client_cert import Aws, ClientCertificateRotation, File, RestStage

config = pulumi.Config()
given: dict[str, Any] = config.require_object("given")
names = (config.get("names") or "orders").split(",")


class Remote(pulumi.ComponentResource):
    """What a generated SDK would declare."""

    def __init__(self, name: str, props: dict[str, Any], opts: pulumi.ResourceOptions | None = None) -> None:
        outputs = dict.fromkeys(("clientCertificateId", "phase", "trustedFingerprintsSha256"))
        super().__init__(
            "apigw-client-cert:index:ClientCertificateRotation", name, {**outputs, **props}, opts, remote=True
        )


def target(name: str) -> str:
    """A file for each component."""
    return f"{name}.txt"


for name in names:
    if config.get("door") == "dynamic":
        ClientCertificateRotation(
            name,
            stages={
                key: RestStage(rest_api_id=one["restApiId"], stage_name=one["stageName"])
                for key, one in given["stages"].items()
            },
            publish=[File(target(name), content="sha256")],
            aws=Aws(endpoint_url=given["endpointUrl"]),
        )
        continue
    props = {**given, "publish": [{"type": "file", "path": target(name), "content": "sha256"}]}
    if config.get_secret("description") is not None:
        props["description"] = config.get_secret("description")
    made = Remote(name, props)
    pulumi.export(name, made.__dict__["clientCertificateId"])
