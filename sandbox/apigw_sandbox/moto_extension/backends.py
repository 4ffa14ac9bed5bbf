"""moto's stored state, read and changed from outside: the only place that touches its attributes."""

from __future__ import annotations

import contextlib
import copy
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import moto.backends
from moto.apigateway.models import APIGatewayBackend, apigateway_backends
from moto.apigateway.models import Stage as RestStage
from moto.apigatewayv2.models import ApiGatewayV2Backend, apigatewayv2_backends
from moto.apigatewayv2.models import Stage as WebSocketStage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

SERVED = ("apigateway", "apigatewayv2", "ssm", "s3", "secretsmanager", "sts")
"""The services that the sandbox answers for; any other is refused."""

REST = "REST"
WEBSOCKET = "WEBSOCKET"

_BINDING = "apigw_sandbox_client_certificate_id"
_REPLACED = "apigw_sandbox_replaced_bindings"
_CREATED = "apigw_sandbox_created"
_UPDATED = "apigw_sandbox_updated"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageView:
    """One stage as it is now; ``client_certificate_id`` may be an ACM ARN, or None."""

    kind: str
    api_id: str
    stage_name: str
    client_certificate_id: str | None

    def __str__(self) -> str:
        """``api/stage``."""
        return f"{self.api_id}/{self.stage_name}"


def reset() -> None:
    """Empty what moto holds for the served services; every other service's state is left alone."""
    get_backend: Any = moto.backends.get_backend
    for service in SERVED:
        accounts = get_backend(service)
        for account in list(accounts.values()):
            account.reset()
        accounts.clear()


@dataclass(frozen=True, slots=True)
class Shelf:
    """A copy of every API and stage of an account, by region."""

    rest: dict[str, APIGatewayBackend]
    websocket: dict[str, ApiGatewayV2Backend]


def copied(account_id: str) -> Shelf:
    """The account's APIs and stages as they are now; what changes later does not change these."""
    return Shelf(
        copy.deepcopy(dict(apigateway_backends[account_id])), copy.deepcopy(dict(apigatewayv2_backends[account_id]))
    )


@contextlib.contextmanager
def on_display(account_id: str, shelf: Shelf) -> Iterator[None]:
    """Answer reads from a copy for a while; nobody may change anything meanwhile."""
    places: list[tuple[dict[str, Any], dict[str, Any]]] = [
        (apigateway_backends[account_id], shelf.rest),
        (apigatewayv2_backends[account_id], shelf.websocket),
    ]
    present = [dict(place) for place, _ in places]
    try:
        for place, shown in places:
            _replace(place, shown)
        yield
    finally:
        for (place, _), before in zip(places, present, strict=True):
            _replace(place, before)


def _replace(place: dict[str, Any], contents: dict[str, Any]) -> None:
    place.clear()
    place.update(contents)


def regions() -> frozenset[str]:
    """The regions that API Gateway exists in."""
    return frozenset(apigateway_backends["123456789012"].regions)


def rest(account_id: str, region: str) -> APIGatewayBackend:
    """The REST APIs of one account and region."""
    return apigateway_backends[account_id][region]


def websocket(account_id: str, region: str) -> ApiGatewayV2Backend:
    """The HTTP and WebSocket APIs of one account and region."""
    return apigatewayv2_backends[account_id][region]


def stages(account_id: str, region: str) -> Iterator[StageView]:
    """Every stage of the account and region, REST APIs first."""
    for api in rest(account_id, region).apis.values():
        for name, stage in api.stages.items():
            yield StageView(kind=REST, api_id=api.id, stage_name=name, client_certificate_id=binding(stage))
    for api_v2 in websocket(account_id, region).apis.values():
        for name, stage_v2 in api_v2.stages.items():
            yield StageView(
                kind=WEBSOCKET,
                api_id=api_v2.api_id,
                stage_name=name,
                client_certificate_id=stage_v2.client_certificate_id or None,
            )


def presenting(account_id: str, region: str, certificate_id: str) -> list[str]:
    """The stages that present a certificate, as ``api/stage``."""
    return [str(stage) for stage in stages(account_id, region) if stage.client_certificate_id == certificate_id]


def binding(stage: RestStage) -> str | None:
    """What a REST stage presents. moto's stages lack the member, so it lives in an attribute of our own."""
    value: str | None = getattr(stage, _BINDING, None)
    return value


def bind(stage: RestStage, certificate_id: str | None, now: datetime) -> None:
    """Let a REST stage present a certificate, or nothing."""
    if (replaced := binding(stage)) != certificate_id:
        _replaced(stage).append((time.monotonic(), replaced))
    setattr(stage, _BINDING, certificate_id)
    touch(stage, now)


def recent_bindings(stage: RestStage, seconds: float) -> tuple[str | None, ...]:
    """What a REST stage presents, then what it presented at any time within the last seconds."""
    since = time.monotonic() - seconds
    return (binding(stage), *(before for replaced_at, before in _replaced(stage) if replaced_at > since))


def _replaced(stage: RestStage) -> list[tuple[float, str | None]]:
    """Every earlier binding with the monotonic time of its end: a frozen sandbox clock stops no propagation."""
    if not hasattr(stage, _REPLACED):
        setattr(stage, _REPLACED, [])
    history: list[tuple[float, str | None]] = getattr(stage, _REPLACED)
    return history


def touch(stage: RestStage, now: datetime) -> None:
    """Remember when a REST stage was created and last changed; moto does not."""
    if not hasattr(stage, _CREATED):
        setattr(stage, _CREATED, now)
    setattr(stage, _UPDATED, now)


def rest_stage_json(stage: RestStage) -> dict[str, Any]:
    """A REST stage on the wire: what moto knows, its nulls left out, with the binding and the dates."""
    wire = {name: value for name, value in stage.to_json().items() if value is not None}
    if (certificate_id := binding(stage)) is not None:
        wire["clientCertificateId"] = certificate_id
    for name, attribute in (("createdDate", _CREATED), ("lastUpdatedDate", _UPDATED)):
        if (at := getattr(stage, attribute, None)) is not None:
            wire[name] = int(at.timestamp())
    return wire


def bind_websocket(stage: WebSocketStage, certificate_id: str | None) -> None:
    """Let a WebSocket stage present a certificate, or nothing."""
    stage.client_certificate_id = certificate_id


def rest_stage(account_id: str, region: str, api_id: str, stage_name: str) -> RestStage | None:
    """A REST stage, or None where there is no such API or stage."""
    api = rest(account_id, region).apis.get(api_id)
    return api.stages.get(stage_name) if api is not None else None


def stage_variables(stage: RestStage) -> dict[str, str]:
    """A copy of a REST stage's variables."""
    return dict(stage.variables or {})
