"""The binding's rule, one scenario each."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from apigw_client_cert.rotation.binding import (
    BindingDecision,
    Held,
    Move,
    Presented,
    Presents,
    Publication,
    Refusal,
    binding_due,
    decide_binding,
)
from apigw_client_cert.rotation.policy import Policy
from apigw_client_cert.rotation.waves import Hold, WaveOrder
from tests.unit.rotation.builders import DAY, HOUR, MINUTE, NOW, SECOND

POLICY = Policy()
OLD, NEW = "aaaaaa", "bbbbbb"
OLD_SHA, NEW_SHA = "a" * 64, "b" * 64
LONG_AGO = Publication(since=NOW - 9 * DAY, trusted=[OLD_SHA, NEW_SHA])
NEVER = Publication(since=None, trusted=[OLD_SHA])
READY_AFTER = timedelta(hours=21, minutes=36)


def presented(kind: Presents = Presents.OURS, *, left: timedelta | None = 20 * DAY) -> Presented:
    """What the stage presents, with this much of its life left."""
    return Presented(kind=kind, id=OLD, not_after=None if left is None else NOW + left, sha256=OLD_SHA)


BOTH, NEITHER = Held(desired=True, presented=True), Held(desired=False, presented=False)
ONLY_NEW, ONLY_OLD = Held(desired=True, presented=False), Held(desired=False, presented=True)
NOT_HELD = BindingDecision(move=Move.REFUSE, refusal=Refusal.NOT_HELD)


def decided(
    now: Presented,
    publication: Publication = LONG_AGO,
    *,
    take_over: bool = False,
    held: Held | None = None,
    wave_order: WaveOrder | None = None,
) -> BindingDecision:
    """The decision at NOW."""
    return decide_binding(
        desired=NEW,
        presented=now,
        publication=publication,
        policy=POLICY,
        take_over=take_over,
        now=NOW,
        held=held,
        wave_order=wave_order,
    )


@pytest.mark.parametrize("kind", list(Presents))
def test_a_stage_that_presents_the_desired_one_is_left_alone(kind: Presents) -> None:
    """Whatever else is known of it."""
    assert decided(replace(presented(kind), id=NEW), NEVER) == BindingDecision(move=Move.KEEP)


@pytest.mark.parametrize("publication", [LONG_AGO, NEVER, Publication(since=NOW)])
@pytest.mark.parametrize("take_over", [True, False])
def test_a_stage_that_presents_nothing_is_bound_now(*, publication: Publication, take_over: bool) -> None:
    """There is nothing to cut off, published or not."""
    assert decided(Presented(kind=Presents.NOTHING), publication, take_over=take_over).move is Move.BIND


@pytest.mark.parametrize("publication", [LONG_AGO, NEVER, Publication(since=NOW)])
def test_a_stage_that_presents_a_deleted_one_is_bound_now(publication: Publication) -> None:
    """Recovery after a deletion by hand."""
    assert decided(Presented(kind=Presents.GONE, id=OLD), publication).move is Move.BIND


@pytest.mark.parametrize("kind", [Presents.OURS, Presents.FOREIGN, Presents.OTHER_ROTATION])
@pytest.mark.parametrize("left", [timedelta(0), -DAY])
def test_a_stage_that_presents_an_expired_one_is_bound_now(kind: Presents, left: timedelta) -> None:
    """Nobody accepts it any more, whoever made it."""
    decision = decided(presented(kind, left=left), NEVER)
    assert (decision.move, decision.overruled) == (Move.BIND, ())


@pytest.mark.parametrize(
    ("published_for", "move"), [(READY_AFTER - SECOND, Move.WAIT), (READY_AFTER, Move.BIND), (9 * DAY, Move.BIND)]
)
def test_a_stage_leaves_a_live_one_after_90_per_cent_of_the_lead(published_for: timedelta, move: Move) -> None:
    """Invariant 1, to the second; the wait tells its end."""
    decision = decided(presented(), Publication(since=NOW - published_for, trusted=[OLD_SHA, NEW_SHA]))
    until = NOW - published_for + READY_AFTER if move is Move.WAIT else None
    hold = Hold.LEAD if move is Move.WAIT else None
    assert decision == BindingDecision(move=move, until=until, hold=hold)


def test_a_bundle_written_minutes_after_the_certificate_does_not_cost_a_daily_run() -> None:
    """Activation comes at 95 % of the lead, the binding is ready at 90 %."""
    activated_after = timedelta(hours=22, minutes=48)
    assert decided(presented(), Publication(since=NOW - activated_after + 30 * MINUTE)).move is Move.BIND


def test_an_exact_daily_schedule_moves_the_stage_in_the_run_that_activates() -> None:
    """A minute early, and the bundle a minute late the day before."""
    assert decided(presented(), Publication(since=NOW - DAY + 2 * MINUTE)).move is Move.BIND


@pytest.mark.parametrize(("left", "move"), [(3 * DAY + SECOND, Move.WAIT), (3 * DAY, Move.BIND)])
def test_near_the_expiry_of_the_presented_one_the_wait_is_cut_short(left: timedelta, move: Move) -> None:
    """It says so: the move is hurried."""
    decision = decided(presented(left=left), Publication(since=NOW - 2 * SECOND, trusted=[OLD_SHA, NEW_SHA]))
    assert decision.move is move
    assert (decision.overruled == (Hold.LEAD,)) is (move is Move.BIND)
    if move is Move.WAIT:
        assert decision.until == NOW + SECOND


def test_a_move_whose_wait_is_over_is_not_hurried_near_expiry() -> None:
    """Nothing to confess."""
    assert decided(presented(left=DAY)) == BindingDecision(move=Move.BIND)


@pytest.mark.parametrize("trusted", [[OLD_SHA], []])
def test_what_the_bundle_does_not_hold_is_waited_for(trusted: list[str]) -> None:
    """Quiet for as long as a lead lasts, then looked at again."""
    decision = decided(presented(), Publication(since=None, trusted=trusted))
    assert decision == BindingDecision(move=Move.WAIT, until=NOW + READY_AFTER, hold=Hold.LEAD)


def test_what_the_bundle_does_not_hold_is_looked_at_again_before_the_expiry() -> None:
    """The wait never reaches into the last activate_by."""
    assert decided(presented(left=3 * DAY + HOUR), NEVER).until == NOW + HOUR


@pytest.mark.parametrize("left", [3 * DAY, SECOND])
def test_near_the_expiry_a_stage_still_never_moves_to_what_is_not_published(left: timedelta) -> None:
    """It would trade a late outage for an early one: an error that names the publication."""
    assert decided(presented(left=left), NEVER) == BindingDecision(move=Move.REFUSE, refusal=Refusal.NOT_PUBLISHED)


def test_without_a_bundle_the_generations_own_wait_counts() -> None:
    """``since`` is then pendingSince, and nobody is asked what is trusted."""
    assert decided(presented(), Publication(since=NOW - DAY)).move is Move.BIND
    assert decided(presented(), Publication(since=NOW - HOUR)).move is Move.WAIT


@pytest.mark.parametrize("trusted", [None, set(), {"another"}])
@pytest.mark.parametrize("take_over", [True, False])
def test_a_live_certificate_of_another_rotation_is_refused_even_with_take_over(
    take_over: bool,  # noqa: FBT001 - a parametrised case
    trusted: set[str] | None,
) -> None:
    """Two rotations that do not know of each other would fight over the stage."""
    publication = replace(LONG_AGO, trusted=trusted)
    decision = decided(presented(Presents.OTHER_ROTATION), publication, take_over=take_over)
    assert decision == BindingDecision(move=Move.REFUSE, refusal=Refusal.OTHER_ROTATION)


def test_a_stage_is_handed_over_between_rotations_that_one_bundle_publishes() -> None:
    """With take_over, and after the lead like any other switch."""
    theirs = replace(presented(Presents.OTHER_ROTATION), rotation_id="theirs")
    asked = replace(LONG_AGO, trusted={theirs.sha256 or "", NEW})
    both = replace(asked, rotations=("ours", "theirs"))
    # also_trust says nothing of who else publishes to whom.
    assert decided(theirs, asked, take_over=True).refusal is Refusal.OTHER_ROTATION
    assert decided(theirs, both).refusal is Refusal.OTHER_ROTATION
    assert decided(theirs, both, take_over=True).move is Move.BIND
    assert decided(theirs, replace(both, since=NOW - HOUR), take_over=True).move is Move.WAIT


def test_a_live_foreign_certificate_is_refused_without_take_over() -> None:
    """Invariant 9."""
    assert decided(presented(Presents.FOREIGN)) == BindingDecision(move=Move.REFUSE, refusal=Refusal.FOREIGN)


def test_a_live_foreign_certificate_that_the_bundle_trusts_is_taken_over_when_ours_is_published() -> None:
    """First it waits like one of ours, then it moves."""
    foreign = presented(Presents.FOREIGN)
    waiting = Publication(since=NOW, trusted=[OLD_SHA, NEW_SHA])
    assert decided(foreign, waiting, take_over=True).move is Move.WAIT
    assert decided(foreign, LONG_AGO, take_over=True).move is Move.BIND


def test_a_live_foreign_certificate_that_the_bundle_does_not_trust_is_refused() -> None:
    """Our bundle would cut the stage off while it waits: also_trust first."""
    untrusting = Publication(since=NOW - 9 * DAY, trusted=[NEW_SHA])
    decision = decided(presented(Presents.FOREIGN), untrusting, take_over=True)
    assert decision == BindingDecision(move=Move.REFUSE, refusal=Refusal.FOREIGN_UNTRUSTED)


def test_without_a_bundle_a_foreign_certificate_is_taken_over_on_the_users_word() -> None:
    """There is nothing to ask."""
    assert decided(presented(Presents.FOREIGN), Publication(since=NOW - DAY), take_over=True).move is Move.BIND


def test_an_acm_certificate_is_never_overwritten_without_take_over() -> None:
    """Invariant 4; its expiry is unknown, so it counts as alive."""
    acm = presented(Presents.ACM, left=None)
    assert decided(acm) == BindingDecision(move=Move.REFUSE, refusal=Refusal.ACM)
    assert acm.alive(NOW + 9000 * DAY)


def test_even_an_expired_acm_certificate_needs_take_over() -> None:
    """ACM renews by itself what it manages."""
    assert decided(presented(Presents.ACM, left=-DAY)).refusal is Refusal.ACM


def test_an_acm_certificate_is_taken_over_when_ours_is_published() -> None:
    """With no expiry known there is no hurry, only the lead."""
    acm = presented(Presents.ACM, left=None)
    assert decided(acm, LONG_AGO, take_over=True) == BindingDecision(move=Move.BIND)
    waiting = decided(acm, Publication(since=NOW), take_over=True)
    assert waiting == BindingDecision(move=Move.WAIT, until=NOW + READY_AFTER, hold=Hold.LEAD)
    assert decided(acm, NEVER, take_over=True) == BindingDecision(
        move=Move.WAIT, until=NOW + READY_AFTER, hold=Hold.LEAD
    )


def test_a_publication_in_the_future_is_waited_for_no_longer_than_the_presented_one_lives() -> None:
    """A clock was put back: liveness holds all the same."""
    ahead = Publication(since=NOW + 900 * DAY, trusted=[OLD_SHA, NEW_SHA])
    assert decided(presented(left=20 * DAY), ahead).until == NOW + 18.5 * DAY
    assert decided(presented(left=1.5 * DAY), ahead) == BindingDecision(move=Move.BIND, overruled=(Hold.LEAD,))


def test_first_published_in_the_last_days_backends_get_half_of_them() -> None:
    """Moving in the run that published it would outrun every backend that polls or reloads."""
    just_now = Publication(since=NOW, trusted=[OLD_SHA, NEW_SHA])
    assert decided(presented(left=3 * DAY), just_now) == BindingDecision(
        move=Move.WAIT, until=NOW + READY_AFTER, hold=Hold.LEAD
    )
    assert decided(presented(left=2 * DAY), just_now) == BindingDecision(
        move=Move.WAIT, until=NOW + 0.5 * DAY, hold=Hold.LEAD
    )
    assert decided(presented(left=1.5 * DAY), just_now) == BindingDecision(move=Move.BIND, overruled=(Hold.LEAD,))
    assert decided(presented(left=SECOND), just_now) == BindingDecision(move=Move.BIND, overruled=(Hold.LEAD,))


@pytest.mark.parametrize("held", [ONLY_OLD, NEITHER])
def test_a_stage_stays_when_the_targets_lost_what_it_should_present(held: Held) -> None:
    """Published long ago by what state says, and gone by what the targets say: red, in turn or out of it."""
    assert decided(presented(), held=held) == NOT_HELD
    assert decided(presented(), Publication(since=NOW), held=held) == NOT_HELD
    assert decided(presented(left=HOUR), held=held) == NOT_HELD


BACK = WaveOrder(going_back=True)


@pytest.mark.parametrize(
    "held", [ONLY_OLD, Held(desired=True, presented=True, worse=True), Held(desired=False, presented=False, worse=True)]
)
def test_a_rollback_stays_where_a_target_holds_what_is_presented_alone(held: Held) -> None:
    """It would lose that backend, whatever the other targets hold and whenever either was published."""
    for publication in (LONG_AGO, NEVER, Publication(since=NOW, presented_since=NOW)):
        assert decided(presented(), publication, held=held, wave_order=BACK) == NOT_HELD


def test_a_rollback_goes_where_a_target_holds_neither_and_is_red() -> None:
    """Nothing is lost by going; and no run is green that leaves a stage on what a target does not hold."""
    for publication in (LONG_AGO, NEVER, Publication(since=NOW, presented_since=NOW)):
        decision = decided(presented(), publication, held=NEITHER, wave_order=BACK)
        assert decision == BindingDecision(move=Move.BIND, unheld=True)


@pytest.mark.parametrize("since", [None, NOW, NOW - 9 * DAY])
def test_a_rollback_waits_for_a_lead_only_behind_what_is_published_longer(since: datetime | None) -> None:
    """A lead protects what is presented: where both began anew together, there is nothing to protect."""

    def going_back(presented_since: datetime | None, held: Held | None = BOTH) -> BindingDecision:
        publication = Publication(since=since, presented_since=presented_since)
        return decided(presented(), publication, held=held, wave_order=BACK)

    assert going_back(since) == going_back(since, None) == BindingDecision(move=Move.BIND)
    longer = going_back(NOW - 10 * DAY)
    assert longer.hold is (Hold.LEAD if since is None or since == NOW else None)
    if since is not None:
        assert going_back(since + SECOND) == BindingDecision(move=Move.BIND)
        assert going_back(None, None) == BindingDecision(move=Move.BIND)


def test_what_no_bundle_dates_and_the_targets_hold_may_be_trusted_for_longer() -> None:
    """State was put back: the newer generation is in the targets since nobody knows when."""
    just_now = Publication(since=NOW)
    assert decided(presented(), just_now, held=BOTH, wave_order=BACK).hold is Hold.LEAD
    assert decided(presented(), just_now, held=ONLY_NEW, wave_order=BACK).losing
    assert decided(presented(), just_now, held=NEITHER, wave_order=BACK).unheld


UNREAD = Held(desired=True, presented=True, unseen=True)


def test_what_cannot_be_read_holds_every_move_but_a_rollback() -> None:
    """It counts as harm for a move forward, and for one certificate as for the other on the way back."""
    unseen = BindingDecision(move=Move.REFUSE, refusal=Refusal.UNSEEN)
    for publication in (LONG_AGO, Publication(since=NOW)):
        assert decided(presented(), publication, held=UNREAD) == unseen
    assert decided(presented(), LONG_AGO, held=Held(desired=True, presented=False, unseen=True)) == unseen
    assert decided(Presented(kind=Presents.OURS, id="new"), held=UNREAD) == unseen
    assert decided(presented(), held=UNREAD, wave_order=BACK) == BindingDecision(move=Move.BIND)
    later = Publication(since=NOW, presented_since=NOW - DAY)
    assert decided(presented(), later, held=UNREAD, wave_order=BACK) == unseen
    lost = Held(desired=False, presented=False, unseen=True)
    assert decided(presented(), later, held=lost, wave_order=BACK) == NOT_HELD
    assert decided(presented(left=-DAY), held=UNREAD).move is Move.BIND


def test_a_stage_moves_when_the_targets_hold_both() -> None:
    """As it would without a look."""
    assert decided(presented(), held=BOTH) == BindingDecision(move=Move.BIND)
    assert decided(presented(), Publication(since=NOW), held=BOTH).hold is Hold.LEAD


@pytest.mark.parametrize("publication", [LONG_AGO, Publication(since=NOW), NEVER])
def test_a_stage_that_loses_traffic_moves_at_once(publication: Publication) -> None:
    """The targets hold the desired one alone: neither lead nor wave nor window is waited for."""
    closed = WaveOrder(opens_at=NOW + DAY)
    decision = decided(presented(), publication, held=ONLY_NEW, wave_order=closed)
    assert decision == BindingDecision(move=Move.BIND, losing=True)


def test_what_was_never_published_is_waited_for_as_long_as_the_targets_hold_what_is_presented() -> None:
    """A wait is looked at as well: where the presented one is lost too, the run is red."""
    assert decided(presented(), NEVER, held=ONLY_OLD).move is Move.WAIT
    assert decided(presented(left=HOUR), NEVER, held=ONLY_OLD).refusal is Refusal.NOT_PUBLISHED
    assert decided(presented(), NEVER, held=NEITHER) == NOT_HELD


@pytest.mark.parametrize(("held", "red"), [(BOTH, False), (ONLY_OLD, True), (NEITHER, True)])
def test_what_is_presented_already_is_red_where_the_targets_do_not_hold_it(*, held: Held, red: bool) -> None:
    """No green run leaves that behind."""
    decision = decided(replace(presented(), id=NEW), held=held)
    assert decision == (NOT_HELD if red else BindingDecision(move=Move.KEEP))


@pytest.mark.parametrize("nothing", [Presented(kind=Presents.NOTHING), presented(left=-DAY)])
def test_a_stage_with_nothing_to_lose_is_bound_and_red_where_the_targets_lack_it(nothing: Presented) -> None:
    """Bound as always; that backends refuse it is no reason to wait, and no success."""
    assert decided(nothing, NEVER, held=NEITHER) == BindingDecision(move=Move.BIND, unheld=True)
    assert decided(nothing, held=BOTH) == BindingDecision(move=Move.BIND)


def test_our_targets_make_no_foreign_certificate_move_at_once() -> None:
    """A foreign one waits its lead, or is refused: that our targets do not hold it is nothing new to its backends."""
    foreign, just_now = presented(Presents.FOREIGN), Publication(since=NOW, trusted=[OLD_SHA, NEW_SHA])
    assert decided(foreign, just_now, take_over=True, held=BOTH).move is Move.WAIT
    assert decided(foreign, just_now, take_over=True, held=ONLY_NEW) == NOT_HELD
    assert decided(foreign, take_over=True, held=ONLY_OLD) == NOT_HELD
    assert decided(foreign, take_over=True, held=ONLY_NEW).move is Move.BIND
    assert decided(foreign, held=ONLY_NEW).refusal is Refusal.FOREIGN
    assert decided(presented(Presents.OTHER_ROTATION), held=ONLY_NEW).refusal is Refusal.OTHER_ROTATION
    assert decided(presented(Presents.ACM, left=None), held=NEITHER).refusal is Refusal.ACM


@pytest.mark.parametrize("kind", [Presents.NOTHING, Presents.GONE])
def test_what_does_not_exist_is_not_alive(kind: Presents) -> None:
    """Whatever date is known of it."""
    assert not presented(kind).alive(NOW)


@pytest.mark.parametrize(
    ("bound", "waiting_for", "waiting_until", "due"),
    [
        (NEW, None, None, False),
        (NEW, NEW, NOW - DAY, False),
        (OLD, None, None, True),
        (None, None, None, True),
        (OLD, NEW, NOW + SECOND, False),
        (OLD, NEW, NOW, True),
        (OLD, NEW, NOW - DAY, True),
        (OLD, "cccccc", NOW + DAY, True),
        (OLD, NEW, None, True),
    ],
)
def test_a_recorded_wait_is_quiet_until_its_end_or_another_wish(
    *, bound: str | None, waiting_for: str | None, waiting_until: datetime | None, due: bool
) -> None:
    """Diff answers from state and clock alone."""
    assert (
        binding_due(
            desired=NEW,
            presented=bound,
            waiting_for=waiting_for,
            waiting_until=waiting_until,
            now=NOW,
        )
        is due
    )
