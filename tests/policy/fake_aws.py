"""A plugin named aws that keeps what it is given: pulumi-aws's own binary cannot be had by a package registry.

Run as ``pulumi-resource-aws``. It plans and creates resources of any type with their inputs as outputs, as far as the
policies look; nothing outside the engine's state happens.
"""

from __future__ import annotations

import os
import threading
from concurrent import futures
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import grpc  # type: ignore[import-untyped]  # grpcio ships no types
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

if TYPE_CHECKING:
    from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]  # protobuf ships no types

_WATCH_SECONDS = 1.0


class FakeAws(provider_pb2_grpc.ResourceProviderServicer):
    """Every resource is what its program says."""

    def GetPluginInfo(self, _request: Empty, _context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:  # noqa: N802
        """The version that the SDK asks for."""
        return plugin_pb2.PluginInfo(version=version("pulumi-aws"))

    def CheckConfig(  # noqa: N802
        self, request: provider_pb2.CheckRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Any configuration will do."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(  # noqa: N802
        self, _request: provider_pb2.DiffRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """No configuration changes anything."""
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(  # noqa: N802
        self, _request: provider_pb2.ConfigureRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Previews are answered, as by the real one."""
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(  # noqa: N802
        self, request: provider_pb2.CheckRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Any input will do."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(  # noqa: N802
        self, request: provider_pb2.DiffRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """A changed input is an update."""
        some, none = provider_pb2.DiffResponse.DIFF_SOME, provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=none if request.olds == request.news else some)

    def Create(  # noqa: N802
        self, request: provider_pb2.CreateRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        """The id is known only afterwards."""
        name = "" if request.preview else request.urn.rpartition("::")[2]
        return provider_pb2.CreateResponse(id=name, properties=request.properties)

    def Update(  # noqa: N802
        self, request: provider_pb2.UpdateRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        """As it is written."""
        return provider_pb2.UpdateResponse(properties=request.news)


def main() -> None:
    """Serve until the engine ends this process, or is gone itself."""
    parent = os.getppid()
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    servicer: Any = FakeAws()
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)  # noqa: T201 - how the engine learns the port
    while os.getppid() == parent:
        threading.Event().wait(_WATCH_SECONDS)


if __name__ == "__main__":
    main()
