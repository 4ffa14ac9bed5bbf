"""The stack that ``pulumi up`` runs: one ClientCertificateRotation over the stages that its configuration names.

::

    pulumi config set --path 'stages.prod.restApiId' a1b2c3d4e5
    pulumi config set --path 'stages.prod.stageName' prod
    pulumi config set --path 'publish[0].ssm' /orders/client-cert-pins
    pulumi config set --path 'publish[0].content' nginx

docs/configuration.md lists every key.
"""

from __future__ import annotations

from typing import Any

import pulumi

from apigw_client_cert import (
    Aws,
    ClientCertificateRotation,
    File,
    RestStage,
    S3Object,
    SecretsManagerSecret,
    SsmParameter,
    WebSocketStage,
)


def stage(entry: dict[str, Any]) -> RestStage | WebSocketStage:
    """A stage of the configuration: ``restApiId`` or ``webSocketApiId``, and ``stageName``."""
    if "webSocketApiId" in entry:
        return WebSocketStage(api_id=entry["webSocketApiId"], stage_name=entry["stageName"])
    return RestStage(rest_api_id=entry["restApiId"], stage_name=entry["stageName"])


def target(entry: dict[str, Any]) -> File | SsmParameter | S3Object | SecretsManagerSecret:
    """A publish target of the configuration: ``file``, ``ssm``, ``bucket`` and ``key``, or ``secret``."""
    form = {key: entry[key] for key in ("content", "backend") if key in entry}
    if "ssm" in entry:
        return SsmParameter(entry["ssm"], **form)
    if "bucket" in entry:
        return S3Object(entry["bucket"], entry["key"], **form)
    if "secret" in entry:
        return SecretsManagerSecret(entry["secret"], **form)
    return File(entry["file"], **form)


config = pulumi.Config()
rotation = ClientCertificateRotation(
    config.get("name") or "client-certificate",
    stages={key: stage(entry) for key, entry in (config.get_object("stages") or {}).items()},
    publish=[target(entry) for entry in config.get_object("publish") or []],
    also_trust=config.get_object("alsoTrust"),
    take_over=config.get_bool("takeOver"),
    on_delete=config.get("onDelete"),
    redeploy=config.get("redeploy"),
    aws=Aws(
        region=config.get("region"),
        profile=config.get("profile"),
        assume_role_arn=config.get("assumeRoleArn"),
        endpoint_url=config.get("endpointUrl"),
    ),
    rotate_before=config.get("rotateBefore"),
    publish_lead=config.get("publishLead"),
    overlap=config.get("overlap"),
    activate_by=config.get("activateBy"),
    jitter=config.get("jitter"),
    rotation_trigger=config.get("rotationTrigger"),
    pin_generation=config.get_int("pinGeneration"),
    adopt_client_certificate_id=config.get("adoptClientCertificateId"),
    tags=config.get_object("tags"),
)

pulumi.export("client_certificate_id", rotation.client_certificate_id)
pulumi.export("expiration_date", rotation.expiration_date)
pulumi.export("phase", rotation.phase)
pulumi.export("next_action", rotation.next_action)
pulumi.export("next_action_at", rotation.next_action_at)
pulumi.export("trust_bundle", rotation.trust_bundle_pem)
pulumi.export("trusted_fingerprints_sha256", rotation.trusted_fingerprints_sha256)
