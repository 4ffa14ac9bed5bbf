"""Rotates the client certificate of the stages that the configuration names."""

import pulumi
from pulumi_apigw_client_cert import ClientCertificateRotation, StageArgs, TargetArgs, TargetType

stages = pulumi.Config().require_object("stages")

rotation = ClientCertificateRotation(
    "orders",
    stages={
        key: StageArgs(rest_api_id=stage["restApiId"], stage_name=stage["stageName"]) for key, stage in stages.items()
    },
    publish=[TargetArgs(type=TargetType.SSM, name="/orders/client-cert-pins", content="nginx")],
)

pulumi.export("phase", rotation.phase)
pulumi.export("nextAction", rotation.next_action)
pulumi.export("nextActionAt", rotation.next_action_at)
pulumi.export("trustedFingerprints", rotation.trusted_fingerprints_sha256)
