"""The platform's stack: one certificate, and where backends find what to trust. It knows no stage."""

import pulumi

from apigw_client_cert import Aws, RotatingClientCertificate, SsmParameter, TrustBundle

config = pulumi.Config()
aws = Aws(region=config.get("region"), endpoint_url=config.get("endpointUrl"))
# Whose the APIs are, by their id: for the report of who holds a retirement up.
owners: dict[str, str] = config.get_object("owners") or {}

certificate = RotatingClientCertificate("orders", aws=aws)
bundle = TrustBundle(
    "orders-trust",
    certificates=[certificate],
    targets=[SsmParameter("/orders/client-cert-pins", content="nginx")],
)


def with_owners(stages: list[str]) -> list[dict[str, str]]:
    """Each stage, as ``API/stage``, and whose it is."""
    return [{"stage": one, "owner": owners.get(one.partition("/")[0], "unknown")} for one in stages]


pulumi.export("orders", certificate.shared(bundle))
pulumi.export("retirementBlockedBy", certificate.retirement_blocked_by.apply(with_owners))
