"""The platform's stack: one certificate, and where backends find what to trust. It knows no stage."""

import pulumi

from apigw_client_cert import Aws, RotatingClientCertificate, SsmParameter, TrustBundle

config = pulumi.Config()
aws = Aws(region=config.get("region"), endpoint_url=config.get("endpointUrl"))

certificate = RotatingClientCertificate("orders", aws=aws)
bundle = TrustBundle(
    "orders-trust",
    certificates=[certificate],
    targets=[SsmParameter("/orders/client-cert-pins", content="nginx")],
)

pulumi.export("orders", certificate.shared(bundle))
pulumi.export("retirementBlockedBy", certificate.retirement_blocked_by)
