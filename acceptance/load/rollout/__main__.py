"""`make rollout`: rollouts on real servers under load, with a gate that has to refuse and a wave that has to fail.

Ends with 0 only if no request failed, everything was completed, and the control without a gate did fail.
Writes `reports/rollout.json`; what the servers and the runs wrote stays in `.proof/rollout` until the next run.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from typing import TYPE_CHECKING

from acceptance.load.jobs import Job, Jobs
from acceptance.load.rollout import scenarios
from acceptance.load.rollout.report import keeps_its_promise, report
from acceptance.measured import here
from tools.toolchain import ROOT

if TYPE_CHECKING:
    from acceptance.load.observed import Run
    from acceptance.load.rollout.scenarios import Rollout

FOLDER = ROOT / ".proof" / "rollout"
REPORT = ROOT / "reports" / "rollout.json"
REFUSALS = ROOT / "reports" / "rollout-refusals.txt"
"""What the refused runs printed."""
RATE = 60.0
PERFORMED = (scenarios.trap, scenarios.waves, scenarios.confirmed, scenarios.ungated)


def main() -> int:
    """Perform every scenario and return the exit status."""
    rate = float(os.environ.get("ROLLOUT_RATE", RATE))
    began, measured = time.monotonic(), here()
    shutil.rmtree(FOLDER, ignore_errors=True)
    for stale in (REPORT, REFUSALS):
        stale.unlink(missing_ok=True)
    print(f"rollout: {len(PERFORMED)} scenarios, {rate:g} requests a second", flush=True)
    jobs = Jobs("rollout", _run_of)
    # One after the other: two would ask two cores for more than they have.
    rollouts = jobs.perform([Job(one.__name__, one, (FOLDER / one.__name__, rate)) for one in PERFORMED], 1)
    made = report(rollouts, seconds=time.monotonic() - began, unexpected_failures=jobs.unexpected_failures)
    made |= measured
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    REFUSALS.write_text("\n".join(said for one in rollouts.values() for said in one.refusals), encoding="utf-8")
    for complaint in made["complaints"]:  # type: ignore[attr-defined]  # a list of strings
        print(f"rollout: INCOMPLETE: {complaint}")
    print(
        f"rollout: {made['requests']} requests, failed: {made['failed']}, before a run could know:"
        f" {made['failed_before_a_run']}, {made['waves']} waves, gate refusals:"
        f" {made['gate_refusals']}, rollbacks: {made['rollbacks']}, completed: {made['completed']},"
        f" {made['seconds']} s; see {REPORT.relative_to(ROOT)}"
    )
    return 0 if keeps_its_promise(made) else 1


def _run_of(rollout: Rollout) -> Run:
    return rollout.run


if __name__ == "__main__":
    sys.exit(main())
