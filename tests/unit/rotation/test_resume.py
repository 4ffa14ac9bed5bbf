"""resume() and its kin: a rotation put together, or completed, from certificates that state did not know."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apigw_client_cert.rotation.model import Phase, Role
from apigw_client_cert.rotation.transitions import IllegalTransition, adopt, rediscover, resume, take_in
from tests.unit.rotation.builders import ACTIVE, DAY, NOW, PENDING, PREVIOUS, generation, roles, rotation

DEAD = -timedelta(days=1)


@pytest.mark.parametrize(
    ("lives", "presented", "active", "pending"),
    [
        ([300], [], 1, None),
        ([10, 300], [1], 1, 2),
        ([10, 300], [2], 2, None),
        ([10, 300], [1, 2], 2, None),
        ([10, 300], [], 1, 2),
        ([10, 200, 300], [1], 1, 3),
        ([-1, 300], [1], 2, None),
        ([-2, -1], [2], None, None),
    ],
)
def test_the_newest_live_one_that_is_presented_is_active(
    lives: list[int], presented: list[int], active: int | None, pending: int | None
) -> None:
    """Else the oldest live one; the newest after it waits; the rest is previous."""
    generations = [generation(number, left=timedelta(days=left)) for number, left in enumerate(lives, start=1)]
    made = resume("r", generations, presented, NOW, trigger="t")
    assert (made.active.number if made.active else None) == active
    assert (made.pending.number if made.pending else None) == pending
    assert (made.rotation_id, made.highest_number, made.trigger) == ("r", len(lives), "t")
    assert len(made.generations) == len(lives)


def test_every_wait_starts_anew_and_only_what_expired_leaves_trust() -> None:
    """Nothing is known of the time before; a live one stays trusted (invariant 12)."""
    made = resume("r", [generation(1, left=DEAD), generation(2), generation(4, Role.PREVIOUS)], [2], NOW)
    assert [one.trusted for one in made.generations] == [False, True, True]
    assert {one.pending_since for one in made.generations} == {NOW}
    assert [one.role for one in made.generations] == [Role.PREVIOUS, Role.ACTIVE, Role.PENDING]
    assert made.phase is Phase.PUBLISHED


def test_what_aws_still_knows_joins_what_state_knew() -> None:
    """State lost the newest one, which a stage presents: it is the active one again, and every wait begins anew."""
    before = rotation(generation(1), generation(3, PENDING, pending_since=NOW - 9 * DAY), highest_number=4)
    made = rediscover(before, [generation(2, PENDING)], [2], NOW)
    assert roles(made) == {1: "previous", 2: "active", 3: "pending"}
    assert {one.pending_since for one in made.generations} == {NOW}
    assert (made.rotation_id, made.highest_number) == ("r1", 4)


def test_what_is_taken_in_is_trusted_beside_the_active_one() -> None:
    """A stage presents it, so it is trusted from now, whatever it was; the active one stays (invariant 12)."""
    before = rotation(generation(2, pending_since=NOW - 9 * DAY), generation(3, PENDING))
    made = take_in(before, [generation(1, ACTIVE, trusted=False, pending_since=NOW - 8 * DAY)], NOW)
    assert roles(made) == {1: "previous", 2: "active", 3: "pending"}
    assert [one.trusted for one in made.generations] == [True, True, True]
    assert [one.pending_since for one in made.generations] == [NOW, NOW - 9 * DAY, None]
    assert made.highest_number == 3


def test_an_adopted_one_is_active_and_its_family_and_what_it_replaces_are_previous() -> None:
    """What a stage may present still stays trusted; the wait of what is new begins now."""
    before = rotation(generation(1, PREVIOUS), generation(2, pending_since=NOW - 9 * DAY), generation(3, PENDING))
    made = adopt(before, [generation(4, PENDING), generation(5, PENDING)], 4, NOW)
    assert roles(made) == {1: "previous", 2: "previous", 3: "previous", 4: "active", 5: "previous"}
    assert [one.pending_since for one in made.generations] == [None, NOW - 9 * DAY, None, NOW, NOW]
    assert (made.phase, made.highest_number) == (Phase.OVERLAPPING, 5)


def test_an_adopted_one_has_a_number_of_its_own() -> None:
    """A number never names two certificates."""
    with pytest.raises(IllegalTransition, match="generation 2 cannot be new"):
        adopt(rotation(generation(2)), [generation(2)], 2, NOW)
