"""An API's resources and their integrations, as moto stores them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from apigw_sandbox.moto_extension import backends

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRule:
    """One integration response: the statuses of the backend that it is for (None: all others), and its own."""

    selection_pattern: str | None
    status_code: int
    maps: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """What a method calls. ``maps`` says whether templates change the request."""

    type: str
    uri: str
    http_method: str
    connection_type: str = "INTERNET"
    timeout_seconds: float | None = None
    insecure_skip_verification: bool = False
    request_parameters: Mapping[str, str] = field(default_factory=dict)
    maps: bool = False
    responses: tuple[ResponseRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One path of an API with its methods; a method may have no integration yet."""

    id: str
    path: str
    methods: Mapping[str, Integration | None]


def has_api(account_id: str, region: str, api_id: str) -> bool:
    """Whether there is such a REST API."""
    return api_id in backends.rest(account_id, region).apis


def resources(account_id: str, region: str, api_id: str) -> list[Resource]:
    """The API's current resources, in no particular order."""
    api = backends.rest(account_id, region).apis[api_id]
    return [
        Resource(
            id=resource.id,
            path=resource.get_path(),
            methods={name: _integration(method) for name, method in resource.resource_methods.items()},
        )
        for resource in api.resources.values()
    ]


def _integration(method: Any) -> Integration | None:  # noqa: ANN401 - moto's own models
    stored = method.method_integration
    if stored is None:
        return None
    return Integration(
        type=stored.integration_type,
        uri=stored.uri or "",
        http_method=stored.http_method or "",
        connection_type=stored.connection_type or "INTERNET",
        timeout_seconds=int(stored.timeout_in_millis) / 1000 if stored.timeout_in_millis else None,
        insecure_skip_verification=str((stored.tls_config or {}).get("insecureSkipVerification")).lower() == "true",
        request_parameters=dict(stored.request_parameters or {}),
        maps=any((stored.request_templates or {}).values()),
        responses=tuple(_rule(rule) for rule in (stored.integration_responses or {}).values()),
    )


def _rule(stored: Any) -> ResponseRule:  # noqa: ANN401 - moto's own models
    return ResponseRule(
        selection_pattern=stored.selection_pattern or None,
        status_code=int(stored.status_code),
        maps=bool(stored.response_parameters) or any((stored.response_templates or {}).values()),
    )
