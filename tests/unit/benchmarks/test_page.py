"""docs/performance.md says what docs/performance.json says, and figures judge themselves."""

from __future__ import annotations

import json

import pytest

from benchmarks.aws_calls import floor_of
from benchmarks.figures import Figure, report_of
from benchmarks.growth import exponent
from benchmarks.one_rotation import DAYS
from benchmarks.page import FILE, PAGE, written

REPORT = json.loads(FILE.read_text(encoding="utf-8"))
MEASURED = {"commit": "0123abc", "date": "2027-03-02", "machine": "2 cores"}


def test_the_page_is_that_of_the_report() -> None:
    """After a change of the page's text: ``python -m benchmarks.page``."""
    assert PAGE.read_text(encoding="utf-8") == written(REPORT)


def test_every_figure_says_when_and_of_what_it_is() -> None:
    """And whether it is what it should be."""
    keys = {"name", "value", "unit", "target", "ok", "commit", "date", "machine"}
    assert {frozenset(one) - {"series"} for one in REPORT["figures"]} == {frozenset(keys)}


@pytest.mark.parametrize(
    ("figure", "ok"),
    [
        (Figure(name="a", value=1.1, unit="ratio", at_most=1.1), True),
        (Figure(name="a", value=1.11, unit="ratio", at_most=1.1), False),
        (Figure(name="a", value=5, unit="/s", at_least=6), False),
        (Figure(name="a", value=5, unit="s"), None),
    ],
)
def test_the_page_names_what_misses_its_target(figure: Figure, *, ok: bool | None) -> None:
    """Without a target a figure is neither good nor bad."""
    report = report_of([figure], MEASURED, quick=True)
    assert report["figures"][0]["ok"] is ok
    assert ("- `a`: " in written(report)) is (ok is False)


def test_the_page_has_a_row_for_each_size_and_step() -> None:
    """With what was measured at, and floors beside the calls."""
    columns = ("cpu_ours", "cpu_floor", "cpu_ratio", "wall_ours", "wall_floor", "peak_ours", "peak_floor", "aws_calls")
    figures = [Figure(name=f"preview.{size}.{one}", value=float(size), unit="s") for size in (10, 1) for one in columns]
    figures += [
        Figure(name=f"calls.{step}.10.{what}", value=12, unit="calls", at_most=11)
        for step in DAYS
        for what in ("changing", "reading")
    ]
    page = written(report_of(figures, MEASURED, quick=False))
    assert "Measured on 2027-03-02 at commit 0123abc: 2 cores.\n" in page
    assert page.index("\n| 1 | 1.00 |") < page.index("\n| 10 | 10.00 |")
    assert "\n| retire | 12 (11) | 12 (11) |\n" in page


def test_growth_is_that_of_what_comes_on_top_of_the_start() -> None:
    """A second for the start, and 0.1 or 0.01 for each: linear, and quadratic."""
    assert exponent({1: 1.0, 11: 2.0, 101: 11.0}) == pytest.approx(1)
    assert exponent({1: 1.0, 11: 2.0, 101: 101.0}) == pytest.approx(2)


def test_the_floor_grows_with_stages_only_where_stages_move() -> None:
    """A hundred stages, ten to an API: eleven reads to refresh, twelve to scan."""
    assert floor_of("activate", 100) == (100, 100 + 11 + 1)
    assert floor_of("confirm", 100) == (0, 12 + 11 + 1)
    assert floor_of("issue", 100) == (1, 11 + 1)
