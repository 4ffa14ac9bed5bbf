"""TestInvokeMethod: what the backend answers when a method is called with a certificate of our choice.

The only way on AWS's side to prove a certificate before a stage presents it (docs/aws.md §1.4). It runs
the API's current resources, not the stage's deployment, and calls the backend for real.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from apigw_client_cert.errors import BadInput, safe_repr
from apigw_client_cert.gateway.answers import Answered, Call
from apigw_client_cert.gateway.failures import unreadable_answer
from apigw_client_cert.gateway.interface import TrialAnswer
from apigw_client_cert.gateway.stages import stage_not_found

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apigw_client_cert.gateway.client import Client
    from apigw_client_cert.gateway.interface import StageRef, TrialCall

#: GetResources' largest limit (https://docs.aws.amazon.com/apigateway/latest/api/API_GetResources.html).
_PAGE_SIZE: Final = 500
_RESOURCE_ID: Final = re.compile(r"[A-Za-z0-9]{1,64}")
_REFUSED: Final = frozenset({"NotFoundException", "BadRequestException"})


def try_certificates(
    client: Client, stage: StageRef, trial: TrialCall, certificate_ids: Sequence[str | None]
) -> tuple[TrialAnswer, ...]:
    """The answers to the same call with each certificate in turn; None calls without one.

    The method is looked up once. The stage's own variables go with the call, unless the trial names another value.

    Raises:
        StageNotFound: the API or the stage is not there.
        BadInput: the API has no such resource or method, or the path is not the resource's.
    """
    try:
        found = client.call(
            "apigateway",
            "GetStage",
            subject=str(stage),
            expected={"NotFoundException"},
            restApiId=stage.api_id,
            stageName=stage.stage_name,
        )
    except Answered as answer:
        raise stage_not_found(stage) from answer
    variables = {**_texts(found.get("variables")), **trial.stage_variables}
    resource_id = _resource_id(client, stage, trial)
    return tuple(_invoke(client, stage, trial, resource_id, variables, one) for one in certificate_ids)


def _resource_id(client: Client, stage: StageRef, trial: TrialCall) -> str:
    call = Call("apigateway", "GetResources", str(stage))
    pages = client.pages(
        "apigateway",
        "GetResources",
        page_size=_PAGE_SIZE,
        expected={"NotFoundException"},
        parameters={"restApiId": stage.api_id},
    )
    try:
        for page in pages:
            for resource in page.get("items", ()):
                if resource.get("path") == trial.resource:
                    found = resource.get("id")
                    if isinstance(found, str) and _RESOURCE_ID.fullmatch(found):
                        return found
                    raise unreadable_answer(call)
    except Answered as answer:
        raise stage_not_found(stage) from answer
    raise _no_such(stage, trial, "the API has no such resource")


def _invoke(  # noqa: PLR0913, PLR0917 - each is one part of the call
    client: Client,
    stage: StageRef,
    trial: TrialCall,
    resource_id: str,
    variables: Mapping[str, str],
    certificate_id: str | None,
) -> TrialAnswer:
    path = trial.path or trial.resource
    parameters: dict[str, Any] = {
        "pathWithQueryString": f"{path}?{urlencode(trial.query)}" if trial.query else path,
        "headers": dict(trial.headers),
        "stageVariables": dict(variables),
    }
    if trial.body is not None:
        parameters["body"] = trial.body
    if certificate_id is not None:
        parameters["clientCertificateId"] = certificate_id
    try:
        answer = client.call(
            "apigateway",
            "TestInvokeMethod",
            subject=f"{trial.method} {trial.resource} of {stage}",
            expected=_REFUSED,
            restApiId=stage.api_id,
            resourceId=resource_id,
            httpMethod=trial.method,
            **parameters,
        )
    except Answered as refusal:
        raise _no_such(stage, trial, f"AWS answered {refusal.code}: {refusal.message}") from refusal
    return _answer(answer, Call("apigateway", "TestInvokeMethod", str(stage)))


def _answer(answer: Mapping[str, Any], call: Call) -> TrialAnswer:
    status, body = answer.get("status"), answer.get("body") or ""
    single, several = answer.get("headers") or {}, answer.get("multiValueHeaders") or {}
    if not isinstance(status, int) or not isinstance(body, str):
        raise unreadable_answer(call)
    headers = {name: (value,) for name, value in single.items() if isinstance(value, str)}
    headers |= {name: tuple(map(str, values)) for name, values in several.items()}
    return TrialAnswer(status=status, headers=headers, body=body)


def _texts(variables: object) -> dict[str, str]:
    return {str(key): str(value) for key, value in variables.items()} if isinstance(variables, dict) else {}


def _no_such(stage: StageRef, trial: TrialCall, why: str) -> BadInput:
    return BadInput(
        f"{trial.method} {safe_repr(trial.path or trial.resource)} of API {stage.api_id} cannot be tried: {why}",
        means="A trial changes nothing.",
        remedy="Correct resource, path and method of verify=TestInvoke(…): they must name a method that it has now.",
        subject=str(stage),
    )
