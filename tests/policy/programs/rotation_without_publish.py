"""A rotation that other resources of the program publish; broken, no backend hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
from pulumi_aws import ssm

from apigw_client_cert import Aws, ClientCertificateRotation, RestStage

if TYPE_CHECKING:
    from collections.abc import Sequence


def by_parameter(pem: pulumi.Output[str], _pins: pulumi.Output[list[str]]) -> Sequence[pulumi.Resource]:
    """Publish without any of our targets."""
    return [ssm.Parameter("published", type="String", value=pem)]


config = pulumi.Config()
broken = config.get_bool("broken")
ClientCertificateRotation(
    "published",
    stages={"prod": RestStage(rest_api_id=config.require("restApiId"), stage_name="published")},
    publish=None if broken else by_parameter,
    aws=Aws(endpoint_url=config.get("endpointUrl")),
)
