"""A tenth of the crash matrix, by a seed, and its page (invariants 1 to 6, 9 and 12, at every call).

The whole matrix is ``make crash-matrix``. CRASH_MATRIX_SEED chooses another tenth.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from acceptance.crash_matrix.in_process import DryRun
from acceptance.crash_matrix.page import PAGE, rows_of
from acceptance.crash_matrix.points import REAL_KINDS, sampled, seed
from acceptance.crash_matrix.real_engine import STEPS, RealDryRun
from acceptance.crash_matrix.report import rows
from acceptance.crash_matrix.scenarios import SCENARIOS

if TYPE_CHECKING:
    from acceptance.crash_matrix.points import Point
    from acceptance.crash_matrix.scenarios import Scenario
    from acceptance.crash_matrix.verdict import Verdict

SHARE = 0.1


def _lines(point: Point, verdict: Verdict) -> str:
    found = [*verdict.violations, verdict.unfinished, verdict.trouble]
    return "\n".join([f"seed {seed()}: python -m acceptance.crash_matrix --only {point.id}", *filter(None, found)])


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_a_tenth_of_the_points_of_each_run_in_one_process(scenario: Scenario) -> None:
    """Nothing is violated, every point is completed, and no orphan stays; the page has the same points."""
    dry_run = DryRun(scenario)
    points = dry_run.points
    expected = [f"| {' | '.join(row.cells())} |" for row in rows((point, None) for point in points)]
    assert rows_of(PAGE.read_text(encoding="utf-8"), scenario.name) == expected, "run `make crash-matrix`"
    chosen = sampled(points, SHARE, seed())
    print(f"seed {seed()}: {len(chosen)} of {len(points)} points")  # noqa: T201 - pytest shows it with a failure
    for point in chosen:
        verdict = dry_run.judge(point)
        assert verdict.passed, _lines(point, verdict)


@pytest.mark.e2e
def test_two_points_on_the_real_engine() -> None:
    """The first run of a stack, killed by a signal and left without an answer, each at a call that the seed chooses."""
    with RealDryRun(STEPS[0]) as dry_run:
        changes = [point for point in dry_run.points if point.call.seen.mutating]
        killed, lost = ([one for one in changes if one.kind is kind] for kind in REAL_KINDS)
        for point in (killed[seed() % len(killed)], lost[seed() % len(lost)]):
            verdict = dry_run.judge(point)
            assert verdict.passed, _lines(point, verdict)


def test_the_page_shows_every_run_and_no_failure() -> None:
    """Every scenario of both layers has its lines, the totals are their sums, and nothing is left open."""
    text = PAGE.read_text(encoding="utf-8")
    tables = [re.findall(r"^\| (.*) \|$", part, re.MULTILINE)[2:] for part in text.split("\n## ")[1:3]]
    for table, names in zip(tables, ([one.name for one in SCENARIOS], [one.name for one in STEPS]), strict=True):
        lines = [line.split(" | ") for line in table]
        *body, total = lines
        assert list(dict.fromkeys(line[0] for line in body)) == names
        for column in (-3, -2, -1):
            assert sum(int(line[column]) for line in body) == int(total[column])
        assert total[-3] == total[-2]
        assert total[-1] == "0"
