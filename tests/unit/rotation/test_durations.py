"""Durations as users write them."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction

import pytest

from apigw_client_cert.rotation.durations import LONGEST, format_duration, parse_duration, served


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("30d", timedelta(days=30)),
        ("24h", timedelta(hours=24)),
        ("90m", timedelta(minutes=90)),
        ("10s", timedelta(seconds=10)),
        ("007d", timedelta(days=7)),
        (timedelta(hours=36), timedelta(hours=36)),
        ("3650d", LONGEST),
    ],
)
def test_a_whole_number_with_a_unit_or_a_timedelta_is_read(written: object, meant: timedelta) -> None:
    """Each documented form means what it says."""
    assert parse_duration(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "",
        "30",
        "d",
        "-1d",
        "+1d",
        "1.5h",
        "1w",
        "1D",
        " 1d",
        "1d ",
        "1d\n",
        "1h30m",
        "\u0661d",
        "1e3s",
        30,
        None,
        True,
        ["1d"],
    ],
)
def test_any_other_form_is_refused_with_an_example(written: object) -> None:
    """The message repeats what was written and shows the form."""
    with pytest.raises(ValueError, match="is not a duration") as refused:
        parse_duration(written)
    assert repr(written) in str(refused.value)
    assert '"30d"' in str(refused.value)


@pytest.mark.parametrize(
    "written", ["0d", "0s", timedelta(0), timedelta(seconds=-1), timedelta(days=-30), timedelta(seconds=1.5)]
)
def test_zero_negative_and_fractions_of_a_second_are_refused(written: object) -> None:
    """No rule can wait for less than one whole second."""
    with pytest.raises(ValueError, match=f"^{re.escape(repr(written))} is not a positive number of whole seconds"):
        parse_duration(written)


@pytest.mark.parametrize("written", ["3651d", "999999999d", timedelta(days=3650, seconds=1)])
def test_a_duration_that_no_certificate_lives_is_refused(written: object) -> None:
    """A slip of the keyboard (3000d for 30d) does not become a policy."""
    with pytest.raises(ValueError, match=f"^{re.escape(repr(written))} is longer than 3650 days"):
        parse_duration(written)


@pytest.mark.parametrize(
    ("duration", "form"),
    [
        (timedelta(days=30), "30d"),
        (timedelta(hours=24), "1d"),
        (timedelta(hours=25), "25h"),
        (timedelta(minutes=90), "90m"),
        (timedelta(seconds=61), "61s"),
    ],
)
def test_a_duration_is_written_in_its_largest_whole_unit(duration: timedelta, form: str) -> None:
    """What messages print can be pasted into a program."""
    assert format_duration(duration) == form
    assert parse_duration(form) == duration


def test_a_wait_of_a_day_is_served_after_ninety_five_per_cent() -> None:
    """22.8 hours of 24: an exact daily schedule does not slip."""
    assert served(timedelta(hours=24)) == timedelta(hours=22, minutes=48)
    assert served(timedelta(hours=24), Fraction(90, 100)) == timedelta(hours=21, minutes=36)


def test_a_served_wait_is_cut_to_whole_seconds_without_rounding_noise() -> None:
    """95 % of every multiple of 20 s is exact, which binary fractions would not give."""
    assert all(served(timedelta(seconds=20 * count)) == timedelta(seconds=19 * count) for count in range(1, 5000))
    assert served(timedelta(seconds=21)) == served(timedelta(seconds=21.9)) == timedelta(seconds=19)


def test_the_shortest_wait_still_lasts_a_second() -> None:
    """A wait that is served when it starts would be due again at once, for ever."""
    assert served(timedelta(seconds=1)) == timedelta(seconds=1)
