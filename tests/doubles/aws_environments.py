"""One account and region, twice: the FakeGateway, and the real gateway at the sandbox.

A scenario arranges through these methods and asks through ``gateway``, so that it cannot tell which one it talks to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from apigw_client_cert.gateway.api_gateway import ApiGateway
from apigw_client_cert.gateway.client import Client
from apigw_client_cert.gateway.connection import Connection
from apigw_client_cert.gateway.interface import StageKind, StageRef
from tests.doubles.fake_gateway import FakeGateway

if TYPE_CHECKING:
    from apigw_client_cert.gateway.interface import Gateway
    from apigw_sandbox import Sandbox


class Environment(Protocol):
    """What a contract scenario may arrange."""

    @property
    def gateway(self) -> Gateway:
        """Whom to ask."""
        ...

    def new_stage(self, kind: StageKind = StageKind.REST) -> StageRef:
        """A stage of an API of its own."""
        ...

    def drop_stage(self, stage: StageRef) -> None:
        """Somebody deletes the stage."""
        ...

    def drop_certificate(self, certificate_id: str) -> None:
        """Somebody deletes the certificate, from under its stages too."""
        ...

    def set_quota(self, quota: int) -> None:
        """How many certificates fit."""
        ...


@dataclass
class FakeEnvironment:
    """In memory."""

    gateway: FakeGateway = field(default_factory=FakeGateway)
    _apis: int = 0

    def new_stage(self, kind: StageKind = StageKind.REST) -> StageRef:
        """A stage."""
        self._apis += 1
        return self.gateway.add_stage(f"api{self._apis:03d}", "prod", kind=kind)

    def drop_stage(self, stage: StageRef) -> None:
        """Gone."""
        del self.gateway.stages[stage]

    def drop_certificate(self, certificate_id: str) -> None:
        """Gone."""
        del self.gateway.certificates[certificate_id]

    def set_quota(self, quota: int) -> None:
        """The limit."""
        self.gateway.quota = quota


class SandboxEnvironment:
    """Over boto3 and loopback HTTP."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        connection = Connection(region=sandbox.region, endpoint_url=sandbox.endpoint_url)
        self.waits: list[float] = []
        self.client = Client(connection, sleep=self.waits.append, jitter=lambda: 0.0)
        self.gateway = ApiGateway(self.client)

    def new_stage(self, kind: StageKind = StageKind.REST) -> StageRef:
        """A stage."""
        hand = self.sandbox.console
        make = hand.create_rest_api if kind is StageKind.REST else hand.create_websocket_api
        return StageRef(make("contract", ["prod"]), "prod", kind)

    def drop_stage(self, stage: StageRef) -> None:
        """Gone."""
        self.sandbox.console.delete_stage(stage.api_id, stage.stage_name)

    def drop_certificate(self, certificate_id: str) -> None:
        """Gone."""
        self.sandbox.console.delete_certificate(certificate_id)

    def set_quota(self, quota: int) -> None:
        """The limit."""
        self.sandbox.change(certificate_quota=quota)
