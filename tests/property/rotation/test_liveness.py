"""Five years of scheduled runs, judged by an oracle that knows no rule.

With runs at least every ``activate_by / 2`` the active generation never comes within ``activate_by / 2`` of its
expiry, whatever foreign stages do; and at no cadence is a stage cut off, or a certificate deleted that is in use.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import cycle
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apigw_client_cert.rotation.policy import Policy
from tests.property.rotation.oracle import Oracle
from tests.property.rotation.simulated import Binding, Environment
from tests.strategies import DAY, PIVOT, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

YEARS = 5
STAGES = ("dev", "prod")


@dataclass(frozen=True)
class Happening:
    """Something that somebody does by hand, or breaks, so many days after the first run."""

    day: int
    what: str
    number: int = 0

    def happen(self, environment: Environment) -> None:
        """Do it."""
        HAPPENINGS[self.what](environment, self.number)


def _oldest(environment: Environment) -> str | None:
    return min(environment.certificates, key=lambda one: environment.certificates[one].number, default=None)


def _stage(number: int) -> str:
    return STAGES[number % len(STAGES)]


def _set_policy(environment: Environment, **changes: Any) -> None:
    environment.policy = replace(environment.policy, **changes)


EDITS: dict[str, Callable[[Environment, int], None]] = {
    "delete pending": lambda environment, _: environment.delete_by_hand([environment.rotation.pending]),
    "delete active": lambda environment, _: environment.delete_by_hand([environment.rotation.active]),
    "delete previous": lambda environment, _: environment.delete_by_hand(environment.rotation.previous),
    "delete all": lambda environment, _: environment.delete_by_hand(environment.rotation.generations),
    "unbind": lambda environment, number: environment.present_by_hand(_stage(number), None),
    "rebind to the oldest": lambda environment, number: environment.present_by_hand(
        _stage(number), _oldest(environment)
    ),
}
FAULTS: dict[str, Callable[[Environment, int], None]] = {
    "foreign stage": lambda environment, number: environment.present_by_hand(f"foreign{number}", _oldest(environment)),
    "revert target": lambda environment, _: environment.revert_target_by_hand(),
    "bundle breaks": lambda environment, _: setattr(environment, "writable", False),
    "bundle mended": lambda environment, _: setattr(environment, "writable", True),
    "kill": lambda environment, _: setattr(environment, "kill_next", True),
    "trigger": lambda environment, number: _set_policy(environment, trigger=f"t{number}"),
    "pin": lambda environment, number: _set_policy(
        environment, pin=max(1, environment.rotation.highest_number - number)
    ),
    "unpin": lambda environment, _: _set_policy(environment, pin=None),
}
HAPPENINGS = {**EDITS, **FAULTS}


def happenings(kinds: Iterable[str], most: int) -> st.SearchStrategy[list[Happening]]:
    """Up to ``most`` of these, half of them while a rotation is likely to be under way."""
    days = st.integers(0, YEARS * 365) | st.builds(
        lambda year, day: year * 335 + day, st.integers(1, YEARS), st.integers(-3, 35)
    )
    one = st.builds(Happening, days, st.sampled_from(list(kinds)), st.integers(0, 2))
    return st.lists(one, max_size=most).map(lambda them: sorted(them, key=lambda one: one.day))


@st.composite
def slow_policies(draw: st.DrawFn) -> Policy:
    """The defaults, or any policy whose runs may be a day apart: five years of them are soon simulated."""
    if draw(st.booleans()):
        return Policy()
    activate_by = draw(st.integers(2 * 24, 60 * 24))
    lead = draw(st.integers(1, 40 * 24))
    overlap = draw(st.integers(1, 40 * 24))
    least = max(activate_by + lead + overlap, activate_by * 3 // 2) + 1
    rotate_before = draw(st.integers(least, 180 * 24))
    hour = timedelta(hours=1)
    return Policy(
        activate_by=activate_by * hour,
        publish_lead=lead * hour,
        overlap=overlap * hour,
        rotate_before=rotate_before * hour,
        jitter=draw(st.integers(0, 180 * 24 - rotate_before)) * hour,
    )


# Shares of the longest gap that is allowed between two runs, repeated for five years.
CADENCES = st.lists(st.integers(30, 100).map(lambda percent: percent / 100), min_size=1, max_size=6)


def live(policy: Policy, gaps: list[timedelta], what_happens: list[Happening]) -> Environment:
    """Five years of runs with these gaps, repeated; each happening comes before the first run after its day."""
    environment = Environment(policy=policy, now=PIVOT, bindings={stage: Binding() for stage in STAGES})
    coming = list(what_happens)
    now = PIVOT
    for gap in cycle(gaps):
        now += max(gap, SECOND)
        if now > PIVOT + YEARS * 365 * DAY:
            return environment
        while coming and PIVOT + coming[0].day * DAY <= now:
            environment.now = max(environment.now, PIVOT + coming[0].day * DAY)
            coming.pop(0).happen(environment)
        environment.run(now)
    raise AssertionError("a cadence has at least one gap")


def judged(environment: Environment, *, punctual: bool = True) -> Oracle:
    """The oracle after reading the world's log."""
    policy = environment.policy
    return Oracle(publish_lead=policy.publish_lead, activate_by=policy.activate_by, punctual=punctual).read(
        environment.log
    )


def gaps_of(policy: Policy, cadence: list[float]) -> list[timedelta]:
    """Gaps of whole seconds, none longer than ``activate_by / 2``."""
    longest = policy.activate_by // 2
    return [timedelta(seconds=int(longest.total_seconds() * share)) for share in cadence]


