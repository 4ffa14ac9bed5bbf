"""The engine's side of the protocol: one plugin in this process, called over gRPC, in a fake world."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import grpc  # type: ignore[import-untyped]  # grpcio ships no types
from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]  # protobuf ships no types
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from apigw_client_cert.native.engine import EngineLog
from apigw_client_cert.native.server import serve
from apigw_client_cert.native.servicer import Servicer
from apigw_client_cert.native.structs import plain, struct_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from apigw_client_cert.lifecycle.environment import Environment


class Partial(NamedTuple):
    """What a failed call leaves in state all the same."""

    id: str
    state: dict[str, Any]
    inputs: dict[str, Any]
    reasons: list[str]


class PluginError(Exception):
    """A call that ended with an error: what the user reads, and the state that came with it."""

    def __init__(self, error: grpc.RpcError) -> None:
        super().__init__(error.details())
        self.message: str = error.details()
        self.partial = _partial(error)


@dataclass
class PluginClient:
    """Calls by name of a kind, with plain dicts."""

    stub: provider_pb2_grpc.ResourceProviderStub
    servicer: Servicer
    name: str = "orders"

    def urn(self, kind: str) -> str:
        """The URN of the one resource of a kind, in stack dev of project p."""
        return f"urn:pulumi:dev::p::apigw-client-cert:index:{kind}::{self.name}"

    def check(
        self, kind: str, olds: Mapping[str, Any], news: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Checked inputs, and property -> failure."""
        request = provider_pb2.CheckRequest(urn=self.urn(kind), olds=struct_of(olds), news=struct_of(news))
        response = _call(self.stub.Check, request)
        return plain(response.inputs), {one.property: one.reason for one in response.failures}

    def diff(self, kind: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> provider_pb2.DiffResponse:
        """The whole answer."""
        request = provider_pb2.DiffRequest(urn=self.urn(kind), olds=struct_of(olds), news=struct_of(news))
        response: provider_pb2.DiffResponse = _call(self.stub.Diff, request)
        return response

    def create(self, kind: str, news: Mapping[str, Any], *, preview: bool = False) -> tuple[str, dict[str, Any]]:
        """Id and state."""
        request = provider_pb2.CreateRequest(urn=self.urn(kind), properties=struct_of(news), preview=preview)
        response = _call(self.stub.Create, request)
        return response.id, plain(response.properties)

    def update(
        self, kind: str, olds: Mapping[str, Any], news: Mapping[str, Any], *, preview: bool = False
    ) -> dict[str, Any]:
        """The new state."""
        request = provider_pb2.UpdateRequest(
            id="id", urn=self.urn(kind), olds=struct_of(olds), news=struct_of(news), preview=preview
        )
        return plain(_call(self.stub.Update, request).properties)

    def read(
        self, kind: str, resource_id: str, state: Mapping[str, Any]
    ) -> tuple[str, dict[str, Any], dict[str, Any]] | None:
        """Id, inputs and state; None when it is gone. Without a state it is an import."""
        request = provider_pb2.ReadRequest(id=resource_id, urn=self.urn(kind), properties=struct_of(state))
        response = _call(self.stub.Read, request)
        return (response.id, plain(response.inputs), plain(response.properties)) if response.id else None

    def delete(self, kind: str, state: Mapping[str, Any]) -> None:
        """Remove it."""
        _call(self.stub.Delete, provider_pb2.DeleteRequest(id="id", urn=self.urn(kind), properties=struct_of(state)))

    def invoke(self, function: str, arguments: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """The answer, and argument -> failure."""
        request = provider_pb2.InvokeRequest(tok=f"apigw-client-cert:index:{function}", args=struct_of(arguments))
        response = _call(self.stub.Invoke, request)
        return plain(getattr(response, "return")), {one.property: one.reason for one in response.failures}

    def configure(self, configuration: Mapping[str, Any]) -> provider_pb2.ConfigureResponse:
        """What every run does first."""
        response: provider_pb2.ConfigureResponse = _call(
            self.stub.Configure, provider_pb2.ConfigureRequest(args=struct_of(configuration))
        )
        return response

    def cancel(self) -> None:
        """Ctrl-C."""
        _call(self.stub.Cancel, Empty())


@contextlib.contextmanager
def plugin(environment: Environment, configuration: Mapping[str, Any] | None = None) -> Iterator[PluginClient]:
    """A plugin that is configured, without an engine to log to."""
    servicer = Servicer(environment, EngineLog())
    server, port = serve(servicer)
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            client = PluginClient(provider_pb2_grpc.ResourceProviderStub(channel), servicer)
            client.configure(configuration or {})
            yield client
    finally:
        server.stop(None).wait()
        servicer.close()


def _call(method: Any, request: Any) -> Any:
    try:
        return method(request)
    except grpc.RpcError as error:
        raise PluginError(error) from error


def _partial(error: grpc.RpcError) -> Partial | None:
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            detail = provider_pb2.ErrorResourceInitFailed()
            if status_pb2.Status.FromString(value).details[0].Unpack(detail):
                return Partial(detail.id, plain(detail.properties), plain(detail.inputs), list(detail.reasons))
    return None
