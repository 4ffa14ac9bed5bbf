"""decide_binding() over every combination of facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict

from hypothesis import given
from hypothesis import strategies as st

from apigw_client_cert.rotation.binding import (
    Held,
    Move,
    Presented,
    Presents,
    Publication,
    Refusal,
    binding_due,
    decide_binding,
)
from apigw_client_cert.rotation.waves import Hold, WaveOrder
from tests.strategies import PIVOT, SECOND, nows, policies, presented, publications, turns

if TYPE_CHECKING:
    from datetime import datetime

    from apigw_client_cert.rotation.policy import Policy


class Facts(TypedDict):
    """The arguments of decide_binding()."""

    desired: str
    presented: Presented
    publication: Publication
    policy: Policy
    take_over: bool
    now: datetime


FACTS = st.fixed_dictionaries(
    {
        "desired": st.sampled_from(["gen3", "gen4", "gen5"]),
        "presented": presented(),
        "publication": publications(),
        "policy": policies(),
        "take_over": st.booleans(),
        "now": nows(),
    }
)


@given(FACTS)
def test_it_answers_for_every_combination_and_always_the_same(facts: Facts) -> None:
    """Total and deterministic; each move carries exactly what belongs to it."""
    decision = decide_binding(**facts)
    assert decision == decide_binding(**facts)
    assert (decision.until is not None) is (decision.hold is not None) is (decision.move is Move.WAIT)
    assert (decision.refusal is not None) is (decision.move is Move.REFUSE)
    assert not decision.overruled or decision.move is Move.BIND
    assert (decision.move is Move.KEEP) is (facts["presented"].id == facts["desired"])


@given(FACTS)
def test_a_stage_leaves_a_live_certificate_only_for_a_published_one(facts: Facts) -> None:
    """Invariant 1, stated apart: what is presented lives, so the desired one had its lead, or time runs out."""
    held, publication, policy, now = facts["presented"], facts["publication"], facts["policy"], facts["now"]
    gone = held.kind in {Presents.NOTHING, Presents.GONE}
    lives = not gone and (held.not_after is None or held.not_after > now)
    if decide_binding(**facts).move is Move.BIND and lives:
        assert publication.since is not None
        published_for = (now - publication.since).total_seconds()
        enough = published_for >= int(policy.publish_lead.total_seconds() * 0.9)
        left = None if held.not_after is None else held.not_after - now
        running_out = left is not None and left <= policy.activate_by
        assert enough or running_out
        if not enough and held.not_after is not None and held.not_after - publication.since <= policy.activate_by:
            assert left is not None
            assert left <= policy.activate_by / 2


@given(policies(), st.integers(0, 200))
def test_with_time_left_a_stage_moves_exactly_when_90_per_cent_of_the_lead_has_passed(
    policy: Policy, percent: int
) -> None:
    """At every share of every lead; a second is the shortest wait."""
    published_for = policy.publish_lead.total_seconds() * percent // 100
    decision = decide_binding(
        desired="gen2",
        presented=Presented(kind=Presents.OURS, id="gen1", not_after=PIVOT + policy.activate_by + SECOND),
        publication=Publication(since=PIVOT - published_for * SECOND),
        policy=policy,
        take_over=False,
        now=PIVOT,
    )
    enough = published_for >= max(1, policy.publish_lead.total_seconds() * 9 // 10)
    assert decision.move is (Move.BIND if enough else Move.WAIT)


@given(FACTS)
def test_nothing_foreign_is_replaced_without_take_over(facts: Facts) -> None:
    """Invariants 4 and 9: while it lives; ACM always; another rotation's only where one bundle publishes both."""
    held = facts["presented"]
    if decide_binding(**facts).move is not Move.BIND:
        return
    lives = held.not_after is None or held.not_after > facts["now"]
    if lives and held.kind is Presents.OTHER_ROTATION:
        assert facts["take_over"]
        assert held.rotation_id in facts["publication"].rotations
        assert held.sha256 in (facts["publication"].trusted or ())
    if not facts["take_over"]:
        assert held.kind is not Presents.ACM
        assert not (lives and held.kind is Presents.FOREIGN)


