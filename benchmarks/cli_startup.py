"""``python -m benchmarks.cli_startup [ROUNDS]``: what ``apigw-client-cert`` needs beyond ``python -c pass``.

Each round starts one process of each kind, one after the other, so that a busy machine slows all of them alike. Printed
are the quickest and the middle round in milliseconds, and the middle of what each adds to ``python -c pass``.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.cli import scenarios

ROUNDS = 20
GOAL_MILLISECONDS = 250
PROGRAM = "from apigw_client_cert.cli.program import main; main()"


def seconds(*arguments: str) -> float:
    """How long one process takes, whatever its exit status."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", *arguments], stdout=subprocess.DEVNULL, check=False)
    return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state.json"
        state.write_bytes(scenarios.steady())
        calls = {
            "python -c pass": ("pass",),
            "--help": (PROGRAM, "--help"),
            "status FILE": (PROGRAM, "status", str(state)),
            "status --json FILE": (PROGRAM, "status", "--json", str(state)),
            "check FILE": (PROGRAM, "check", str(state)),
        }
        took = {name: list[float]() for name in calls}
        for _ in range(rounds):
            for name, arguments in calls.items():
                took[name].append(seconds(*arguments))
    floor = took["python -c pass"]
    print(f"{rounds} rounds, {os.cpu_count()} processors, Python {sys.version.split()[0]}; milliseconds")
    for name, times in took.items():
        added = statistics.median(one - base for one, base in zip(times, floor, strict=True)) * 1000
        ratio = statistics.median(times) / statistics.median(floor)
        print(
            f"  {name:18} quickest {min(times) * 1000:4.0f}   middle {statistics.median(times) * 1000:4.0f}"
            f"   adds {added:4.0f} (goal: {GOAL_MILLISECONDS})   ratio {ratio:.1f}"
        )


if __name__ == "__main__":
    main()
