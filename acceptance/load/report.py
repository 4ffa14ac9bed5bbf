"""``reports/proof.json``: what was measured, and whether it proves anything. Pure."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING, NamedTuple

from acceptance.load import tally
from acceptance.load.controls import BASELINE, CONTROLS, Control, misplaced

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acceptance.load.observed import Run


class Wanted(NamedTuple):
    """How much makes a proof: requests of all rotations, and of each shape near each boundary."""

    requests: int
    near: int


def report(
    runs: Sequence[Run],
    controls: Mapping[str, Run],
    wanted: Wanted,
    *,
    seconds: float,
    unexpected_failures: Sequence[str] = (),
) -> dict[str, object]:
    """The report; ``controls`` has the baselines, too. ``mishaps`` are what kept a run from being performed.

    ``failed`` counts the rotations' failed requests alone: controls are there to fail. Anything that was not as planned
    is a complaint and makes it ``incomplete``; then ``failed`` is null where it would have been 0.
    """
    complaints = list(unexpected_failures)
    for run in runs:
        complaints += tally.complaints(run, wanted.near)
    shown = [_control(control, controls, complaints) for control in CONTROLS if control.name in controls]
    requests = sum(len(run.requests) for run in runs)
    failed = sum(len(run.failed) for run in runs)
    if requests < wanted.requests:
        complaints.append(f"{requests} requests in all where {wanted.requests} were planned")
    return {
        "requests": requests,
        "failed": failed if failed or not complaints else None,
        "incomplete": bool(complaints),
        "complaints": complaints,
        "rate": max((run.rate for run in runs), default=0.0),
        "seconds": round(seconds),
        "machine": {"cpus": os.cpu_count(), "python": platform.python_version()},
        "by_shape": {
            shape: sum(request.shape == shape for run in runs for request in run.requests) for shape in tally.SHAPES
        },
        "backends": [tally.figures(run, wanted.near) for run in runs],
        "controls": shown,
    }


def proves(report: Mapping[str, object]) -> bool:
    """Whether it says what the product promises: complete, and not one failed request."""
    return report["incomplete"] is False and report["failed"] == 0


def _control(control: Control, runs: Mapping[str, Run], complaints: list[str]) -> dict[str, object]:
    run = runs[control.name]
    complaints += [f"{control.name}: {one}" for one in run.complaints]
    complaints += misplaced(control, run)
    if not run.failed:
        complaints.append(f"{control.name}: no request failed: this measurement cannot fail")
    basis = runs.get(f"{BASELINE}-{control.kind.kind}")
    baseline_failed = None if basis is None else len(basis.failed)
    if baseline_failed != 0:
        complaints.append(f"{control.name}: {baseline_failed} requests failed without the mutation")
    windows = [phase for phase in run.phases if phase.name == "window"]
    return {
        "name": control.name,
        "says": control.says,
        "backend": control.kind.kind,
        "configuration": control.setup.value,
        "requests": len(run.requests),
        "failed": len(run.failed),
        "reasons": tally.reasons(run),
        "expected": [control.expected],
        "window_seconds": round(sum(phase.end - phase.start for phase in windows), 1),
        "baseline_failed": baseline_failed,
    }