@given(FACTS)
def test_a_wait_ends_in_the_future_and_before_the_presented_one_runs_out(facts: Facts) -> None:
    """Never longer than is safe: activate_by before the expiry, or half of it for what was first published later."""
    decision = decide_binding(**facts)
    if decision.until is not None:
        assert decision.until > facts["now"]
        not_after, since = facts["presented"].not_after, facts["publication"].since
        if not_after is not None:
            limit = not_after - facts["policy"].activate_by
            late = since is not None and since >= limit
            assert decision.until <= limit + (facts["policy"].activate_by / 2 if late else timedelta(0))


@given(FACTS)
def test_a_wait_that_is_over_ends_in_a_move_or_a_named_refusal_or_a_new_wait_for_the_unpublished(facts: Facts) -> None:
    """At its end something is decided: a published one is bound, an unpublished one is waited for or refused."""
    decision = decide_binding(**facts)
    if decision.until is None:
        return
    due = binding_due(
        desired=facts["desired"],
        presented=facts["presented"].id,
        waiting_for=facts["desired"],
        waiting_until=decision.until,
        now=decision.until,
    )
    assert due
    facts["now"], began = decision.until, facts["now"]
    later = decide_binding(**facts)
    assert began < decision.until
    if facts["publication"].since is not None:
        assert later.move is Move.BIND
    elif later.move is Move.WAIT:
        assert later.until is not None
        assert later.until > decision.until
    else:
        assert later.refusal is Refusal.NOT_PUBLISHED


@given(FACTS)
def test_a_recorded_wait_is_quiet_until_its_end(facts: Facts) -> None:
    """No perpetual difference while a binding waits."""
    decision = decide_binding(**facts)
    if decision.until is not None:
        assert not binding_due(
            desired=facts["desired"],
            presented=facts["presented"].id,
            waiting_for=facts["desired"],
            waiting_until=decision.until,
            now=decision.until - SECOND,
        )
        assert decision.until - facts["now"] >= timedelta(seconds=1)


@given(FACTS, turns())
def test_a_turn_only_ever_holds_a_move_that_would_be_made(facts: Facts, wave_order: WaveOrder) -> None:
    """Waves and windows add waits; they refuse nothing, hurry nothing, and touch nothing that needs no wait."""
    alone, held = decide_binding(**facts), decide_binding(**facts, wave_order=wave_order)
    if held.hold in {Hold.WAVE, Hold.WINDOW}:
        assert alone.move is Move.BIND
        assert held.until is not None
        assert held.until > facts["now"]
    elif held.move is Move.BIND:
        assert alone.move is Move.BIND or (wave_order.going_back and not facts["publication"].trusted_for_less(None))
        assert held.overruled[: len(alone.overruled)] == alone.overruled or wave_order.going_back
    else:
        assert held == alone


@given(FACTS, turns())
def test_a_lead_holds_a_rollback_only_while_it_protects_what_is_presented(facts: Facts, wave_order: WaveOrder) -> None:
    """Stated apart: what is presented is published, and the older one is not, or was published after it."""
    decision = decide_binding(**facts, wave_order=replace(wave_order, going_back=True))
    since, before = facts["publication"].since, facts["publication"].presented_since
    shown = facts["presented"]
    if decision.hold is Hold.LEAD or decision.refusal is Refusal.NOT_PUBLISHED:
        assert before is not None
        assert since is None or since > before
        assert shown.alive(facts["now"])
    elif decision.move is Move.BIND and shown.alive(facts["now"]) and before is not None:
        assert since is not None
        assert since <= before or decide_binding(**facts).move is Move.BIND


