"""As many certificates as there are stages, each with a bundle and a binding of its own."""

from __future__ import annotations

import pulumi

from apigw_client_cert import Aws, File, RestStage, RotatingClientCertificate, StageBinding, TrustBundle

config = pulumi.Config()
aws = Aws(endpoint_url=config.require("endpointUrl"))
for place in config.require("stages").split(","):
    api, stage_name = place.split("/")
    name = f"{api}-{stage_name}"
    certificate = RotatingClientCertificate(name, aws=aws)
    bundle = TrustBundle(name, certificates=[certificate], targets=[File(f"{name}.txt", content="sha256")])
    StageBinding(
        name,
        certificate=certificate,
        stage=RestStage(rest_api_id=api, stage_name=stage_name),
        trust_bundle=bundle,
    )
