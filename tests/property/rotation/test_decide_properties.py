"""decide() over arbitrary rotations, policies and nows, reachable or not."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from apigw_client_cert.rotation.decide import decide, pin_in_force, rotate_at
from apigw_client_cert.rotation.messages import announce
from apigw_client_cert.rotation.model import Role
from apigw_client_cert.rotation.transitions import TABLE, Step
from apigw_client_cert.rotation.trigger import trigger_pulled
from tests.property.rotation.performer import minted, perform
from tests.strategies import LIFE, SECOND, lives, nows, policies, rotations

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from apigw_client_cert.rotation.model import Generation, Rotation
    from apigw_client_cert.rotation.policy import Policy

# Who a scan finds, by generation number; None stands for "nobody".
USERS = st.sets(st.integers(1, 20)).map(lambda numbers: {number: ["a/dev"] for number in numbers})


@given(rotations(), policies(), nows())
def test_it_answers_for_every_state_policy_and_instant(rotation: Rotation, policy: Policy, now: datetime) -> None:
    """Total: never raises; a step is one that it may decide; numbers name generations that are there."""
    decision = decide(rotation, policy, now)
    assert decision.step is not Step.LOSE
    assert all(rotation.numbered(number) is not None for number in decision.numbers)
    assert decision.reason


@given(rotations(), policies(), nows())
def test_it_answers_the_same_to_the_same_question(rotation: Rotation, policy: Policy, now: datetime) -> None:
    """Deterministic: diff and update see one truth."""
    assert decide(rotation, policy, now) == decide(replace(rotation), replace(policy), now)


@given(rotations(), policies(), nows())
def test_quiet_means_that_the_next_action_lies_ahead(rotation: Rotation, policy: Policy, now: datetime) -> None:
    """NONE: the next action is in the future, or there is none; otherwise it is due since some past instant."""
    decision = decide(rotation, policy, now)
    if decision.step is Step.NONE:
        assert decision.next_action_at is not None
        assert decision.next_action_at > now
        assert decision.next_action is not Step.NONE
    else:
        assert decision.next_action is decision.step
        assert decision.next_action_at is not None
        assert decision.next_action_at <= now


@given(rotations(), policies(), nows(), st.integers(0, 10**12))
def test_it_stays_quiet_until_the_next_action(rotation: Rotation, policy: Policy, now: datetime, dice: int) -> None:
    """What nextActionAt promises is kept: no run before it finds anything due, and the run at it does."""
    decision = decide(rotation, policy, now)
    if decision.step is Step.NONE and decision.next_action_at is not None:
        wait = int((decision.next_action_at - now).total_seconds())
        for seconds in (dice % wait, wait - 1):
            assert decide(rotation, policy, now + seconds * SECOND).step is Step.NONE
        assert decide(rotation, policy, decision.next_action_at).step is not Step.NONE


@given(rotations(), policies(), nows(), lives(), USERS)
def test_performing_the_decided_step_leads_to_a_phase_that_the_table_lists(
    rotation: Rotation, policy: Policy, now: datetime, life: timedelta, users: dict[int, list[str]]
) -> None:
    """Never an IllegalTransition, from whatever state."""
    decision = decide(rotation, policy, now)
    after = perform(rotation, decision, policy, now, fresh=_fresh(rotation, now, life), users=users)
    if decision.step is not Step.NONE:
        assert any(
            row.step is decision.step and row.before is rotation.phase and after.phase in row.after for row in TABLE
        )


@given(rotations(), policies(), nows(), USERS)
def test_no_two_decisions_at_one_instant_both_generate(
    rotation: Rotation, policy: Policy, now: datetime, users: dict[int, list[str]]
) -> None:
    """Repeated or parallel runs cannot fill the quota (invariant 5)."""
    generates, at_once = {Step.ISSUE, Step.REGENERATE}, []
    for _ in range(12):
        decision = decide(rotation, policy, now)
        at_once.append(decision.step)
        rotation = perform(rotation, decision, policy, now, fresh=_fresh(rotation, now, LIFE), users=users)
    assert sum(step in generates for step in at_once) <= 2
    assert not any(one in generates and two in generates for one, two in pairwise(at_once))


@given(rotations(), policies(), nows(), lives(), USERS)
def test_runs_at_one_instant_become_quiet(
    rotation: Rotation, policy: Policy, now: datetime, life: timedelta, users: dict[int, list[str]]
) -> None:
    """No perpetual difference, with clean scans and with dirty ones."""
    steps = []
    for _ in range(16):
        decision = decide(rotation, policy, now)
        steps.append(decision.step)
        rotation = perform(rotation, decision, policy, now, fresh=_fresh(rotation, now, life), users=users)
    assert steps[-1] is Step.NONE


@given(rotations(), policies(), nows())
def test_the_step_taken_is_the_most_urgent_of_those_that_are_due(
    rotation: Rotation, policy: Policy, now: datetime
) -> None:
    """Nothing is due as long as the active one is gone or expired, except to recover."""
    decision = decide(rotation, policy, now)
    dead = rotation.active is None or rotation.active.expired(now)
    assert dead is (decision.step in {Step.RECOVER, Step.REGENERATE})


@given(rotations(), policies(), nows())
def test_only_a_live_generation_is_ever_made_active(rotation: Rotation, policy: Policy, now: datetime) -> None:
    """By whatever rule."""
    decision = decide(rotation, policy, now)
    if decision.step in {Step.ACTIVATE, Step.PIN, Step.RECOVER}:
        (number,) = decision.numbers
        chosen = rotation.numbered(number)
        assert chosen is not None
        assert not chosen.expired(now)


@given(rotations(), policies(), nows())
def test_a_nearly_due_pending_one_is_activated_only_when_the_active_one_runs_out(
    rotation: Rotation, policy: Policy, now: datetime
) -> None:
    """And then only if it lives longer."""
    decision = decide(rotation, policy, now)
    if decision.step is Step.ACTIVATE:
        active, pending = rotation.active, rotation.pending
        assert active is not None
        assert pending is not None
        if now >= rotate_at(pending, policy):
            assert active.not_after - policy.activate_by <= now
            assert pending.not_after > active.not_after


@settings(max_examples=600)  # one example in fifteen activates
@given(rotations(), policies(), nows())
def test_a_pending_one_is_activated_after_its_lead_or_when_the_active_one_runs_out(
    rotation: Rotation, policy: Policy, now: datetime
) -> None:
    """Without a bundle this wait is all that backends get (invariant 1)."""
    decision = decide(rotation, policy, now)
    if decision.step is Step.ACTIVATE:
        active, pending = rotation.active, rotation.pending
        assert active is not None
        assert pending is not None
        since = pending.pending_since
        waited = since is not None and (now - since + SECOND) / policy.publish_lead >= 0.95
        assert waited or active.not_after - now <= policy.activate_by


@given(rotations(), policies(), nows())
def test_only_unused_previous_ones_are_retired(rotation: Rotation, policy: Policy, now: datetime) -> None:
    """Each of them has been unused for 95 % of the overlap, and no pin is in force (invariant 3)."""
    decision = decide(rotation, policy, now)
    if decision.step is Step.RETIRE:
        assert pin_in_force(rotation, policy, now)[0] is None
        for number in decision.numbers:
            one = rotation.numbered(number)
            assert one is not None
            assert one.role is Role.PREVIOUS
            assert one.unused_since is not None
            assert (now - one.unused_since) / policy.overlap > 0.94 or policy.overlap.total_seconds() < 100


@given(rotations(), policies(), nows())
def test_a_trigger_is_never_forgotten_while_it_asks(rotation: Rotation, policy: Policy, now: datetime) -> None:
    """Quiet only when nothing is asked; what has to wait is said in each run."""
    decision = decide(rotation, policy, now)
    if decision.step is Step.NONE and trigger_pulled(rotation, policy):
        assert "trigger-waits" in {one.reason for one in decision.findings}


@given(rotations(), policies(), nows())
def test_what_is_due_is_announced_in_one_line_and_nothing_else_is(
    rotation: Rotation, policy: Policy, now: datetime
) -> None:
    """A preview prints one line per due step; no line holds a PEM."""
    decision = decide(rotation, policy, now)
    text = announce("orders", rotation, policy, decision, now)
    if decision.step is Step.NONE:
        assert text is None
    else:
        assert text is not None
        assert text.startswith("orders: ")
        assert "\n" not in text
        assert "None" not in text.replace("rotation_trigger changed from None", "")
        assert all(one.pem not in text for one in rotation.generations if one.pem != f"certificate {one.number}")


def _fresh(rotation: Rotation, now: datetime, life: timedelta) -> Generation:
    return minted(rotation.highest_number + 1, now, life)
