"""Lines to the engine: attached to a resource, so that they show in its row and under its diagnostics."""

from __future__ import annotations

import contextlib
import sys
import threading
from typing import TYPE_CHECKING, Final

import grpc  # type: ignore[import-untyped]  # grpcio ships no types
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

if TYPE_CHECKING:
    from collections.abc import Callable

WARNING: Final = engine_pb2.WARNING
INFO: Final = engine_pb2.INFO
# A line that nobody takes must not hold up a step.
_LOG_SECONDS: Final = 5


class EngineLog:
    """The engine's log service; stderr until ``connect``, and where the engine is gone. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stub: engine_pb2_grpc.EngineStub | None = None
        self._said: set[tuple[str, str]] = set()
        self.address = ""
        """Where the engine is; empty until ``connect``."""

    def connect(self, address: str) -> None:
        """Use the engine at this address from now on."""
        channel = grpc.insecure_channel(address)
        with self._lock:
            self.address = address
            self._stub = engine_pb2_grpc.EngineStub(channel)

    def sayer(self, urn: str, severity: engine_pb2.LogSeverity.ValueType) -> Callable[[str], None]:
        """What says a line about one resource; once, since a refresh asks for the same difference again."""

        def say(line: str) -> None:
            with self._lock:
                if (urn, line) in self._said:
                    return
                self._said.add((urn, line))
            if not self._send(engine_pb2.LogRequest(severity=severity, urn=urn, message=line)):
                print(line, file=sys.stderr, flush=True)  # noqa: T201 - stdout belongs to the port number

        return say

    def progress(self, urn: str) -> Callable[[str], None]:
        """What shows a line in a resource's row until the next one; it is kept nowhere, and lost without an engine."""

        def show(line: str) -> None:
            self._send(engine_pb2.LogRequest(severity=INFO, urn=urn, message=line, ephemeral=True))

        return show

    def _send(self, request: engine_pb2.LogRequest) -> bool:
        with self._lock:
            stub = self._stub
        if stub is None:
            return False
        with contextlib.suppress(grpc.RpcError):
            stub.Log(request, timeout=_LOG_SECONDS)
            return True
        return False
