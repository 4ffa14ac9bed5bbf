"""Figures of the README come from docs/measured.json, each with its commit and day."""

from __future__ import annotations

import json

import pytest

from acceptance.measured import FILE, KEPT, PAGES, README, ages, entered, written
from acceptance.measured_pages import between_marks, rollout_figures

KNOWN = json.loads(FILE.read_text(encoding="utf-8"))


def test_the_readme_has_the_figures_of_the_file() -> None:
    """After ``python -m acceptance.measured NAME``, which a measuring command ends with."""
    text = README.read_text(encoding="utf-8")
    assert written(text, KNOWN) == text


@pytest.mark.parametrize("name", PAGES)
def test_the_page_has_the_figures_of_the_file(name: str) -> None:
    """docs/proof.md and docs/rollout.md say more of a report than the README's line."""
    text = PAGES[name].path.read_text(encoding="utf-8")
    assert between_marks(text, PAGES[name].text(KNOWN[name])) == text


def test_a_page_without_marks_is_not_overwritten() -> None:
    """A page that was rewritten by hand is not appended to."""
    with pytest.raises(ValueError, match="is missing"):
        between_marks("a page", "figures")


def test_what_failed_before_a_run_could_know_is_not_counted_twice() -> None:
    """A report's scenario counts all that failed; the page has two columns."""
    kept = {"name": "confirmed", "requests": 9, "updates": 2, "gate_refusals": 0, "rollbacks": 1, "rate": 60.0}
    one = {**kept, "failed": 5, "failed_before_a_run": 3}
    (shown, _control) = rollout_figures({"scenarios": [one], "control": one})["scenarios"]
    assert (shown["failed"], shown["failed_before_a_run"]) == (2, 3)


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
