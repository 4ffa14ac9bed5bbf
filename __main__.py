"""The stack that ``pulumi up`` runs: one ClientCertificateRotation over the stages that its configuration names.

::

    pulumi config set --path 'stages.prod.restApiId' a1b2c3d4e5
    pulumi config set --path 'stages.prod.stageName' prod
    pulumi config set --path 'publish[0].ssm' /orders/client-cert-pins
    pulumi config set --path 'publish[0].content' nginx

docs/configuration.md lists every key.
"""

from __future__ import annotations

import re
from typing import Any

import pulumi

from apigw_client_cert import (
    Aws,
    ClientCertificateRotation,
    File,
    HttpProbe,
    RestStage,
    S3Object,
    SecretsManagerSecret,
    SsmParameter,
    TestInvoke,
    Wave,
    WebSocketStage,
)


def keywords(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry's keys as Python names: ``expectStatus`` -> ``expect_status``."""
    return {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower(): value for key, value in entry.items()}


def trial(entry: dict[str, Any]) -> TestInvoke | None:
    """How a switch is tried first."""
    return TestInvoke(**keywords(entry["verify"])) if "verify" in entry else None


def stage(entry: dict[str, Any]) -> RestStage | WebSocketStage:
    """A stage of the configuration: ``restApiId`` or ``webSocketApiId``, and ``stageName``."""
    if "webSocketApiId" in entry:
        return WebSocketStage(api_id=entry["webSocketApiId"], stage_name=entry["stageName"])
    return RestStage(
        rest_api_id=entry["restApiId"],
        stage_name=entry["stageName"],
        verify=trial(entry),
        confirm=HttpProbe(**keywords(entry["confirm"])) if "confirm" in entry else None,
    )


def stages(entries: dict[str, Any]) -> dict[str, RestStage | WebSocketStage]:
    """The stages of the configuration, by their keys."""
    return {key: stage(entry) for key, entry in entries.items()}


def target(entry: dict[str, Any]) -> File | SsmParameter | S3Object | SecretsManagerSecret:
    """A publish target of the configuration: ``file``, ``ssm``, ``bucket`` and ``key``, or ``secret``."""
    form = {key: entry[key] for key in ("content", "backend") if key in entry}
    if "ssm" in entry:
        return SsmParameter(entry["ssm"], **form)
    if "bucket" in entry:
        return S3Object(entry["bucket"], entry["key"], expected_bucket_owner=entry.get("expectedBucketOwner"), **form)
    if "secret" in entry:
        return SecretsManagerSecret(entry["secret"], **form)
    return File(entry["file"], **form)


config = pulumi.Config()
waves = config.get_object("waves")
rotation = ClientCertificateRotation(
    config.get("name") or "client-certificate",
    stages=stages(config.get_object("stages") or {}) if waves is None or config.get_object("stages") else None,
    waves=None if waves is None else [Wave(stages(one["stages"]), one.get("soak")) for one in waves],
    publish=[target(entry) for entry in config.get_object("publish") or []],
    also_trust=config.get_object("alsoTrust"),
    take_over=config.get_bool("takeOver"),
    on_delete=config.get("onDelete"),
    redeploy=config.get("redeploy"),
    verify=trial({"verify": config.get_object("verify")} if config.get_object("verify") else {}),
    windows=config.get_object("windows"),
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
