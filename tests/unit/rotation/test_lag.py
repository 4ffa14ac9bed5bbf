"""A binding that is told an old certificate: when it is seen."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apigw_client_cert.rotation.lag import Lag, Told, lag_of, unpublished

BEGIN = datetime(2027, 1, 1, tzinfo=timezone.utc)
DAY = timedelta(days=1)
ACTIVATE_BY = 3 * DAY


def told(certificate_id: str, *, active: bool = False, begins: float | None = 0, ends: float | None = 365) -> Told:
    """A generation that was offered and expires on these days."""
    return Told(
        id=certificate_id,
        active=active,
        not_after=None if ends is None else BEGIN + ends * DAY,
        pending_since=None if begins is None else BEGIN + begins * DAY,
    )


OLD, OLD_ACTIVE = told("g1"), told("g1", active=True)
NEW, NEW_ACTIVE = told("g2", begins=335, ends=700), told("g2", active=True, begins=335, ends=700)


@pytest.mark.parametrize(
    ("desired", "inputs", "day", "lag"),
    [
        ("g1", [OLD_ACTIVE], 336, None),
        ("g1", [OLD_ACTIVE, NEW], 336, None),  # the successor's lead
        ("g2", [OLD, NEW_ACTIVE], 337, None),
        ("g1", [OLD, NEW_ACTIVE], 337, Lag.NOT_ACTIVE),
        ("g1", [OLD, NEW_ACTIVE], 1, Lag.NOT_ACTIVE),
        ("g1", [OLD_ACTIVE, NEW], 400, Lag.NO_SUCCESSOR),  # expired, whatever else is told
        ("g2", [OLD_ACTIVE, NEW], 337, Lag.NOT_ACTIVE),  # a rollback by pin that is not followed
        ("g1", [OLD_ACTIVE], 361.9, None),
        ("g1", [OLD_ACTIVE], 362, Lag.NO_SUCCESSOR),  # all inputs stand still
        ("g1", [OLD_ACTIVE, told("g0", ends=300)], 362, Lag.NO_SUCCESSOR),
        ("g1", [OLD_ACTIVE, NEW], 362, None),  # runs were missed: issued in this one
        ("g1", [told("g1", active=True, begins=363)], 363, None),  # adopted two days before its end
        ("g1", [told("g1", active=True, begins=363)], 364.5, Lag.NO_SUCCESSOR),
        ("g1", [told("g1", active=True, begins=None)], 362, Lag.NO_SUCCESSOR),
        ("g1", [told("g1", active=True, ends=None)], 400, None),
        ("g1", [OLD, NEW], 340, None),  # an input without roles
        ("g1", [OLD, NEW], 365, Lag.NO_SUCCESSOR),
        ("g3", [OLD, NEW], 340, None),
        ("g1", [], 400, None),
    ],
)
def test_a_lag_is_seen_from_when_it_matters(desired: str, inputs: list[Told], day: float, lag: Lag | None) -> None:
    """Another one is active; or the end is near, and no successor is told of."""
    assert lag_of(desired, inputs, ACTIVATE_BY, BEGIN + day * DAY) is lag


@given(st.floats(0, 800), st.sampled_from([[OLD], [OLD_ACTIVE], [OLD, NEW_ACTIVE], [OLD_ACTIVE, NEW], [OLD, NEW]]))
def test_no_lag_outlives_what_is_presented(day: float, inputs: list[Told]) -> None:
    """Whatever stands still: an expired certificate is never a green input, and a healthy one never a red one."""
    now = BEGIN + day * DAY
    seen = lag_of("g1", inputs, ACTIVATE_BY, now)
    assert seen is not None or not inputs[0].dead(now)
    assert seen is None or not inputs[0].active or day >= 362


@pytest.mark.parametrize(
    ("change", "day", "found"),
    [
        ({}, 336.9, False),
        ({}, 337, True),
        ({"published": {"p1", "p2"}}, 350, False),
        ({"desired": "g1", "pending": True}, 337, True),
        ({"desired": "g1"}, 337, False),  # a former one is nobody's next
        ({"desired": "g1", "sha256": None, "pending": True}, 350, False),
        ({"pending_since": None}, 350, False),
        ({"not_after": BEGIN + 340 * DAY}, 340, False),
    ],
)
def test_what_was_made_two_leads_ago_is_told_as_published(change: dict[str, Any], day: float, *, found: bool) -> None:
    """What is wanted now or next, and lives; what has no date or no fingerprint says nothing."""
    facts = {"desired": "g2", "published": {"p1"}, **change}
    desired, published = facts.pop("desired"), facts.pop("published")
    second = Told(**{"id": "g2", "pending_since": BEGIN + 335 * DAY, "sha256": "p2", **facts})
    told_of = [Told(id="g1", sha256="p1", pending_since=BEGIN), second]
    assert (unpublished(desired, told_of, published, DAY, BEGIN + day * DAY) is second) is found
