"""``python -m benchmarks.plugin_startup [ROUNDS]``: what the plugin needs until its port is printed.

Each round starts one process of each kind, one after the other, so that a busy machine slows all of them alike:

- *floor*: Python, ``import pulumi``, grpc and the protocol's modules, then a line. No Python plugin can be faster.
- *plugin*: the plugin itself, until its port is there.
- *ready*: the plugin, until it has answered its first call; the engine connects meanwhile.

Printed are the quickest and the middle round of each in milliseconds, what the plugin adds to the floor (the middle of
the differences, round by round), and what ``-X importtime`` says of modules that are not the floor's.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import grpc  # type: ignore[import-untyped]  # grpcio ships no types
from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped]  # protobuf ships no types
from pulumi.runtime.proto import provider_pb2_grpc

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 15
FLOOR = "import pulumi, grpc; from pulumi.runtime.proto import engine_pb2_grpc, provider_pb2_grpc"
PLUGIN = "from apigw_client_cert.native.server import main; main()"
GOAL_MILLISECONDS = 50


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


def own_import_milliseconds() -> float:
    """What the plugin imports before its port beyond the floor, as the interpreter itself measures it."""
    code = f"{FLOOR}\nimport sys; print('mark', file=sys.stderr, flush=True)\nimport apigw_client_cert.native.server"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code], stderr=subprocess.PIPE, text=True, check=True
    )
    lines = done.stderr.partition("mark\n")[2].splitlines()
    return sum(int(line.split("|")[0].rpartition(":")[2]) for line in lines) / 1000


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    took: dict[str, list[float]] = {"floor": [], "plugin": [], "ready": []}
    for _ in range(rounds):
        took["floor"].append(until_line(f"{FLOOR}\nprint()"))
        took["plugin"].append(until_line(PLUGIN))
        took["ready"].append(until_answer())
    print(f"{rounds} rounds, {os.cpu_count()} processors, Python {sys.version.split()[0]}; milliseconds")
    for name, seconds in took.items():
        print(f"  {name:7} quickest {min(seconds) * 1000:4.0f}   middle {statistics.median(seconds) * 1000:4.0f}")
    added = statistics.median(plugin - floor for plugin, floor in zip(took["plugin"], took["floor"], strict=True))
    print(f"  the plugin adds {added * 1000:.0f} to the floor (goal: {GOAL_MILLISECONDS});", end=" ")
    print(f"imports of its own: {own_import_milliseconds():.1f}")


if __name__ == "__main__":
    main()
