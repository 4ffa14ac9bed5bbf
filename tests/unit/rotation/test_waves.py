"""Waves, soak and windows, one scenario each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from apigw_client_cert.rotation.binding import BindingDecision, Move, Presented, Presents, Publication, decide_binding
from apigw_client_cert.rotation.policy import Policy
from apigw_client_cert.rotation.waves import Hold, Predecessor, WaveOrder
from tests.unit.rotation.builders import DAY, HOUR, NOW, SECOND

OLD, NEW = "aaaaaa", "bbbbbb"
SOAK = DAY
SERVED = timedelta(hours=22, minutes=48)


def before(presented: str | None = NEW, ago: timedelta = 2 * DAY, *, verified: bool = True) -> Predecessor:
    """A binding of the wave before that has presented this for so long."""
    return Predecessor(name="orders-dev", presented=presented, since=NOW - ago, verified=verified)


def decided(wave_order: WaveOrder, left: timedelta = 20 * DAY, presents: Presents = Presents.OURS) -> BindingDecision:
    """The decision of a stage whose successor was published long ago."""
    return decide_binding(
        desired=NEW,
        presented=Presented(kind=presents, id=OLD, not_after=NOW + left, sha256="a" * 64),
        publication=Publication(since=NOW - 9 * DAY),
        policy=Policy(),
        take_over=False,
        now=NOW,
        wave_order=wave_order,
    )


@pytest.mark.parametrize(
    ("ago", "move"), [(SERVED - SECOND, Move.WAIT), (SERVED, Move.BIND)], ids=["a second early", "served"]
)
def test_a_wave_follows_when_the_one_before_has_soaked_for_95_per_cent(ago: timedelta, move: Move) -> None:
    """As every wait, so that an exact daily schedule does not slip by a day."""
    decision = decided(WaveOrder(predecessors=(before(ago=ago),), soak=SOAK))
    assert decision.move is move
    if move is Move.WAIT:
        assert (decision.hold, decision.until) == (Hold.WAVE, NOW + SECOND)


def test_without_a_soak_a_wave_follows_in_the_same_run() -> None:
    """The engine has moved the wave before already: it is a dependency."""
    assert decided(WaveOrder(predecessors=(before(ago=timedelta(0)),))).move is Move.BIND


@pytest.mark.parametrize(
    "first",
    [
        before(OLD),
        before(None),
        before(verified=False),
        Predecessor(name="orders-dev", presented=NEW, since=None),
        replace(before(), failed=True),
    ],
    ids=["presents the old one", "presents nothing", "not verified", "since when is unknown", "failed"],
)
def test_one_binding_that_has_not_moved_or_was_not_verified_holds_the_next_wave(first: Predecessor) -> None:
    """Only a change of that binding can wake it, or the limit."""
    wave_order = WaveOrder(predecessors=(before(), first))
    assert decided(wave_order) == BindingDecision(move=Move.WAIT, until=NOW + 17 * DAY, hold=Hold.WAVE)
    assert wave_order.unready(NEW, NOW) == ("orders-dev",)


def test_the_slowest_of_the_wave_before_counts() -> None:
    """All of it soaks."""
    wave_order = WaveOrder(predecessors=(before(ago=3 * DAY), before(ago=HOUR)), soak=SOAK)
    assert decided(wave_order).until == NOW - HOUR + SERVED


def test_a_closed_window_holds_a_move_until_it_opens() -> None:
    """And no longer."""
    assert decided(WaveOrder(opens_at=NOW + HOUR)) == BindingDecision(
        move=Move.WAIT, until=NOW + HOUR, hold=Hold.WINDOW
    )


@pytest.mark.parametrize(
    ("left", "overruled"), [(3 * DAY + SECOND, None), (3 * DAY, (Hold.WAVE, Hold.WINDOW))], ids=["in time", "late"]
)
def test_near_the_expiry_waves_and_windows_are_overruled_and_it_says_which(
    left: timedelta, overruled: tuple[Hold, ...] | None
) -> None:
    """Liveness before order."""
    decision = decided(WaveOrder(predecessors=(before(OLD),), opens_at=NOW + 30 * DAY), left)
    if overruled is None:
        assert (decision.move, decision.until) == (Move.WAIT, NOW + SECOND)
    else:
        assert decision == BindingDecision(move=Move.BIND, overruled=overruled)


@pytest.mark.parametrize("presents", [Presents.NOTHING, Presents.GONE])
def test_a_stage_that_presents_nothing_waits_for_nobody(presents: Presents) -> None:
    """A stage that joins a wave in mid-rotation, or was unbound by hand, is bound at once."""
    assert decided(WaveOrder(predecessors=(before(OLD),), opens_at=NOW + DAY), presents=presents).move is Move.BIND


def test_a_rollback_waits_for_nobody() -> None:
    """Whoever pins an older generation has a reason."""
    wave_order = WaveOrder(predecessors=(before(OLD),), opens_at=NOW + DAY, going_back=True)
    assert decided(wave_order) == BindingDecision(move=Move.BIND)


def test_where_no_expiry_is_known_a_held_stage_is_looked_at_daily() -> None:
    """An ACM certificate's end is not ours to know."""
    decision = decide_binding(
        desired=NEW,
        presented=Presented(kind=Presents.ACM, id="arn"),
        publication=Publication(since=NOW - 9 * DAY),
        policy=Policy(),
        take_over=True,
        now=NOW,
        wave_order=WaveOrder(predecessors=(before(OLD),)),
    )
    assert decision == BindingDecision(move=Move.WAIT, until=NOW + DAY, hold=Hold.WAVE)