@given(FACTS, turns())
def test_a_live_certificate_is_left_out_of_turn_only_near_its_expiry_or_going_back(
    facts: Facts, wave_order: WaveOrder
) -> None:
    """Stated apart: every binding of the wave before presents it, verified and soaked, and a window is open."""
    held, now, desired = facts["presented"], facts["now"], facts["desired"]
    lives = held.kind not in {Presents.NOTHING, Presents.GONE} and (held.not_after is None or held.not_after > now)
    decision = decide_binding(**facts, wave_order=wave_order)
    if decision.move is not Move.BIND or not lives or wave_order.going_back:
        return
    soaked = all(
        one.presented == desired
        and one.verified
        and one.since is not None
        and (now - one.since).total_seconds() >= int(wave_order.soak.total_seconds() * 0.95)
        for one in wave_order.predecessors
    )
    in_wave_order = soaked and (wave_order.opens_at is None or wave_order.opens_at <= now)
    running_out = held.not_after is not None and held.not_after - now <= facts["policy"].activate_by
    assert in_wave_order or running_out
    assert in_wave_order is not bool({Hold.WAVE, Hold.WINDOW} & {*decision.overruled})


@given(FACTS, turns())
def test_the_expiry_of_what_is_presented_overrules_every_turn(facts: Facts, wave_order: WaveOrder) -> None:
    """Liveness: no wave, soak or window keeps a stage on a certificate that is about to expire."""
    held = facts["presented"]
    if held.not_after is None or held.not_after - facts["now"] > facts["policy"].activate_by:
        return
    assert decide_binding(**facts, wave_order=wave_order).hold in {None, Hold.LEAD}


HELD = st.builds(
    Held,
    desired=st.booleans(),
    presented=st.booleans(),
    worse=st.booleans(),
    unseen=st.integers(0, 3).map(lambda n: not n),
)


@given(FACTS, turns(), HELD)
def test_no_stage_leaves_a_live_certificate_for_what_the_targets_do_not_hold(
    facts: Facts, wave_order: WaveOrder, held: Held
) -> None:
    """Invariants 1 and 13, stated apart: a move is held, a wait is served, and everything else is red."""
    now, shown = facts["now"], facts["presented"]
    lives = shown.kind not in {Presents.NOTHING, Presents.GONE} and (shown.not_after is None or shown.not_after > now)
    decision = decide_binding(**facts, wave_order=wave_order, held=held)
    if decision.move is Move.BIND:
        assert held.desired or not lives or wave_order.going_back
        assert decision.unheld is not held.desired
        assert not held.unseen or not lives or wave_order.going_back
    elif decision.move is Move.KEEP:
        assert held.desired
        assert not held.unseen
    elif decision.move is Move.WAIT:
        assert held.presented
        assert not held.unseen


@given(FACTS, turns(), HELD)
def test_no_stage_goes_back_to_what_a_target_lacks_that_holds_what_it_presents(
    facts: Facts, wave_order: WaveOrder, held: Held
) -> None:
    """Invariant 1 for a rollback: it loses no backend; and what would lose none is held by no target."""
    wave_order, shown = replace(wave_order, going_back=True), facts["presented"]
    unseen, seen = (decide_binding(**facts, wave_order=wave_order, held=one) for one in (None, held))
    if not shown.alive(facts["now"]) or shown.id == facts["desired"]:
        return
    if seen.move is Move.BIND:
        assert not held.worse
        assert held.desired or not held.presented
    elif unseen.move is Move.BIND and not facts["publication"].trusted_for_less(held):
        assert held.worse or (held.presented and not held.desired)


@given(FACTS, turns(), HELD)
def test_a_look_only_stops_a_move_or_saves_a_stage(facts: Facts, wave_order: WaveOrder, held: Held) -> None:
    """Where the targets hold both it changes nothing; what it hurries is ours, held, and losing traffic already."""
    unseen, seen = (decide_binding(**facts, wave_order=wave_order, held=one) for one in (None, held))
    if facts["publication"].presented_since is not None or not wave_order.going_back:
        assert decide_binding(**facts, wave_order=wave_order, held=Held(desired=True, presented=True)) == unseen
    if seen.losing:
        assert facts["presented"].kind is Presents.OURS or wave_order.going_back
        assert (held.desired, held.presented) == (True, False)
    elif seen.move is Move.BIND:
        assert unseen.move is Move.BIND
    elif seen.refusal is Refusal.UNSEEN:
        assert unseen.refusal is None
        assert held.unseen
    elif seen.refusal is Refusal.NOT_HELD:
        assert unseen.refusal is None or wave_order.going_back
        assert not (held.desired and held.presented) or held.worse
    elif seen.hold is not Hold.LEAD:
        assert seen == unseen
