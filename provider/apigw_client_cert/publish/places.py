"""Which place a publish target is: equal for every spelling of it, as far as can be told without asking AWS."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_client_cert.gateway.connection import Connection

# The name in a secret's ARN; AWS adds a hyphen and six characters to it
# (https://docs.aws.amazon.com/secretsmanager/latest/userguide/getting-started.html#term_secret, "Secret name").
_SECRET_ARN: Final = re.compile(r"arn:[a-z0-9-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:(.+?)(?:-[A-Za-z0-9]{6})?")


def place_of(spec: Mapping[str, Any], connection: Connection) -> str:
    """The place of a checked spec, as a text to compare and for nothing else.

    A file counts as what its path resolves to, links included; a secret's ARN as its name; a bucket is the same for
    every account and region. Two connections may lead to one account: that is not known here, and such places differ.
    """
    # Without the endpoint: AWS has several for one account, and the places behind them are the same. The region that a
    # profile names is known to botocore only, which is not asked here.
    region = connection.region or (None if connection.profile else os.environ.get("AWS_DEFAULT_REGION"))
    way = f"{region}|{connection.profile}|{connection.assume_role_arn}"
    match spec["type"]:
        case "file":
            return f"file {os.path.realpath(spec['path'])}"
        case "s3":
            return f"s3 {spec['bucket']}/{spec['key']}"
        case "secretsmanager":
            arn = _SECRET_ARN.fullmatch(spec["secretId"])
            return f"secretsmanager {way} {arn[1] if arn else spec['secretId']}"
        case kind:
            return f"{kind} {way} {spec.get('name')}"
