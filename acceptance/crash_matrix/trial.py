"""The scenarios of both layers by name, and their points judged in worker processes."""

from __future__ import annotations

import contextlib
import multiprocessing
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, NamedTuple

from acceptance.crash_matrix.in_process import DryRun
from acceptance.crash_matrix.points import IN_PROCESS, REAL_ENGINE, Point, sampled
from acceptance.crash_matrix.real_engine import STEPS, RealDryRun
from acceptance.crash_matrix.scenarios import SCENARIOS
from acceptance.model.cloud import Cloud

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from acceptance.crash_matrix.verdict import Verdict

_SCENARIOS = {scenario.name: scenario for scenario in SCENARIOS}
_STEPS = {step.name: step for step in STEPS}


class Task(NamedTuple):
    """One scenario of one layer, and which of its points: a share by a seed, or one by its id."""

    layer: str
    name: str
    share: float = 1.0
    seed: int = 0
    only: str = ""


class Result(NamedTuple):
    """What became of a task: all its points, and the verdicts on the chosen ones."""

    task: Task
    points: list[Point]
    verdicts: list[tuple[Point, Verdict]]


def names(layers: Iterable[str]) -> list[tuple[str, str]]:
    """Every layer's scenarios, the longest first."""
    known = {REAL_ENGINE: list(_STEPS), IN_PROCESS: list(_SCENARIOS)}
    return [(layer, name) for layer in (REAL_ENGINE, IN_PROCESS) if layer in layers for name in known[layer]]


def perform(task: Task) -> Result:
    """Judge the chosen points of one scenario; raises ``KeyError`` for a name that no scenario has."""
    with contextlib.ExitStack() as ending:
        stage: DryRun | RealDryRun
        if task.layer == REAL_ENGINE:
            stage = ending.enter_context(RealDryRun(_STEPS[task.name]))
        else:
            stage = DryRun(_SCENARIOS[task.name])
        points = stage.points
        chosen = [one for one in points if one.id == task.only] if task.only else sampled(points, task.share, task.seed)
        return Result(task, points, [(point, stage.judge(point)) for point in chosen])


def perform_all(tasks: list[Task], jobs: int) -> Iterator[Result]:
    """The results as they come, from so many processes: each has a sandbox of its own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin) as pool:
        try:
            for done in as_completed([pool.submit(perform, task) for task in tasks]):
                yield done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _begin() -> None:
    # A worker's atexit functions are not called.
    Finalize(None, Cloud.stop, exitpriority=10)
