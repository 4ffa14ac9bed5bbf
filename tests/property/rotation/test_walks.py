"""Walks from creation on: time, triggers, pins, users and deletions by hand in any order."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from apigw_client_cert.rotation.decide import decide
from apigw_client_cert.rotation.model import Role
from apigw_client_cert.rotation.policy import Policy
from apigw_client_cert.rotation.transitions import TABLE, Step, adopt, begin, lose, rediscover, remember_trigger
from apigw_client_cert.rotation.trigger import trigger_pulled
from tests.property.rotation.performer import minted, perform
from tests.strategies import DAY, LIFE, PIVOT, policies

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime, timedelta

    from apigw_client_cert.rotation.model import Phase, Rotation


@dataclass(frozen=True, kw_only=True)
class Event:
    """What happens before one run: time passes (or runs back), and somebody does something."""

    passed: timedelta
    life: timedelta
    users: frozenset[int]
    gone: frozenset[int] = frozenset()
    trigger: str | None = None
    pin: int | None = None
    refresh_only: bool = False
    found: frozenset[int] = frozenset()
    adopted: bool = False


@dataclass(kw_only=True)
class Walk:
    """A rotation on its way, with a record of each row that it used."""

    policy: Policy
    now: datetime = PIVOT
    rotation: Rotation = field(init=False)
    used: set[tuple[Step, Phase, Phase]] = field(default_factory=set)
    numbers: list[int] = field(default_factory=lambda: [1])

    def __post_init__(self) -> None:
        """Start with one generation."""
        self.rotation = begin("r1", minted(1, self.now, LIFE), self.now)

    def run(self, event: Event) -> None:
        """Let the event happen, then refresh and update once."""
        self.now += event.passed
        highest = self.rotation.highest_number
        self.policy = replace(self.policy, trigger=event.trigger, pin=event.pin and max(1, highest + 1 - event.pin))
        gone = {highest + 1 - one for one in event.gone}
        self._take(Step.LOSE, lose(self.rotation, gone, self.now), may_leave=gone)
        if event.refresh_only:
            return
        decision = decide(self.rotation, self.policy, self.now)
        if event.adopted:
            taken = [minted(highest + 1, self.now, event.life)]
            self._take(Step.ADOPT, adopt(self.rotation, taken, highest + 1, self.now))
            return
        if event.found and (decision.step is Step.REGENERATE or self.rotation.active is None):
            found = [minted(highest + one, self.now, event.life) for one in sorted(event.found)]
            presented = {highest + one for one in event.users}
            self._take(Step.RESUME, rediscover(self.rotation, found, presented, self.now))
            return
        users = {highest + 1 - one: ["a/dev"] for one in event.users}
        after = perform(
            self.rotation,
            decision,
            self.policy,
            self.now,
            fresh=minted(highest + 1, self.now, event.life),
            users=users,
        )
        self._take(decision.step, after, may_leave=decision.numbers if decision.step is Step.RETIRE else ())
        if not trigger_pulled(after, self.policy):
            self.rotation = remember_trigger(after, self.policy.trigger)

    def _take(self, step: Step, after: Rotation, *, may_leave: Collection[int] = ()) -> None:
        before, self.rotation = self.rotation, after
        for one in before.generations:
            kept = after.numbered(one.number)
            if one.number not in may_leave:
                assert kept is not None, f"{step} dropped generation {one.number}"
                assert kept.trusted or one.expired(self.now) or not one.trusted, f"{step} withdrew a live one"
        used_up = [one for one in after.generations if one.role is not Role.PREVIOUS and one.unused_since]
        assert not used_up, f"{step} counts an overlap of one that is not previous"
        fresh = {one.number for one in after.generations} - {one.number for one in before.generations}
        assert len(fresh) <= 1 or step is Step.RESUME
        assert not fresh & set(self.numbers), "a number was used twice"
        self.numbers.extend(sorted(fresh))
        if before is not after and step is not Step.NONE:
            self.used.add((step, before.phase, after.phase))


_NUMBERS = st.frozensets(st.integers(1, 4), max_size=2)
_DAYS = st.sampled_from([0, 1, 2, 3, 4, 25, 30, 150, 330, 340, 362, 364, 370, -1, -30, -400])


@given(
    policies(),
    st.lists(
        st.builds(
            Event,
            passed=_DAYS.map(lambda days: days * DAY),
            life=st.sampled_from([LIFE, LIFE, 40 * DAY, 10 * DAY]),
            users=_NUMBERS,
            gone=st.just(frozenset[int]()) | _NUMBERS,
            trigger=st.sampled_from([None, "a", "a", "b"]),
            pin=st.none() | st.integers(1, 3),
            refresh_only=st.booleans(),
            found=st.just(frozenset[int]()) | _NUMBERS,
            adopted=st.sampled_from([False, False, False, True]),
        ),
        max_size=25,
    ),
)
def test_no_walk_leaves_the_table_or_drops_live_trust_or_reuses_a_number(policy: Policy, events: list[Event]) -> None:
    """Only a retirement, or a deletion by hand, takes live ones out of the trust (invariant 12); numbers only grow."""
    walk = Walk(policy=policy)
    for event in events:
        walk.run(event)
    assert walk.numbers == sorted(walk.numbers)
    assert walk.used <= _rows()


def test_walks_reach_every_row_of_the_table_and_nothing_else() -> None:
    """No row is dead, and each end that a row lists can be reached from creation."""
    dice = random.Random(4)  # noqa: S311 - a fixed sequence, not a secret
    used: set[tuple[Step, Phase, Phase]] = set()
    for _ in range(2000):
        walk = Walk(policy=Policy())
        for _ in range(30):
            walk.run(_drawn(dice))
        used |= walk.used
        if used >= _rows():
            break
    assert used == _rows()


def _drawn(dice: random.Random) -> Event:
    def some(chance: float) -> frozenset[int]:
        return (
            frozenset(dice.sample(range(1, 5), dice.choice([1, 1, 1, 2, 3]))) if dice.random() < chance else frozenset()
        )

    return Event(
        passed=dice.choice([0, 0, 0, 1, 1, 2, 4, 30, 150, 340, 370]) * DAY,
        life=dice.choice([LIFE, LIFE, 90 * DAY, 10 * DAY]),
        users=some(0.5),
        gone=some(0.15),
        trigger=dice.choice(["a", "a", "a", "b"]),
        pin=dice.choice([None, None, 1, 2, 3]),
        refresh_only=dice.random() < 0.1,
        found=some(0.3),
        adopted=dice.random() < 0.05,
    )


def _rows() -> set[tuple[Step, Phase, Phase]]:
    return {(row.step, row.before, after) for row in TABLE for after in row.after}
