"""Two rotations whose certificates one backend reads from one place; a stage may change hands between them."""

import pulumi

from apigw_client_cert import Aws, RestStage, RotatingClientCertificate, SsmParameter, StageBinding, TrustBundle

config = pulumi.Config()
aws = Aws(region=config.get("region"), endpoint_url=config.get("endpointUrl"))

certificates = {name: RotatingClientCertificate(name, aws=aws) for name in ("orders", "billing")}
# One bundle for one place: two would write each other's certificates out of it, and are refused.
bundle = TrustBundle(
    "backend-trust",
    certificates=list(certificates.values()),
    targets=[SsmParameter("/orders/client-cert-pins", content="nginx")],
)
for key, entry in config.require_object("stages").items():
    StageBinding(
        key,
        certificate=certificates[entry["rotation"]],
        stage=RestStage(rest_api_id=entry["restApiId"], stage_name=entry["stageName"]),
        trust_bundle=bundle,
        take_over=entry.get("takeOver"),
    )
