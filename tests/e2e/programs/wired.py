"""The three resources without the component: one certificate, one bundle, and the bindings of the configuration."""

from __future__ import annotations

from typing import Any

import pulumi

from apigw_client_cert import Aws, File, RestStage, RotatingClientCertificate, StageBinding, TrustBundle

config = pulumi.Config()
certificate = RotatingClientCertificate(
    "orders",
    adopt_client_certificate_id=config.get("adoptClientCertificateId"),
    aws=Aws(endpoint_url=config.require("endpointUrl")),
)
bundle = TrustBundle("orders-trust", certificates=[certificate], targets=[File("pins.txt", content="sha256")])
bindings: dict[str, dict[str, Any]] = config.get_object("bindings") or {}
teams = {entry["team"] for entry in bindings.values() if "team" in entry}
parents = {team: pulumi.ComponentResource("tests:index:Team", team) for team in sorted(teams)}
for name, entry in bindings.items():
    StageBinding(
        name,
        certificate=certificate,
        stage=RestStage(rest_api_id=entry["restApiId"], stage_name=entry["stageName"]),
        trust_bundle=bundle,
        on_delete=entry.get("onDelete"),
        opts=pulumi.ResourceOptions(parent=parents.get(entry.get("team", ""))),
    )
