"""Two rotations of one name, one of them below a team: to the engine their children are different resources."""

from __future__ import annotations

import pulumi

from apigw_client_cert import Aws, ClientCertificateRotation, File

config = pulumi.Config()
endpoint = config.require("endpointUrl")


class Remote(pulumi.ComponentResource):
    """What a generated SDK would declare."""

    def __init__(self, file: str, opts: pulumi.ResourceOptions) -> None:
        publish = [{"type": "file", "path": file, "content": "python"}]
        props = {"stages": {}, "publish": publish, "endpointUrl": endpoint}
        super().__init__("apigw-client-cert:index:ClientCertificateRotation", "orders", props, opts, remote=True)


team = pulumi.ComponentResource("tests:index:Team", "payments")
for file, parent in (("trusted.pem", None), ("team.pem", team)):
    opts = pulumi.ResourceOptions(parent=parent)
    if config.require("host") == "plugin":
        Remote(file, opts)
    else:
        publish = [File(file, content="python")]
        ClientCertificateRotation("orders", stages={}, publish=publish, aws=Aws(endpoint_url=endpoint), opts=opts)
