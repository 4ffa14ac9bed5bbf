"""Another team's stack: it manages a stage whose certificate its program does not name, and asserts that on refresh."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult


class StageProvider(ResourceProvider):
    """What the AWS provider does with ``client_certificate_id`` of a stage that is managed without it."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """The stage is there already."""
        return CreateResult("stage", {**props, "presented": ""})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """What the stage presents becomes state."""
        stage = _api(props).get_stage(restApiId=props["rest_api"], stageName=props["stage_name"])
        return ReadResult(id_, {**props, "presented": stage.get("clientCertificateId", "")})

    def diff(self, _id: str, olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """The program says nothing, so anything is a difference."""
        return DiffResult(changes=bool(olds["presented"]))

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Back to what the program says."""
        cleared = [{"op": "replace", "path": "/clientCertificateId", "value": ""}]
        _api(news).update_stage(restApiId=news["rest_api"], stageName=news["stage_name"], patchOperations=cleared)
        return UpdateResult({**news, "presented": ""})


class Stage(Resource, module="tests", name="Stage"):
    """A stage without a certificate."""

    def __init__(self, name: str, **props: str) -> None:
        super().__init__(StageProvider(), name, {**props, "presented": None})


def _api(props: dict[str, Any]) -> Any:
    import boto3  # noqa: PLC0415 - the provider is pickled with what it names
    from botocore.config import Config  # noqa: PLC0415 - the same

    patient = Config(retries={"mode": "standard", "total_max_attempts": 8})
    return boto3.client("apigateway", endpoint_url=props["endpoint"], config=patient)


config = pulumi.Config()
Stage(
    "prod",
    rest_api=config.require("restApiId"),
    stage_name=config.require("stageName"),
    endpoint=config.require("endpointUrl"),
)
