"""Anything in any order: what the numbered invariants promise holds after every step.

``MODEL_STEPS`` is how many steps to take at least (600 unless set), ``MODEL_SEED`` which; ``MODEL_REPORT`` is the file
to report to. What fails is also left as a script beside the report, which ``python -m acceptance.model.replay`` plays.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from acceptance.model import replay
from acceptance.model.cloud import Cloud
from acceptance.model.machine import RotationMachine
from acceptance.model.steps import Judged, Tally

if TYPE_CHECKING:
    from collections.abc import Iterator

STEPS = int(os.environ.get("MODEL_STEPS") or 600)
SEED = int(os.environ.get("MODEL_SEED") or 20260302)
REPORT = os.environ.get("MODEL_REPORT")
STEPS_PER_EXAMPLE = 25
# From here on every kind of thing happens, whatever the seed.
MANY_STEPS = 5000
# What must have happened in a long run, or the rules do not reach what they are meant to judge.
REACHED = (
    "DeleteClientCertificate succeeded",
    "GenerateClientCertificate succeeded",
    "TagResource succeeded",
    "UpdateStage succeeded",
    "destroy green",
    "phase lost",
    "phase overlapping",
    "phase published",
    "preview green",
    "refresh green",
    "up killed",
    "up red",
)


@pytest.fixture
def _cloud() -> Iterator[None]:
    yield
    Cloud.stop()


@pytest.mark.usefixtures("_cloud")
def test_whatever_happens_in_whatever_order_the_invariants_hold() -> None:
    """Invariants 1 to 6, 9, 10 and 12 after every step, and at rest after every example."""
    tally = RotationMachine.tally = Judged.tally = Tally()
    profile = settings(
        # Some examples end early.
        max_examples=STEPS * 5 // 4 // STEPS_PER_EXAMPLE + 2,
        stateful_step_count=STEPS_PER_EXAMPLE,
        phases=[Phase.generate, Phase.shrink],
        database=None,
        deadline=None,
        # Of two ways to fail at once, each is found again when the other is mended.
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    violations = 1
    try:
        run_state_machine_as_test(seed(SEED)(RotationMachine), settings=profile)
        violations = 0
    finally:
        _report(tally, violations)
    assert tally.steps >= STEPS
    assert tally.happened["UpdateStage succeeded"], "no run of these steps did anything"
    assert STEPS < MANY_STEPS or not [what for what in REACHED if not tally.happened[what]]


def _report(tally: Tally, violations: int) -> None:
    script = "\n".join([replay.HEADER, *tally.script, ""])
    if violations:
        print(script)  # noqa: T201 - pytest shows it with the failure
    if REPORT is None:
        return
    file = Path(REPORT)
    file.parent.mkdir(parents=True, exist_ok=True)
    counts = {"steps": tally.steps, "examples": tally.examples, "seed": SEED, "violations": violations}
    file.write_text(json.dumps({**counts, "happened": dict(sorted(tally.happened.items()))}, indent=2) + "\n")
    if violations:
        file.with_name("model-failure.py").write_text(script)
