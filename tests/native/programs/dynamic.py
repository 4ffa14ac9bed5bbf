"""The same three resources as ``raw.py`` in the dynamic form, known by their names in the plugin where asked for."""

from __future__ import annotations

import pulumi

from apigw_client_cert import Aws, File, RestStage, RotatingClientCertificate, StageBinding, TrustBundle

config = pulumi.Config()


def known(kind: str) -> pulumi.ResourceOptions:
    """With the plugin's type as an alias, if the configuration names this kind."""
    alias = pulumi.Alias(type_=f"apigw-client-cert:index:{kind}")
    return pulumi.ResourceOptions(aliases=[alias] if kind in (config.get_object("migrated") or ()) else [])


certificate = RotatingClientCertificate(
    "orders",
    adopt_client_certificate_id=config.get("adoptClientCertificateId"),
    aws=Aws(endpoint_url=config.require("endpointUrl")),
    opts=known("RotatingClientCertificate"),
)
bundle = TrustBundle(
    "orders-trust",
    certificates=[certificate],
    targets=[File("pins.txt", content="sha256")],
    opts=known("TrustBundle"),
)
for stage in config.require("stages").split(","):
    StageBinding(
        f"orders-{stage}",
        certificate=certificate,
        stage=RestStage(rest_api_id=config.require("api"), stage_name=stage),
        trust_bundle=bundle,
        opts=known("StageBinding"),
    )
