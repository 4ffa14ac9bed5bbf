"""resume(): a rotation put together from its certificates and from who presents them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apigw_client_cert.rotation.model import Phase, Role
from apigw_client_cert.rotation.transitions import resume
from tests.unit.rotation.builders import NOW, generation

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
