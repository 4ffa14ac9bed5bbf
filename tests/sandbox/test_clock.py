"""The sandbox's own time."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from apigw_sandbox.clock import SandboxClock, format_instant, parse_instant, wall_now

if TYPE_CHECKING:
    from apigw_sandbox import Sandbox

NEW_YEAR = datetime(2030, 1, 1, tzinfo=timezone.utc)


def test_it_starts_as_real_time_and_runs() -> None:
    """Between two looks at the machine's clock."""
    clock = SandboxClock()
    before = wall_now()
    assert before <= clock.now() <= wall_now()
    assert not clock.frozen


def test_set_while_running_runs_on_from_there() -> None:
    """Later readings never go back."""
    clock = SandboxClock()
    clock.set(NEW_YEAR)
    first = clock.now()
    assert NEW_YEAR <= first <= clock.now()


def test_frozen_it_stands_until_moved_or_run() -> None:
    """Advance and set move it, and it stands there again."""
    clock = SandboxClock()
    clock.freeze()
    clock.set(NEW_YEAR)
    assert clock.now() == clock.now() == NEW_YEAR
    assert clock.advance(timedelta(days=-1)) == NEW_YEAR - timedelta(days=1)
    assert clock.frozen
    clock.run()
    assert not clock.frozen
    assert NEW_YEAR - timedelta(days=1) <= clock.now() < NEW_YEAR


def test_reset_is_real_time_again() -> None:
    """Running, with no offset."""
    clock = SandboxClock()
    clock.freeze()
    clock.set(NEW_YEAR)
    clock.reset()
    before = wall_now()
    assert before <= clock.now() <= wall_now()


def test_other_zones_are_the_same_instants() -> None:
    """Everything is kept in UTC."""
    clock = SandboxClock()
    clock.freeze()
    clock.set(NEW_YEAR.astimezone(timezone(timedelta(hours=9))))
    assert clock.now().isoformat() == "2030-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2030, 1, 1),  # noqa: DTZ001 - a naive time is the point
        datetime(1969, 12, 31, tzinfo=timezone.utc),
        datetime(9500, 1, 1, tzinfo=timezone.utc),
    ],
)
def test_times_that_no_certificate_can_hold_are_refused(instant: datetime) -> None:
    """And the clock stays."""
    clock = SandboxClock()
    clock.freeze()
    before = clock.now()
    with pytest.raises(ValueError, match=r"time zone|the clock runs from"):
        clock.set(instant)
    assert clock.now() == before


def test_instants_are_written_and_read_as_rfc_3339() -> None:
    """To the millisecond, with Z."""
    assert format_instant(NEW_YEAR + timedelta(microseconds=1999)) == "2030-01-01T00:00:00.001Z"
    assert parse_instant("2030-01-01T00:00:00Z") == parse_instant("2030-01-01T01:00:00+01:00") == NEW_YEAR
    for text in ("2030-01-01T00:00:00", "tomorrow"):
        with pytest.raises(ValueError, match=r"time zone|Invalid isoformat"):
            parse_instant(text)


def test_moving_it_ages_certificates(sandbox: Sandbox, rest: Any) -> None:
    """What was made stays dated; what is made now is dated now."""
    sandbox.clock.freeze()
    sandbox.clock.set(NEW_YEAR)
    first = rest.generate_client_certificate()
    sandbox.clock.advance(timedelta(days=336))
    second = rest.generate_client_certificate()
    assert first["createdDate"] == NEW_YEAR
    assert second["createdDate"] == NEW_YEAR + timedelta(days=336)
    assert first["expirationDate"] - sandbox.clock.now() == timedelta(days=29)
