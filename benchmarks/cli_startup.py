"""What ``apigw-client-cert`` needs beyond ``python -c pass``.

Each round starts one process of each kind, one after the other, so that a busy machine slows all of them alike.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

from benchmarks.figures import Figure
from tests.cli import scenarios

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MILLISECONDS: Final = 250
PROGRAM: Final = "from apigw_client_cert.cli.program import main; main()"


def figures(folder: Path, rounds: int) -> Iterator[Figure]:
    """What each command adds: the middle of the differences, round by round."""
    state = folder / "state.json"
    state.write_bytes(scenarios.steady())
    calls = {
        "help": (PROGRAM, "--help"),
        "status": (PROGRAM, "status", str(state)),
        "status_json": (PROGRAM, "status", "--json", str(state)),
        "check": (PROGRAM, "check", str(state)),
    }
    added = {name: list[float]() for name in calls}
    for _ in range(rounds):
        floor = seconds("pass")
        for name, arguments in calls.items():
            added[name].append(seconds(*arguments) - floor)
    for name, times in added.items():
        value = statistics.median(times) * 1000
        yield Figure(name=f"startup.cli.{name}", value=value, unit="ms", at_most=MILLISECONDS)


def seconds(*arguments: str) -> float:
    """How long one process takes, whatever its exit status."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", *arguments], stdout=subprocess.DEVNULL, check=False)
    return time.perf_counter() - began
