"""`make proof`: rotations on real servers under load, and the wrong orders that must fail.

Ends with 0 only if no request of a rotation failed, every wrong order did, and nothing fell short of the plan.
Writes `reports/proof.json`, and the first rotation's picture as `reports/proof.svg`; what the servers wrote stays in
`.proof/` until the next run.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from typing import TYPE_CHECKING

from acceptance.load.controls import CONTROLS, baseline, perform
from acceptance.load.jobs import Job, Jobs
from acceptance.load.picture import rotation_figure
from acceptance.load.plan import REQUESTS, at_once, control_plan, rotation_plan, share
from acceptance.load.report import Wanted, proves, report
from acceptance.load.rotation import rotation
from acceptance.servers.catalogue import BACKENDS
from acceptance.servers.stunnel import Stunnel
from tools.toolchain import ROOT

if TYPE_CHECKING:
    from acceptance.load.observed import Run

FOLDER = ROOT / ".proof"
REPORT = ROOT / "reports" / "proof.json"
PICTURE = ROOT / "reports" / "proof.svg"
"""The first rotation alone: the README's picture."""
# No configuration of stunnel accepts two certificates of one subject (docs/backends.md).
PROVED = tuple(kind for kind in BACKENDS if kind is not Stunnel)


def main() -> int:
    """Run everything, one after the other, and return the exit status."""
    wanted = int(os.environ.get("PROOF_REQUESTS", REQUESTS))
    began = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    for stale in (REPORT, PICTURE):
        stale.unlink(missing_ok=True)
    plan, small = rotation_plan(share(wanted, len(PROVED)), wanted), control_plan()
    print(f"proof: {len(PROVED)} rotations of {plan.requests} requests, {plan.rate:g} a second each", flush=True)
    jobs = Jobs("proof", _itself)
    rotations = [Job(kind.kind, rotation, (kind, FOLDER / kind.kind, plan)) for kind in PROVED]
    runs = list(jobs.perform(rotations, at_once(plan)).values())
    bases = [baseline(kind) for kind in dict.fromkeys(control.kind for control in CONTROLS)]
    orders = [Job(one.name, perform, (one, FOLDER / "controls" / one.name, small)) for one in (*bases, *CONTROLS)]
    controls = jobs.perform(orders, at_once(small))
    missing = [control.name for control in CONTROLS if control.name not in controls]
    jobs.unexpected_failures += [f"{name}: this control was not performed" for name in missing]
    made = report(
        runs,
        controls,
        Wanted(wanted, plan.wanted_near),
        seconds=time.monotonic() - began,
        unexpected_failures=jobs.unexpected_failures,
    )
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    if runs:
        PICTURE.write_text(rotation_figure(runs[0], incomplete=made["incomplete"] is True), encoding="utf-8")
    for complaint in made["complaints"]:  # type: ignore[attr-defined]  # a list of strings
        print(f"proof: INCOMPLETE: {complaint}")
    print(
        f"proof: {made['requests']} requests, failed: {made['failed']}, incomplete: {made['incomplete']},"
        f" {made['seconds']} s; see {REPORT.relative_to(ROOT)}"
    )
    return 0 if proves(made) else 1


def _itself(run: Run) -> Run:
    return run


if __name__ == "__main__":
    sys.exit(main())
