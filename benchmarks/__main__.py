"""``python -m benchmarks [--quick]``: every section, into reports/bench.json; a full run writes docs/performance.md.

``make bench`` is this, and ``BENCH=quick make bench`` its short form: fewer sizes and rounds, the same figures.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from acceptance.measured import here
from benchmarks import aws_calls, cli_fleet, cli_startup, core, imports, limit, page, plugin_startup, preview, spread
from benchmarks.figures import Figure, report_of, save
from tools.toolchain import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

REPORT = ROOT / "reports" / "bench.json"


class Extent(NamedTuple):
    """How much of everything."""

    pairs: Mapping[int, int]
    stages: Sequence[int]
    bindings: int
    forecasts: int
    rounds: int
    stacks: int


QUICK = Extent(pairs={1: 3, 10: 3, 100: 3}, stages=(1, 10), bindings=100, forecasts=1_000, rounds=5, stacks=20)
# In under twenty minutes: half of it for the previews, a third for the limit. A thousand are for their growth.
FULL = Extent(
    pairs={1: 15, 10: 15, 100: 15, 300: 15, 1_000: 1},
    stages=(1, 10, 100),
    bindings=1_000,
    forecasts=20_000,
    rounds=15,
    stacks=100,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; returns the exit status, 1 where a target is missed."""
    sections: dict[str, Callable[[Path, Extent], Iterable[Figure]]] = {
        "startup": lambda folder, extent: [
            *imports.figures(extent.rounds),
            *plugin_startup.figures(extent.rounds),
            *cli_startup.figures(folder, extent.rounds),
        ],
        "core": lambda _, extent: core.figures(extent.forecasts),
        "spread": lambda _, __: spread.figures(),
        "preview": lambda folder, extent: preview.figures(folder, extent.pairs),
        "calls": lambda folder, extent: aws_calls.figures(folder, extent.stages),
        "limit": lambda folder, extent: limit.figures(folder, extent.bindings),
        "fleet": lambda folder, extent: cli_fleet.figures(folder, extent.stacks),
    }
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="in under four minutes")
    parser.add_argument("--section", choices=[*sections], action="append", help="these alone; nothing is written")
    chosen = parser.parse_args(arguments)
    extent = QUICK if chosen.quick else FULL
    figures: list[Figure] = []
    for name in chosen.section or sections:
        began = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
            for figure in sections[name](Path(folder), extent):
                print(_line(figure), flush=True)
                figures.append(figure)
        print(f"== {name}: {time.perf_counter() - began:.0f} s", flush=True)
    if not chosen.section:
        report = report_of(figures, here(), quick=chosen.quick)
        save(report, REPORT)
        if not chosen.quick:
            page.enter(report)
    return int(any(one.ok is False for one in figures))


def _line(figure: Figure) -> str:
    judged = {None: "", True: f"ok ({figure.target})", False: f"MISSED ({figure.target})"}[figure.ok]
    return f"{figure.name:52} {figure.value:10.3f} {figure.unit:12} {judged}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
