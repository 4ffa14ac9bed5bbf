"""``python -m benchmarks.cli_fleet [STACKS]``: ``status --all-stacks`` beside one export after the other.

A file backend with that many stacks (200), each with a rotation of its own, in a temporary folder. Compared are the
wall time of ``apigw-client-cert status --all-stacks`` and of ``pulumi stack ls --all --json`` with an export of each
stack done in turn; and the most memory that the command's own process held.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.cli import scenarios
from tests.cli.exports import checkpoint
from tools.toolchain import bin_dir, environment

STACKS = 200
GOAL = 0.6
PROGRAM = "from apigw_client_cert.cli.program import main; main()"


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


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else STACKS
    pulumi = str(bin_dir() / "pulumi")
    with tempfile.TemporaryDirectory() as folder:
        env = backend_of(Path(folder), count)
        took, told = timed([sys.executable, "-c", PROGRAM, "status", "--all-stacks", "--json"], env)
        held = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        rows = len(json.loads(told)["rotations"])
        in_wave_order, listed = timed([pulumi, "stack", "ls", "--all", "--json"], env)
        for one in json.loads(listed):
            in_wave_order += timed([pulumi, "stack", "export", "--stack", one["name"]], env)[0]
    print(f"{count} stacks, {rows} rotations, {os.cpu_count()} processors: {took:.1f} s, in turn {in_wave_order:.1f} s")
    print(f"  ratio {took / in_wave_order:.2f} (goal: {GOAL}); the largest process held {held} MiB")


if __name__ == "__main__":
    main()
