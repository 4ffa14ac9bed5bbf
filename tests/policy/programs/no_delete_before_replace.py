"""The three resources without the component, as they replace themselves by default; broken, each is deleted first."""

from __future__ import annotations

import pulumi

from apigw_client_cert import Aws, File, RestStage, RotatingClientCertificate, StageBinding, TrustBundle

config = pulumi.Config()
broken = config.get_bool("broken")
first = pulumi.ResourceOptions(delete_before_replace=True) if broken else None
certificate = RotatingClientCertificate("replaced", aws=Aws(endpoint_url=config.get("endpointUrl")), opts=first)
bundle = TrustBundle(
    "replaced-trust", certificates=[certificate], targets=[File("replaced.txt", content="sha256")], opts=first
)
StageBinding(
    "replaced-prod",
    certificate=certificate,
    stage=RestStage(rest_api_id=config.require("restApiId"), stage_name="replaced"),
    trust_bundle=bundle,
    opts=first,
)
