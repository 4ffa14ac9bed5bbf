"""The arithmetic that makes a policy safe."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apigw_client_cert.rotation.policy import Policy, draw_jitter, policy_clashes
from tests.unit.rotation.builders import DAY, HOUR, SECOND


def test_the_defaults_are_the_documented_ones_and_clash_with_nothing() -> None:
    """30d, 24h, 72h, 3d, no jitter, no trigger, no pin."""
    policy = Policy()
    assert (policy.rotate_before, policy.publish_lead, policy.overlap, policy.activate_by) == (
        30 * DAY,
        24 * HOUR,
        72 * HOUR,
        3 * DAY,
    )
    assert (policy.jitter, policy.trigger, policy.pin) == (timedelta(0), None, None)


def test_a_procedure_that_does_not_fit_before_expiry_is_refused_with_the_sum() -> None:
    """rotate_before must exceed publish_lead + activate_by + overlap, and the message does the sum."""
    clashes = policy_clashes(rotate_before=2 * DAY, publish_lead=DAY, overlap=3 * DAY, activate_by=3 * DAY)
    assert list(clashes) == ["rotate_before"]
    assert "rotate_before is 2d" in clashes["rotate_before"]
    assert "already take 7d" in clashes["rotate_before"]


@pytest.mark.parametrize(("extra", "refused"), [(timedelta(0), True), (SECOND, False)])
def test_the_sum_must_be_exceeded_not_only_reached(*, extra: timedelta, refused: bool) -> None:
    """Equality leaves no second for a run."""
    clashes = policy_clashes(rotate_before=7 * DAY + extra, publish_lead=DAY, overlap=3 * DAY, activate_by=3 * DAY)
    assert bool(clashes) is refused


@pytest.mark.parametrize(("rotate_before", "refused"), [("180", False), ("181", True), ("365", True)])
def test_a_successor_must_not_be_due_on_arrival(*, rotate_before: str, refused: bool) -> None:
    """More than half of a certificate's 365 days is refused with the largest value that works."""
    clashes = policy_clashes(
        rotate_before=int(rotate_before) * DAY, publish_lead=DAY, overlap=3 * DAY, activate_by=3 * DAY
    )
    assert ("180d or less" in clashes.get("rotate_before", "")) is refused


@pytest.mark.parametrize(("jitter", "refused"), [(80 * DAY, False), (80 * DAY + SECOND, True)])
def test_jitter_counts_towards_the_longest_rotate_before(*, jitter: timedelta, refused: bool) -> None:
    """Running early by jitter must not make a successor due on arrival either."""
    clashes = policy_clashes(
        rotate_before=100 * DAY, publish_lead=DAY, overlap=3 * DAY, activate_by=3 * DAY, jitter=jitter
    )
    assert list(clashes) == (["jitter"] if refused else [])
    if refused:
        assert clashes["jitter"] == "rotate_before + jitter is 15552001s; together they may be at most 180d"


@pytest.mark.parametrize(("activate_by", "refused"), [(20 * DAY, False), (20 * DAY + SECOND, True)])
def test_two_late_runs_must_fit_before_the_expiry(*, activate_by: timedelta, refused: bool) -> None:
    """Issued activate_by / 2 late, activated as much later: liveness asks that activate_by / 2 is left."""
    clashes = policy_clashes(rotate_before=30 * DAY, publish_lead=HOUR, overlap=HOUR, activate_by=activate_by)
    assert ("give 20d or less" in clashes.get("activate_by", "")) is refused
    assert "rotate_before" not in clashes


def test_a_policy_that_clashes_cannot_be_constructed() -> None:
    """Every Policy that a rule receives has passed the arithmetic."""
    with pytest.raises(ValueError, match="rotate_before is 1d"):
        Policy(rotate_before=DAY)
    with pytest.raises(ValueError, match="rotate_before \\+ jitter is 181d"):
        Policy(rotate_before=180 * DAY, jitter=DAY)


def test_jitter_is_the_same_for_the_same_name_and_differs_between_names() -> None:
    """No state is needed, and many rotations of one account spread."""
    drawn = {name: draw_jitter(10 * DAY, name) for name in ("orders", "billing", "users", "search")}
    assert drawn == {name: draw_jitter(10 * DAY, name) for name in drawn}
    assert len(set(drawn.values())) == 4
    assert drawn["orders"] == timedelta(days=1, seconds=8397)  # another draw would move rotations
    assert all(timedelta(0) <= one < 10 * DAY and not one.microseconds for one in drawn.values())


def test_no_jitter_is_drawn_from_a_limit_of_zero() -> None:
    """Jitter is off by default."""
    assert draw_jitter(timedelta(0), "orders") == timedelta(0)
