"""What a stage that presents nothing alive is bound to, one scenario each (invariants 1 and 13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.rotation.binding import Held, Presented, Presents, Publication
from apigw_client_cert.rotation.policy import Policy
from apigw_client_cert.rotation.unbound import Before, bound_instead
from tests.unit.rotation.builders import DAY, HOUR, MINUTE, NOW

if TYPE_CHECKING:
    from datetime import datetime

LONG_AGO, JUST_NOW = NOW - 9 * DAY, NOW - HOUR
BOTH, ONLY_OLD = Held(desired=True, presented=True), Held(desired=False, presented=True)
ONLY_NEW, NEITHER = Held(desired=True, presented=False), Held(desired=False, presented=False)


def chosen(  # noqa: PLR0913 - each is one fact of the rule
    since: datetime | None,
    before: datetime | None = LONG_AGO,
    held: Held | None = BOTH,
    *,
    lacked_at: datetime | None = None,
    left: timedelta = 20 * DAY,
    kind: Presents = Presents.OURS,
    older: Before | None = None,
) -> str:
    """What is bound at NOW: ``new`` is desired, trusted since then, and ``old`` was active before it."""
    publication = Publication(since=since, presented_since=before, lacked_at=lacked_at)
    old = Presented(kind=kind, id="old", not_after=NOW + left, sha256="a" * 64)
    found = bound_instead(
        desired="new",
        publication=replace(publication, presented_since=None),
        held=None if held is None else replace(held, presented=True),
        before=[Before(presented=old, publication=publication, held=held), *([older] if older else [])],
        policy=Policy(),
        now=NOW,
    )
    return "new" if found is None else str(found.presented.id)


@pytest.mark.parametrize("held", [BOTH, ONLY_NEW, None, replace(BOTH, unseen=True)])
def test_what_is_held_and_has_served_its_lead_comes_first(held: Held | None) -> None:
    """However long the other one is trusted."""
    assert chosen(LONG_AGO, held=held) == chosen(NOW - timedelta(hours=21, minutes=36), held=held) == "new"


@pytest.mark.parametrize(("since", "lacked_at"), [(JUST_NOW, None), (None, None), (LONG_AGO, NOW - MINUTE)])
@pytest.mark.parametrize("held", [BOTH, ONLY_OLD, None])
def test_what_backends_had_no_time_to_learn_leaves_the_place_to_the_one_before(
    since: datetime | None, lacked_at: datetime | None, held: Held | None
) -> None:
    """Published anew, not published at all, or lacking until a minute ago."""
    assert chosen(since, held=held, lacked_at=lacked_at) == "old"


@pytest.mark.parametrize("held", [NEITHER, ONLY_NEW])
def test_where_the_one_before_is_not_held_either_nothing_is_better(held: Held) -> None:
    """Bound to what it should present, as ever."""
    assert chosen(JUST_NOW, held=held) == chosen(None, held=held) == "new"


def test_one_that_is_published_later_is_better_than_none_alone() -> None:
    """Where both began anew together, nobody knows which one backends have; undated says nothing."""
    assert chosen(JUST_NOW, JUST_NOW) == chosen(JUST_NOW, None) == chosen(None, None) == "new"
    assert chosen(None, JUST_NOW, ONLY_OLD) == chosen(LONG_AGO, JUST_NOW, ONLY_OLD) == "old"


def test_what_a_stage_would_leave_in_the_same_run_is_no_place() -> None:
    """Within ``activate_by`` of its end, or beyond it; and what is not ours is nobody's to bind."""
    assert chosen(JUST_NOW, left=DAY) == chosen(JUST_NOW, left=-DAY) == "new"
    assert chosen(JUST_NOW, kind=Presents.FOREIGN) == chosen(JUST_NOW, kind=Presents.GONE) == "new"
    # Until half of activate_by is left, it would wait there.
    assert chosen(JUST_NOW, left=2 * DAY) == "old"


def test_the_newest_that_will_do_is_taken() -> None:
    """The one before that, where the last one is not held."""
    oldest = Before(
        presented=Presented(kind=Presents.OURS, id="oldest", not_after=NOW + 20 * DAY, sha256="c" * 64),
        publication=Publication(since=JUST_NOW, presented_since=LONG_AGO),
        held=BOTH,
    )
    assert chosen(JUST_NOW, held=BOTH, older=oldest) == "old"
    assert chosen(JUST_NOW, held=ONLY_NEW, older=oldest) == "oldest"
