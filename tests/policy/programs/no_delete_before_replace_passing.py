"""The three resources without the component, as they replace themselves by default."""

from __future__ import annotations

import pulumi

from apigw_client_cert import Aws, File, RestStage, RotatingClientCertificate, StageBinding, TrustBundle

config = pulumi.Config()
certificate = RotatingClientCertificate("replaced", aws=Aws(endpoint_url=config.get("endpointUrl")))
bundle = TrustBundle("replaced-trust", certificates=[certificate], targets=[File("replaced.txt", content="sha256")])
StageBinding(
    "replaced-prod",
    certificate=certificate,
    stage=RestStage(rest_api_id=config.require("restApiId"), stage_name="replaced"),
    trust_bundle=bundle,
)
