"""What a call is about, for the journal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from apigw_sandbox import tagging
from apigw_sandbox.messages import NO_ANSWER

if TYPE_CHECKING:
    from apigw_sandbox.messages import Answer, Call

_WHOLE_VALUE_MEMBERS = ("clientCertificateId", "description", "deploymentId", "autoDeploy")


def resource_of(call: Call, answer: Answer) -> str:
    """The certificate id, ``api/stage``, parameter, object or secret that a call names; "" for none."""
    return _RESOURCES[call.service](call, answer)


def asked_resource_of(call: Call) -> str:
    """The same before there is an answer: "" for what gets its id from the answer."""
    return resource_of(call, NO_ANSWER)


def patch_of(call: Call) -> dict[str, str | None]:
    """What an UpdateStage asked for: path to new value, None for a removal; malformed operations are left out.

    apigatewayv2 has members instead of operations; those with one plain value appear under the same paths.
    """
    if call.action != "UpdateStage":
        return {}
    body = call.json_body()
    if call.service == "apigatewayv2":
        return {f"/{name}": str(body[name]) for name in _WHOLE_VALUE_MEMBERS if name in body}
    operations = body.get("patchOperations")
    return {
        str(operation["path"]): None if operation.get("value") is None else str(operation["value"])
        for operation in (operations if isinstance(operations, list) else [])
        if isinstance(operation, Mapping) and "path" in operation
    }


def _rest(call: Call, answer: Answer) -> str:
    found = call.parameters
    if "clientcertificate_id" in found:
        return found["clientcertificate_id"]
    if "resource_arn" in found:
        return tagging.short_name(found["resource_arn"])
    if call.action == "GenerateClientCertificate":
        return _answered(answer, "clientCertificateId")
    if call.action == "CreateRestApi":
        return _answered(answer, "id")
    return _api_and_stage(found.get("restapi_id", ""), found.get("stage_name"), call)


def _v2(call: Call, answer: Answer) -> str:
    if call.action == "CreateApi":
        return _answered(answer, "apiId")
    return _api_and_stage(call.parameters.get("apiId", ""), call.parameters.get("stageName"), call)


def _api_and_stage(api_id: str, stage_name: str | None, call: Call) -> str:
    if stage_name is None and call.action in {"CreateStage", "CreateDeployment"}:
        stage_name = str(call.json_body().get("stageName") or "") or None
    return f"{api_id}/{stage_name}" if stage_name is not None else api_id


def _answered(answer: Answer, member: str) -> str:
    return str(json.loads(answer.body).get(member, ""))


def _ssm(call: Call, _answer: Answer) -> str:
    body = call.json_body()
    names = body.get("Names")
    return ",".join(map(str, names)) if isinstance(names, list) else str(body.get("Name") or body.get("Path") or "")


def _secret(call: Call, _answer: Answer) -> str:
    body = call.json_body()
    return str(body.get("SecretId") or body.get("Name") or "")


def _s3(call: Call, _answer: Answer) -> str:
    bucket, key = call.parameters.get("Bucket", ""), call.parameters.get("Key")
    return bucket if key is None else f"{bucket}/{key}"


def _nothing(_call: Call, _answer: Answer) -> str:
    return ""


_RESOURCES = {
    "apigateway": _rest,
    "apigatewayv2": _v2,
    "ssm": _ssm,
    "secretsmanager": _secret,
    "s3": _s3,
    "sts": _nothing,
}
