"""The only place that reads time."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone, tzinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apigw_client_cert import clock, errors

MADE_UP = {clock.VARIABLE: "2027-03-01T00:00:00Z"}


def test_without_the_variable_the_clock_is_the_machines() -> None:
    """Aware, UTC, whole seconds, and it never runs back."""
    read = clock.now({})
    assert datetime(2026, 1, 1, tzinfo=timezone.utc) < read <= clock.now({})
    assert read.utcoffset() == timedelta(0)
    assert read.microsecond == 0


def test_the_machines_clock_is_read_at_every_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not once per process: a plugin may serve many runs, and their waits must end (invariant 1)."""

    class LaterClock(datetime):
        """What the machine's clock says a hundred years from now."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> LaterClock:
            return cls(2126, 1, 1, tzinfo=tz)

    monkeypatch.setattr(clock, "datetime", LaterClock)
    assert clock.now({}).year == 2126


@pytest.mark.parametrize("empty", [{}, {clock.VARIABLE: ""}])
def test_an_empty_variable_is_not_set(empty: dict[str, str]) -> None:
    """CI systems pass variables that are defined and empty."""
    assert clock.now(empty).year >= 2024
    clock.guard_made_up_clock(loopback=False, environ=empty)


def test_with_the_variable_the_clock_stands_where_it_says() -> None:
    """A preview can ask what will happen on 1 March."""
    assert clock.now(MADE_UP) == datetime(2027, 3, 1, tzinfo=timezone.utc)


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hosts call now() without arguments."""
    monkeypatch.setenv(clock.VARIABLE, "2031-01-02T03:04:05Z")
    assert clock.now() == datetime(2031, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


@pytest.mark.parametrize("value", ["tomorrow", "2027-03-01", "2027-02-30T00:00:00Z", "2027-03-01T00:00:00", " "])
def test_a_value_that_is_no_instant_is_refused_by_name(value: str) -> None:
    """The error names the variable and shows the form."""
    with pytest.raises(errors.BadInput, match="2027-03-01T00:00:00Z") as refused:
        clock.now({clock.VARIABLE: value})
    assert refused.value.subject == clock.VARIABLE


def test_a_made_up_clock_may_not_act_on_a_real_account() -> None:
    """A certificate issued on a made-up date would be real."""
    with pytest.raises(errors.Refused, match="Unset APIGW_CLIENT_CERT_NOW"):
        clock.guard_made_up_clock(loopback=False, environ=MADE_UP)


@pytest.mark.parametrize(("loopback", "environ"), [(True, MADE_UP), (True, {}), (False, {})])
def test_a_made_up_clock_may_act_on_this_machine_and_a_real_one_anywhere(
    *, loopback: bool, environ: dict[str, str]
) -> None:
    """Only the combination of a made-up clock and a real account is refused."""
    clock.guard_made_up_clock(loopback=loopback, environ=environ)
    assert clock.now(environ).tzinfo is not None


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2027-03-01T00:00:00Z", datetime(2027, 3, 1, tzinfo=timezone.utc)),
        ("2027-03-01t00:00:00z", datetime(2027, 3, 1, tzinfo=timezone.utc)),
        ("2027-03-01 00:00:00Z", datetime(2027, 3, 1, tzinfo=timezone.utc)),
        ("2027-03-01T02:00:00+02:00", datetime(2027, 3, 1, tzinfo=timezone.utc)),
        ("2027-02-28T19:30:00-04:30", datetime(2027, 3, 1, tzinfo=timezone.utc)),
        ("2027-03-01T00:00:00.999999999Z", datetime(2027, 3, 1, tzinfo=timezone.utc)),
        ("2028-02-29T23:59:59Z", datetime(2028, 2, 29, 23, 59, 59, tzinfo=timezone.utc)),
    ],
)
def test_an_rfc_3339_timestamp_is_read_in_utc(text: str, instant: datetime) -> None:
    """RFC 3339 section 5.6 allows lower case, a blank, an offset and fractions, which are cut."""
    assert clock.parse_instant(text) == instant
    assert clock.parse_instant(text).microsecond == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2027-03-01T00:00Z",
        "2027-03-01T00:00:00",
        "2027-13-01T00:00:00Z",
        "2027-03-01T25:00:00Z",
        "2027-03-01T00:00:60Z",
        "2027-03-01T00:00:00+24:00",
        "2027-03-01T00:00:00Z\n",
        "\u0662\u0660\u0662\u0667-03-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "0000-01-01T00:00:00Z",
    ],
)
def test_anything_else_is_a_value_error(text: str) -> None:
    """Also where the calendar ends: no OverflowError escapes."""
    with pytest.raises(ValueError, match=r"."):
        clock.parse_instant(text)


def test_an_instant_is_written_in_utc_with_seconds() -> None:
    """The form of every date in state."""
    eastern = timezone(timedelta(hours=-5))
    assert clock.format_instant(datetime(2027, 3, 1, 7, 8, 9, 999, tzinfo=eastern)) == "2027-03-01T12:08:09Z"


@given(st.datetimes(timezones=st.just(timezone.utc)))
def test_what_is_written_is_read_back(instant: datetime) -> None:
    """To the second, for every year that a datetime can hold."""
    assert clock.parse_instant(clock.format_instant(instant)) == instant.replace(microsecond=0)
