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
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

from tests.backends.backend import ReloadError, ServerExitedError, ToolMissingError
from tools.proof.rotation import ProofBroken
from tools.proof.tally import reasons
from tools.rollout import scenes
from tools.rollout.report import keeps_its_promise, report
from tools.toolchain import ROOT

if TYPE_CHECKING:
    from tools.rollout.scenes import Rollout

FOLDER = ROOT / ".proof" / "rollout"
REPORT = ROOT / "reports" / "rollout.json"
REFUSALS = ROOT / "reports" / "rollout-refusals.txt"
"""What the refused runs printed."""
RATE = 60.0
PERFORMED = (scenes.trap, scenes.waves, scenes.ungated)
# What a machine, a server or a step may do; anything else is a defect of the harness and ends it.
MISHAPS = (ProofBroken, ReloadError, ServerExitedError, ToolMissingError, OSError)


def main() -> int:
    """Perform every scene in a process of its own, one after the other, and return the exit status."""
    rate = float(os.environ.get("ROLLOUT_RATE", RATE))
    began = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    for stale in (REPORT, REFUSALS):
        stale.unlink(missing_ok=True)
    print(f"rollout: {len(PERFORMED)} scenes, {rate:g} requests a second", flush=True)
    mishaps: list[str] = []
    rollouts: dict[str, Rollout] = {}
    with ProcessPoolExecutor(1, get_context("spawn")) as processes:
        pending = {one.__name__: processes.submit(one, FOLDER / one.__name__, rate) for one in PERFORMED}
        for name, future in pending.items():
            result = _result(name, future, mishaps)
            if result is not None:
                rollouts[name] = result
    made = report(rollouts, seconds=time.monotonic() - began, mishaps=mishaps)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    REFUSALS.write_text("\n".join(said for one in rollouts.values() for said in one.refusals), encoding="utf-8")
    for complaint in made["complaints"]:  # type: ignore[attr-defined]  # a list of strings
        print(f"rollout: INCOMPLETE: {complaint}")
    print(
        f"rollout: {made['requests']} requests, failed: {made['failed']}, {made['waves']} waves, gate refusals:"
        f" {made['gate_refusals']}, rollbacks: {made['rollbacks']}, completed: {made['completed']},"
        f" {made['seconds']} s; see {REPORT.relative_to(ROOT)}"
    )
    return 0 if keeps_its_promise(made) else 1


def _result(name: str, future: Future[Rollout], mishaps: list[str]) -> Rollout | None:
    try:
        one = future.result()
    except MISHAPS as error:
        mishaps.append(f"{name}: {type(error).__name__}: {error}")
        print(f"rollout: {mishaps[-1]}", flush=True)
        return None
    print(
        f"rollout: {name}: {len(one.run.requests)} requests, {len(one.run.failed)} failed,"
        f" {len(one.refusals)} refused by the gate, {one.rollbacks} rolled back",
        flush=True,
    )
    for reason, count in reasons(one.run).items():
        print(f"rollout: {name}:   {count} times: {reason}", flush=True)
    return one


if __name__ == "__main__":
    sys.exit(main())
