"""What a day's run plays of the long tests."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.sampling import drawn, recorded

DURATIONS = {f"tests/{file}.py::test_{name}": 10.0 * place for file in "abc" for place, name in enumerate("vwxyz", 1)}


@given(date=st.dates().map(str), seconds=st.integers(0, 600))
def test_a_draw_keeps_to_its_time_and_wastes_none(date: str, seconds: int) -> None:
    """What was left out would not have fitted any more."""
    found = drawn(DURATIONS, seconds, date)
    left = seconds - sum(DURATIONS[name] for name in found)
    assert left >= 0
    assert all(seconds_of > left for name, seconds_of in DURATIONS.items() if name not in found)
    assert found == drawn(dict(reversed(DURATIONS.items())), seconds, date)


@given(date=st.dates().map(str))
def test_each_file_has_its_turn_before_any_has_a_second(date: str) -> None:
    """Three tests fit, whichever they are."""
    found = drawn(DURATIONS, 150, date)
    assert {name.partition("::")[0] for name in found} == {"tests/a.py", "tests/b.py", "tests/c.py"}


def test_every_test_has_its_day() -> None:
    """Within three months, with time for a fifth of them."""
    days = [drawn(DURATIONS, 90, f"2027-{month:02}-{day:02}") for month in (3, 4, 5) for day in range(1, 31)]
    assert set().union(*days) == set(DURATIONS)
    assert len({frozenset(day) for day in days}) > 10


def test_a_run_records_what_it_played_and_keeps_the_rest() -> None:
    """A test that has become short is no longer drawn."""
    assert recorded({"a": 10, "b": 20, "c": 30}, {"a": 3.2, "b": 25.4, "d": 5.0, "e": 1.0}) == {
        "b": 25,
        "c": 30,
        "d": 5,
    }
