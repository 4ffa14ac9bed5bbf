"""The three resources without the component, each to be deleted before its successor exists."""

from __future__ import annotations

import pulumi

from apigw_client_cert import Aws, File, RestStage, RotatingClientCertificate, StageBinding, TrustBundle

config = pulumi.Config()
first = pulumi.ResourceOptions(delete_before_replace=True)
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
