"""``status --all-stacks`` beside one export after the other.

A file backend with many stacks, each with a rotation of its own. Compared are the wall time of ``apigw-client-cert
status --all-stacks`` and of ``pulumi stack ls --all --json`` with an export of each stack done in turn.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

from benchmarks.figures import Figure
from tests.cli import scenarios
from tests.cli.exports import checkpoint
from tools.toolchain import bin_dir, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RATIO: Final = 0.6
PROGRAM: Final = "from apigw_client_cert.cli.program import main; main()"


def figures(folder: Path, count: int) -> Iterator[Figure]:
    """The two times and their ratio, for so many stacks."""
    env = backend_of(folder, count)
    took, told = timed([sys.executable, "-c", PROGRAM, "status", "--all-stacks", "--json"], env)
    if len(json.loads(told)["rotations"]) != count:
        raise AssertionError(told.decode())
    pulumi = str(bin_dir() / "pulumi")
    in_turn, listed = timed([pulumi, "stack", "ls", "--all", "--json"], env)
    for one in json.loads(listed):
        in_turn += timed([pulumi, "stack", "export", "--stack", one["name"]], env)[0]
    yield Figure(name=f"fleet.{count}.status", value=took, unit="s")
    yield Figure(name=f"fleet.{count}.exports_in_turn", value=in_turn, unit="s")
    yield Figure(name=f"fleet.{count}.ratio", value=took / in_turn, unit="ratio", at_most=RATIO)


def backend_of(folder: Path, count: int) -> dict[str, str]:
    """A file backend with that many stacks; the environment to reach it."""
    backend = folder / "backend"
    stacks = backend / ".pulumi" / "stacks" / "orders"
    stacks.mkdir(parents=True)
    (backend / ".pulumi" / "meta.yaml").write_text("version: 1\n")
    steady = scenarios.steady()
    for number in range(count):
        name = f"s{number:03}"
        (stacks / f"{name}.json").write_bytes(checkpoint(steady, "orders", name, scenarios.STEADY))
    return {**environment(folder / "home", backend), "APIGW_CLIENT_CERT_NOW": "2026-03-03T10:00:00Z"}


def timed(command: list[str], env: dict[str, str]) -> tuple[float, bytes]:
    """How long a command takes, and what it prints."""
    began = time.perf_counter()
    done = subprocess.run(command, env=env, cwd="/", stdout=subprocess.PIPE, check=True)
    return time.perf_counter() - began, done.stdout