@settings(max_examples=12)
@given(slow_policies(), CADENCES)
def test_left_alone_it_rotates_for_years_with_two_certificates_and_nothing_red(
    policy: Policy, cadence: list[float]
) -> None:
    """Any policy, any punctual cadence: no complaint, nothing red, and stages as fresh as liveness promises."""
    environment = live(policy, gaps_of(policy, cadence), [])
    oracle = judged(environment)
    assert oracle.complaints == []
    assert not [record for record in environment.log if record.what == "red"]
    assert oracle.most_certificates <= 2
    assert len(oracle.actives) >= YEARS
    assert set(environment.presents.values()) == {oracle.actives[-1]}


@settings(max_examples=40)
@given(slow_policies(), CADENCES, happenings(HAPPENINGS, 14))
@example(Policy(), [1.0], [Happening(0, "trigger", 1), Happening(26, "trigger", 2), Happening(27, "pin", 1)]).via(
    "a pin to the first while a second one, 27 days younger, waits"
)
def test_punctual_runs_keep_the_active_one_fresh_whatever_people_break(
    policy: Policy, cadence: list[float], what_happens: list[Happening]
) -> None:
    """With hand edits, pins, triggers, kills and a bundle that fails (invariants 1, 2, 3, 5, 12)."""
    oracle = judged(live(policy, gaps_of(policy, cadence), what_happens))
    assert oracle.complaints == []


@settings(max_examples=25)
@given(slow_policies(), st.lists(st.integers(1, 120), min_size=1, max_size=8), happenings(HAPPENINGS, 14))
def test_missed_runs_cost_freshness_but_never_safety(
    policy: Policy, days: list[int], what_happens: list[Happening]
) -> None:
    """Gaps of up to four months: each run still ends alive, and nobody was moved early (invariants 1, 2, 3, 12)."""
    oracle = judged(live(policy, [day * DAY for day in days], what_happens), punctual=False)
    assert oracle.complaints == []


@settings(max_examples=5)
@given(CADENCES, happenings(["foreign stage"], 5))
@example([1.0], [Happening(1, "foreign stage", 0)]).via("one foreign stage keeps the first certificate for five years")
def test_rotation_goes_on_for_years_while_foreign_stages_block_retirement(
    cadence: list[float], what_happens: list[Happening]
) -> None:
    """What they present is kept and reported; the number of certificates grows by no more than them."""
    environment = live(Policy(), gaps_of(Policy(), cadence), what_happens)
    oracle = judged(environment)
    assert oracle.complaints == []
    assert len(oracle.actives) >= YEARS
    blockers = {stage for stage in environment.presents if stage.startswith("foreign")}
    assert oracle.most_certificates <= 2 + len(blockers)
    kept = {environment.presents[stage] for stage in blockers}
    assert kept <= environment.certificates.keys()


@settings(max_examples=10)
@given(CADENCES, happenings([*EDITS, "kill", "trigger", "revert target"], 10))
def test_the_number_of_certificates_stays_bounded_when_nobody_blocks(
    cadence: list[float], what_happens: list[Happening]
) -> None:
    """One more for each thing that somebody did, and back to two in the end."""
    environment = live(Policy(), gaps_of(Policy(), cadence), what_happens)
    assert judged(environment).most_certificates <= 3 + len(what_happens)
    assert len(environment.certificates) <= 3


@settings(max_examples=6)
@given(st.lists(st.integers(-60, 60), min_size=1, max_size=30))
@example([60, -60]).via("late, early, late, early")
@example([0]).via("to the second")
def test_an_exact_daily_schedule_never_slips_and_is_never_red(wobble: list[int]) -> None:
    """Generate on the first run with 30 days left, move the next day, delete four days after that."""
    environment = Environment(policy=Policy(), now=PIVOT, bindings={stage: Binding() for stage in STAGES})
    moments = cycle(wobble)
    runs = [PIVOT + day * DAY + next(moments) * SECOND for day in range(1, YEARS * 365)]
    for moment in runs:
        environment.run(moment)
    oracle = judged(environment)
    assert oracle.complaints == []
    assert not [record for record in environment.log if record.what == "red"]
    happened: dict[int, list[tuple[str, str]]] = {}
    for record in environment.log:
        if record.what in {"minted", "moved", "deleted"}:
            happened.setdefault(record.run, []).append((record.what, record.who))
    expected, first = {1: [("minted", "gen1"), ("moved", "dev"), ("moved", "prod")]}, 1
    for number in range(1, len(oracle.actives)):
        due = _first_run(runs, oracle.minted[f"gen{number}"] - 30 * DAY)
        assert due > first
        expected[due] = [("minted", f"gen{number + 1}")]
        expected[due + 1] = [("moved", "dev"), ("moved", "prod")]
        expected[due + 5] = [("deleted", f"gen{number}")]
        first = due
    assert len(oracle.actives) == 6
    assert happened == expected


def _first_run(runs: list[datetime], due: datetime) -> int:
    """The number of the first run at or after this instant; run 1 was the creation."""
    return next(number for number, moment in enumerate(runs, 2) if moment >= due)


@pytest.mark.parametrize("broken_for", [1, 10, 24])
def test_while_the_bundle_cannot_be_written_no_stage_moves_and_once_mended_all_do(broken_for: int) -> None:
    """The rotation is red, not out; after mending, the lead is waited for again, or cut short near the expiry."""
    due = 335
    happen = [Happening(due - 1, "bundle breaks"), Happening(due + broken_for, "bundle mended")]
    environment = live(Policy(), [DAY], happen)
    assert judged(environment).complaints == []
    moves = [record.at for record in environment.log if record.what == "moved" and record.run > 1]
    mended = PIVOT + (due + broken_for) * DAY
    assert mended + DAY <= moves[0] <= mended + 3 * DAY
    assert any(record.what == "red" for record in environment.log)
