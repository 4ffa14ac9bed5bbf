"""Figures of the README come from docs/measured.json, each with its commit and day."""

from __future__ import annotations

import json

import pytest

from acceptance.measured import FILE, KEPT, README, ages, entered, written

KNOWN = json.loads(FILE.read_text(encoding="utf-8"))


def test_the_readme_has_the_figures_of_the_file() -> None:
    """After ``python -m acceptance.measured NAME``, which a measuring command ends with."""
    text = README.read_text(encoding="utf-8")
    assert written(text, KNOWN) == text


def test_a_new_report_replaces_its_own_figures_alone() -> None:
    """With what was measured at; what else the report says stays in reports/."""
    measured = {"commit": "0123abc", "date": "2027-03-02", "machine": "2 cores"}
    report = {"steps": 10_007, "violations": 0, "seed": 5, "happened": {"up": 3}}
    after = entered(KNOWN, "model", report, measured)
    assert after["model"] == {"steps": 10_007, "violations": 0, "seed": 5, **measured}
    assert {**after, "model": None} == {**KNOWN, "model": None}
    shown = written(README.read_text(encoding="utf-8"), after)
    assert "10,007 steps" in shown
    assert "0123abc, 2027-03-02" in shown


@pytest.mark.parametrize("name", KEPT)
def test_a_report_that_lacks_a_figure_is_not_entered(name: str) -> None:
    """A measurement that ended early leaves the file as it is."""
    with pytest.raises(KeyError):
        entered(KNOWN, name, {}, {})


def test_the_age_is_in_commits_of_the_package() -> None:
    """Asked of git for each figure's commit."""
    assert ages({"model": {"commit": "0123abc+"}}, {"0123abc+": "12"}.__getitem__) == [
        "model: 12 commits of the package ago"
    ]
