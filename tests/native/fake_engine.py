"""The engine's log service, which keeps what it is told."""

from __future__ import annotations

import contextlib
from concurrent import futures
from typing import TYPE_CHECKING

import grpc  # type: ignore[import-untyped]  # grpcio ships no types
from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]  # protobuf ships no types
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

if TYPE_CHECKING:
    from collections.abc import Iterator


class FakeEngine(engine_pb2_grpc.EngineServicer):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[tuple[int, str, str]] = []
        self.progress: list[tuple[str, str]] = []

    def Log(self, request: engine_pb2.LogRequest, _context: grpc.ServicerContext) -> Empty:  # noqa: N802 - the protocol's name
        """Keep one line; what the engine would forget, apart."""
        if request.ephemeral:
            self.progress.append((request.urn, request.message))
        else:
            self.lines.append((request.severity, request.urn, request.message))
        return Empty()


@contextlib.contextmanager
def fake_engine() -> Iterator[tuple[FakeEngine, str]]:
    """An engine and its address."""
    server, fake = grpc.server(futures.ThreadPoolExecutor(max_workers=1)), FakeEngine()
    engine_pb2_grpc.add_EngineServicer_to_server(fake, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield fake, f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()
