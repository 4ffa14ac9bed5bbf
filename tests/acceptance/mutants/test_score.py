"""The mutation score: what counts, and what is excluded only with a reason."""

from __future__ import annotations

from acceptance.mutants.equivalent import EQUIVALENT
from acceptance.mutants.score import summary

EXCLUDED = next(iter(EQUIVALENT))


def test_equivalent_mutants_leave_the_score_and_stay_in_the_raw_one() -> None:
    """Both are reported, and each exclusion with its reason."""
    score = summary({"total": 101, "killed": 95}, {"a": EXCLUDED, **{f"s{number}": "decide: x" for number in range(5)}})
    assert (score["score"], score["raw_score"]) == (95.0, 94.06)
    assert score["equivalent"] == {"a": EQUIVALENT[EXCLUDED]}
    assert sorted(score["survivors"]) == [f"s{number}" for number in range(5)]


def test_what_was_not_killed_is_not_counted_as_killed() -> None:
    """A time-out or a crash says nothing about an assertion."""
    score = summary({"total": 4, "killed": 2, "timeout": 1, "segfault": 1}, {"t": "decide: slow", "c": "decide: crash"})
    assert (score["score"], sorted(score["survivors"])) == (50.0, ["c", "t"])


def test_an_exclusion_that_matches_nothing_any_more_is_named() -> None:
    """So that the list shrinks with the code; it can hide nothing meanwhile."""
    score = summary({"total": 2, "killed": 1}, {"a": EXCLUDED})
    assert score["obsolete_exclusions"] == sorted(set(EQUIVALENT) - {EXCLUDED})


def test_every_exclusion_has_a_reason() -> None:
    """A sentence, not a word."""
    assert all(reason.endswith(".") and len(reason) > 20 for reason in EQUIVALENT.values())
