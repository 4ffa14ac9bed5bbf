"""Certificates that somebody made and stages that present them: from now on one rotation looks after all of them."""

import pulumi

from apigw_client_cert import Aws, ClientCertificateRotation, RestStage, SsmParameter

config = pulumi.Config()
stages: dict[str, dict[str, str]] = config.require_object("stages")

rotation = ClientCertificateRotation(
    "orders",
    stages={
        key: RestStage(rest_api_id=entry["restApiId"], stage_name=entry["stageName"]) for key, entry in stages.items()
    },
    publish=[SsmParameter("/orders/client-cert-pins", content="nginx")],
    adopt_client_certificate_id=config.require("clientCertificateId"),  # read once; may stay here
    # For stages that present another certificate than that one.
    take_over=config.get_bool("takeOver"),
    also_trust=config.get_object("alsoTrust"),
    aws=Aws(region=config.get("region"), endpoint_url=config.get("endpointUrl")),
)

pulumi.export("clientCertificateId", rotation.client_certificate_id)
pulumi.export("expirationDate", rotation.expiration_date)
pulumi.export("nextActionAt", rotation.next_action_at)
