"""A certificate, its bundle and a binding of each API family over boto3 at the sandbox, and every request they send."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from apigw_client_cert.gateway.api_gateway import ApiGateway
from apigw_client_cert.gateway.client import Client
from apigw_client_cert.lifecycle import engine_run
from apigw_client_cert.lifecycle.binding import crud as binding
from apigw_client_cert.lifecycle.certificate import crud as certificate
from apigw_client_cert.lifecycle.environment import Environment
from apigw_client_cert.lifecycle.inputs import connection_of
from apigw_client_cert.lifecycle.trust_bundle import crud as trust_bundle
from apigw_client_cert.publish import targets
from apigw_sandbox.clock import wall_now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import pytest

    from apigw_client_cert.gateway.connection import Connection
    from apigw_sandbox import Sandbox

# Real servers look at the wall's clock, and take no certificate of tomorrow.
START = wall_now().replace(microsecond=0) - timedelta(days=344)


@dataclass(frozen=True)
class Sent:
    """One request, as IAM would judge it."""

    service: str
    operation: str
    method: str
    path: str
    parameters: Mapping[str, Any]


class _RecordingClient(Client):
    """Notes what botocore sends."""

    def __init__(self, connection: Connection, sent: list[Sent]) -> None:
        super().__init__(connection, sleep=lambda _seconds: None)
        self._sent = sent
        self._parameters: dict[str, Any] = {}

    def _prepared(self, service: str, client: Any) -> Any:
        def given(params: Mapping[str, Any], **_: object) -> None:
            self._parameters = dict(params)

        def note(request: Any, event_name: str, **_: object) -> None:
            operation = event_name.rpartition(".")[2]
            self._sent.append(Sent(service, operation, request.method, urlsplit(request.url).path, self._parameters))

        client.meta.events.register("provide-client-params", given)
        client.meta.events.register("before-send", note)
        return super()._prepared(service, client)


@dataclass
class WholeStack:
    """What a program declares, performed in the engine's order.

    Attributes:
        stages: The inputs of the bindings' stages.
        published_to: Where the bundle publishes.
        patch: Puts the recording client where targets look for theirs.
        inputs: More inputs by resource: ``certificate``, ``bundle``, ``binding``.
        connection: More of how AWS is reached: ``profile`` and the like.
        start: The instant of day 0.
        sent: Every request so far.
        lines: Every line that was said.
        client: What sends it.
    """

    sandbox: Sandbox
    stages: Sequence[Mapping[str, Any]]
    published_to: Sequence[Mapping[str, Any]]
    patch: pytest.MonkeyPatch
    inputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    connection: Mapping[str, Any] = field(default_factory=dict)
    start: datetime = START
    sent: list[Sent] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self._connection = {"endpointUrl": self.sandbox.endpoint_url, "region": self.sandbox.region, **self.connection}
        self.client = client = _RecordingClient(connection_of(self._connection), self.sent)
        self.patch.setattr(targets, "client_for", lambda _connection: client)
        self.environment = Environment(
            now=lambda: self.sandbox.clock.now().replace(microsecond=0),
            gateway=lambda _connection: ApiGateway(client),
            target=targets.target_for,
            say=self.lines.append,
            token=lambda: "r1",
        )

    def at(self, day: float) -> None:
        """One ``pulumi up``."""
        self._begin(day)
        names = {"name": "orders", "project": "p", "stack": "dev"}
        made = self._register("certificate", certificate, names, "certificate")
        wired = {key: made[key] for key in ("rotationId", "clientCertificateId", "generations")}
        bundle = {"name": "trust", "rotations": [wired], "targets": list(self.published_to)}
        since = self._register("bundle", trust_bundle, bundle, "bundle")["publishedSince"]
        for stage in self.stages:
            published = {"publishedSince": since, "publishedTo": {"targets": list(self.published_to)}}
            self._register(
                f"{stage['apiId']}/{stage['stageName']}", binding, {**stage, **wired, **published}, "binding"
            )

    def refresh(self, day: float) -> None:
        """One ``pulumi refresh``, whose outcome is state."""
        self._begin(day)
        for name, module in self._modules():
            found = module.read(name, self.states[name], self.environment)
            if found is None:
                del self.states[name]
            else:
                self.states[name] = wire(found[1])

    def preview(self, day: float) -> None:
        """One ``pulumi preview`` of the same program: nothing is sent by rule (invariant 6)."""
        self._begin(day)
        for name, module in self._modules():
            module.diff(self.states[name], self.states[name], self.environment)

    def destroy(self, day: float) -> None:
        """One ``pulumi destroy``."""
        self._begin(day)
        for name, module in reversed(self._modules()):
            module.delete(self.states.pop(name), self.environment)

    def _begin(self, day: float) -> None:
        self.sandbox.clock.set(self.start + timedelta(days=day))
        engine_run.forget()
        self.environment.looks.forget()

    def _modules(self) -> list[tuple[str, Any]]:
        kinds = {"certificate": certificate, "bundle": trust_bundle}
        return [(name, kinds.get(name, binding)) for name in self.states]

    def _register(self, name: str, module: Any, props: Mapping[str, Any], kind: str) -> dict[str, Any]:
        news = wire({**props, **self._connection, **self.inputs.get(kind, {})})
        checked = module.check({}, news)
        assert checked.failures == {}, checked.failures
        if name not in self.states:
            state = module.create(news, self.environment)[1]
        elif module.diff(self.states[name], news, self.environment).changes:
            state = module.update(self.states[name], news, self.environment)
        else:
            return self.states[name]
        self.states[name] = wire(state)
        return self.states[name]


def wire(properties: Mapping[str, Any]) -> dict[str, Any]:
    """What a property bag looks like after the wire."""
    found: dict[str, Any] = json.loads(json.dumps(dict(properties)))
    return found
