"""The values refuse what no rule could handle."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from apigw_client_cert.rotation.model import Finding, Phase, Role, Severity
from tests.unit.rotation.builders import ACTIVE, DAY, NOW, PENDING, PREVIOUS, SECOND, generation, rotation


@pytest.mark.parametrize("number", [0, -1])
def test_a_generation_number_below_one_is_refused(number: int) -> None:
    """Numbers count from 1."""
    with pytest.raises(ValueError, match="start at 1"):
        generation(number)


def test_a_generation_without_an_id_is_refused() -> None:
    """A stage could not present it."""
    with pytest.raises(ValueError, match="has no client certificate id"):
        generation(1, id="")


@pytest.mark.parametrize("name", ["created_date", "not_after", "pending_since", "unused_since", "scanned_at"])
@pytest.mark.parametrize(
    ("instant", "complaint"),
    [
        (datetime(2027, 1, 1), "no time zone"),  # noqa: DTZ001 - the point of the test
        (datetime(1969, 12, 31, tzinfo=timezone.utc), "in the year 1969"),
        (datetime(9001, 1, 1, tzinfo=timezone.utc), "in the year 9001"),
    ],
)
def test_an_instant_that_no_rule_can_calculate_with_is_refused(name: str, instant: datetime, complaint: str) -> None:
    """Naive instants cannot be compared, extreme ones overflow."""
    with pytest.raises(ValueError, match=f"{name} of generation 1 .*{complaint}"):
        replace(generation(1), **{name: instant})  # type: ignore[arg-type]  # mypy cannot know which field


@pytest.mark.parametrize("year", [1970, 9000])
def test_the_first_and_the_last_year_are_taken(year: int) -> None:
    """The bounds themselves overflow nothing."""
    instant = datetime(year, 6, 1, tzinfo=timezone.utc)
    assert generation(1, unused_since=instant).unused_since == instant


def test_expiry_counts_from_the_last_second_on() -> None:
    """At notAfter itself a certificate counts as expired: the safer reading."""
    one = generation(1, left=timedelta(0))
    assert not one.expired(NOW - SECOND)
    assert one.expired(NOW)
    assert one.expired(NOW + DAY)


def test_generations_out_of_order_are_refused() -> None:
    """Oldest first is what the bundle's order rests on."""
    one = rotation(generation(1, PREVIOUS), generation(2))
    with pytest.raises(ValueError, match="in order and distinct"):
        replace(one, generations=one.generations[::-1])


def test_two_generations_with_one_number_are_refused() -> None:
    """A number never names two certificates."""
    with pytest.raises(ValueError, match="in order and distinct"):
        rotation(generation(1, PREVIOUS), generation(1))


def test_a_highest_number_below_a_generation_is_refused() -> None:
    """The next number would be used twice."""
    with pytest.raises(ValueError, match="highest number 1 is below generation 2"):
        rotation(generation(2), highest_number=1)


@pytest.mark.parametrize("role", [PENDING, ACTIVE])
def test_two_generations_in_a_role_for_one_are_refused(role: Role) -> None:
    """At most one is pending, at most one is active."""
    with pytest.raises(ValueError, match=f"more than one generation is {role.value}"):
        rotation(generation(1, role), generation(2, role))


@pytest.mark.parametrize(
    ("roles", "phase"),
    [
        ([ACTIVE], Phase.STEADY),
        ([ACTIVE, PENDING], Phase.PUBLISHED),
        ([PREVIOUS, ACTIVE], Phase.OVERLAPPING),
        ([PREVIOUS, ACTIVE, PENDING], Phase.PUBLISHED),
        ([], Phase.LOST),
        ([PENDING], Phase.LOST),
        ([PREVIOUS, PENDING], Phase.LOST),
    ],
)
def test_the_phase_follows_from_the_roles(roles: list[Role], phase: Phase) -> None:
    """The phase is derived, so it cannot contradict the generations."""
    assert rotation(*(generation(number, role) for number, role in enumerate(roles, 1))).phase is phase


def test_generations_are_found_by_role_and_by_number() -> None:
    """Each accessor names what it returns; a number that is gone is None."""
    one, two, three = generation(1, PREVIOUS), generation(2), generation(3, PENDING)
    held = rotation(one, two, three)
    assert (held.previous, held.active, held.pending) == ((one,), two, three)
    assert held.numbered(3) == three
    assert held.numbered(4) is None


def test_a_pem_does_not_appear_in_a_repr() -> None:
    """A traceback never shows a PEM."""
    assert "certificate 1" not in repr(generation(1))


def test_a_finding_warns_unless_told_otherwise() -> None:
    """Silence is a choice."""
    assert Finding("pin-gone", "text").severity is Severity.WARNING
