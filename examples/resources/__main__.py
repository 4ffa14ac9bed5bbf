"""One certificate, where it is published, and one stage that presents it, wired by hand."""

from typing import Any

import pulumi
from pulumi_apigw_client_cert import (
    PublishedRotationArgs,
    PublishedToArgs,
    RotatingClientCertificate,
    StageBinding,
    TargetArgs,
    TargetType,
    TestInvokeArgs,
    TrustBundle,
)

config = pulumi.Config()

certificate = RotatingClientCertificate("orders", rotate_before="60d")
# A generated SDK has one type for what a resource gives and another for what one takes.
generations: Any = certificate.generations

pins = TargetArgs(type=TargetType.SSM, name="/orders/client-cert-pins", content="nginx")

bundle = TrustBundle(
    "orders-trust",
    rotations=[
        PublishedRotationArgs(
            rotation_id=certificate.rotation_id,
            client_certificate_id=certificate.client_certificate_id,
            generations=generations,
        )
    ],
    targets=[pins],
)

binding = StageBinding(
    "orders-prod",
    api_id=config.require("restApiId"),
    stage_name="prod",
    client_certificate_id=certificate.client_certificate_id,  # never certificate.id
    rotation_id=certificate.rotation_id,
    generations=generations,
    published_since=bundle.published_since,
    # Looked at before the stage moves.
    published_to=PublishedToArgs(targets=[pins], region=bundle.region, account_id=bundle.account_id),
    verify=TestInvokeArgs(resource="/health", backend="nginx"),
)

pulumi.export("presentedSince", binding.presented_since)
