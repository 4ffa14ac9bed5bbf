"""What the plugin needs until its port is printed.

Each round starts one process of each kind, one after the other, so that a busy machine slows all of them alike:

- *floor*: Python, ``import pulumi``, grpc and the protocol's modules, then a line. No Python plugin can be faster.
- *plugin*: the plugin itself, until its port is there.
- *ready*: the plugin, until it has answered its first call; the engine connects meanwhile.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import grpc  # type: ignore[import-untyped]  # grpcio ships no types
from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]  # protobuf ships no types
from pulumi.runtime.proto import provider_pb2_grpc

from benchmarks.figures import Figure
from benchmarks.imports import import_milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterator

FLOOR: Final = "import pulumi, grpc; from pulumi.runtime.proto import engine_pb2_grpc, provider_pb2_grpc"
PLUGIN: Final = "from apigw_client_cert.native.server import main; main()"
MILLISECONDS: Final = 25


def figures(rounds: int) -> Iterator[Figure]:
    """What the plugin adds to the floor (the middle of the differences, round by round), and its own imports."""
    took: dict[str, list[float]] = {"floor": [], "plugin": [], "ready": []}
    for _ in range(rounds):
        took["floor"].append(until_line(f"{FLOOR}\nprint()"))
        took["plugin"].append(until_line(PLUGIN))
        took["ready"].append(until_answer())
    for name, seconds in took.items():
        yield Figure(name=f"startup.plugin.{name}", value=statistics.median(seconds) * 1000, unit="ms")
    added = statistics.median(plugin - floor for plugin, floor in zip(took["plugin"], took["floor"], strict=True))
    yield Figure(name="startup.plugin.over_floor", value=added * 1000, unit="ms", at_most=MILLISECONDS)
    own = min(import_milliseconds(FLOOR, "import apigw_client_cert.native.server") for _ in range(rounds))
    yield Figure(name="startup.plugin.own_imports", value=own, unit="ms", at_most=MILLISECONDS)


@contextmanager
def started(code: str) -> Iterator[tuple[subprocess.Popen[str], str, float]]:
    """A Python process at its first line: the line, and when its start began."""
    began = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None  # noqa: S101 - for mypy
            yield process, process.stdout.readline(), began
        finally:
            process.kill()


def until_line(code: str) -> float:
    """Seconds from the start to the first line."""
    with started(code) as (_process, _line, began):
        return time.perf_counter() - began


def until_answer() -> float:
    """Seconds from the plugin's start to its first answer."""
    with started(PLUGIN) as (_process, port, began), grpc.insecure_channel(f"127.0.0.1:{int(port)}") as channel:
        provider_pb2_grpc.ResourceProviderStub(channel).GetPluginInfo(Empty())
        return time.perf_counter() - began
