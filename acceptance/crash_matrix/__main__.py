"""``python -m acceptance.crash_matrix``: every AWS call of every run, and everything that can go wrong with it.

Ends with status 1 for a violation, an orphan that stays, or a point that the next runs do not complete.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import TYPE_CHECKING

from acceptance.crash_matrix.page import PAGE, page
from acceptance.crash_matrix.points import IN_PROCESS, REAL_ENGINE, seed
from acceptance.crash_matrix.report import report, rows
from acceptance.crash_matrix.trial import Result, Task, names, perform_all
from tools.toolchain import ROOT

if TYPE_CHECKING:
    from acceptance.crash_matrix.verdict import Verdict

REPORT = ROOT / "reports" / "crash-matrix.json"


def main() -> int:
    """Judge all points, a sample, or one; a run of all points writes the report and the page."""
    arguments = argparse.ArgumentParser(prog="python -m acceptance.crash_matrix", description=__doc__)
    arguments.add_argument("--only", metavar="POINT", help="one point by its id, with what its runs said")
    arguments.add_argument("--layer", choices=[IN_PROCESS, REAL_ENGINE], help="a: in one process; b: the real engine")
    arguments.add_argument("--share", type=float, default=1.0, help="a sample by CRASH_MATRIX_SEED: 0.1 is a tenth")
    arguments.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="worker processes")
    asked = arguments.parse_args()
    if asked.only:
        return _one(asked.only)
    layers = [asked.layer] if asked.layer else [IN_PROCESS, REAL_ENGINE]
    tasks = [Task(layer, name, asked.share, seed()) for layer, name in names(layers)]
    began = time.monotonic()
    print(f"seed {seed()}, share {asked.share}")
    results: dict[tuple[str, str], Result] = {}
    for done in perform_all(tasks, asked.jobs):
        results[done.task.layer, done.task.name] = done
        _say(done)
    # In the order of the layers and scenarios, whichever was done first.
    judged = [pair for layer in layers for key in names([layer]) for pair in results[key].verdicts]
    facts = {"seed": seed(), "share": asked.share, "seconds": round(time.monotonic() - began)}
    found = report(judged, **facts)
    figures = ("points", "completed", "violations", "orphans_after", "max_orphans_during", "seconds")
    print(", ".join(f"{name} {found[name]}" for name in figures))
    if asked.share >= 1 and not asked.layer:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        PAGE.write_text(page(rows(judged)), encoding="utf-8")
    return 1 if found["failures"] or not judged else 0


def _one(point: str) -> int:
    layer, _, rest = point.partition(":")
    task = Task(layer, rest.partition(":")[0], only=point)
    if task[:2] not in names([IN_PROCESS, REAL_ENGINE]):
        sys.exit(f"no scenario is called {task.layer}:{task.name}")
    (done,) = perform_all([task], 1)
    if not done.verdicts:
        known = "\n".join(one.id for one in done.points)
        sys.exit(f"no point is called {point}; this scenario has\n{known}")
    ((_point, verdict),) = done.verdicts
    print("\n".join(verdict.said))
    _complain(verdict)
    return 0 if verdict.passed else 1


def _say(done: Result) -> None:
    failed = [verdict for _point, verdict in done.verdicts if not verdict.passed]
    print(
        f"{done.task.layer}:{done.task.name}: {len(done.verdicts)} of {len(done.points)} points, {len(failed)} failed"
    )
    for verdict in failed:
        _complain(verdict)
    sys.stdout.flush()


def _complain(verdict: Verdict) -> None:
    if verdict.passed:
        print(f"{verdict.point}: passed")
        return
    print(f"FAILED {verdict.point}: orphans {verdict.orphans_after} after, {verdict.max_orphans_during} during")
    for line in (*verdict.violations, verdict.unfinished, verdict.trouble):
        if line:
            print(f"  {line}")
    print(f"  again: python -m acceptance.crash_matrix --only {verdict.point}")


if __name__ == "__main__":
    sys.exit(main())
