"""A certificate that somebody made and a stage that presents it: from now on both are looked after."""

import pulumi

from apigw_client_cert import Aws, ClientCertificateRotation, RestStage, SsmParameter

config = pulumi.Config()

rotation = ClientCertificateRotation(
    "orders",
    stages={"prod": RestStage(rest_api_id=config.require("restApiId"), stage_name="prod")},
    publish=[SsmParameter("/orders/client-cert-pins", content="nginx")],
    adopt_client_certificate_id=config.require("clientCertificateId"),  # read once; may stay here
    aws=Aws(region=config.get("region"), endpoint_url=config.get("endpointUrl")),
)

pulumi.export("clientCertificateId", rotation.client_certificate_id)
pulumi.export("expirationDate", rotation.expiration_date)
pulumi.export("nextActionAt", rotation.next_action_at)
