"""Years of runs that are asked for something else each time: the rotation under way always comes to its end.

Whatever the inputs change, and however full the account is: what nobody has presented for the overlap is gone within a
bounded number of runs, live certificates are few, and the active one stays as fresh as liveness promises.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle
from typing import TYPE_CHECKING, Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from apigw_client_cert.rotation.policy import Policy
from apigw_client_cert.rotation.trigger import MOST_LIVE
from tests.property.rotation.oracle import Oracle
from tests.property.rotation.simulated import Binding, Environment
from tests.property.rotation.test_liveness import CADENCES, STAGES, gaps_of
from tests.strategies import DAY, PIVOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

YEARS = 2
# A confirmation, a retirement, and what else may be due in between; one more where there is no room.
MOST_RUNS = 4
# Each is another policy from some run on; the cadence depends on none of them.
THRESHOLDS: tuple[dict[str, Any], ...] = (
    {},
    {"rotate_before": 60 * DAY},
    {"overlap": 1 * DAY},
    {"rotate_before": 90 * DAY, "overlap": 7 * DAY},
)
LONGEST_OVERLAP = 7 * DAY

# Day -> what is asked for from then on: other thresholds by number, a pin so many generations back, or none.
ASKED = st.lists(
    st.tuples(st.integers(0, YEARS * 365), st.integers(0, len(THRESHOLDS) - 1), st.none() | st.integers(0, 2)),
    max_size=10,
).map(lambda asked: sorted(asked, key=lambda one: one[0]))


def live(cadence: list[float], asked: list[tuple[int, int, int | None]], environment: Environment) -> Oracle:
    """The years, judged; what is asked for comes before the first run after its day."""
    coming: Iterator[timedelta] = cycle(gaps_of(Policy(), cadence))
    asked = list(asked)
    while environment.now < PIVOT + YEARS * 365 * DAY:
        now = environment.now + next(coming)
        while asked and PIVOT + asked[0][0] * DAY <= now:
            _day, thresholds, back = asked.pop(0)
            pin = None if back is None else max(1, environment.rotation.highest_number - back)
            environment.policy = replace(Policy(trigger=environment.policy.trigger, pin=pin), **THRESHOLDS[thresholds])
        environment.run(now)
    policy = environment.policy
    oracle = Oracle(publish_lead=policy.publish_lead, activate_by=policy.activate_by, overlap=LONGEST_OVERLAP)
    return oracle.read(environment.log)


def restless(quota: int = 1000) -> Environment:
    """A world whose trigger changes with every run."""
    policy = Policy(trigger="commit 0")
    return Environment(
        policy=policy, now=PIVOT, bindings={stage: Binding() for stage in STAGES}, restless=True, quota=quota
    )


@settings(max_examples=5, report_multiple_bugs=False)
@given(CADENCES, st.sampled_from([2, 3, 1000]))
@example([1.0], 2).via("room for one successor, a run in 36 hours")
@example([0.3], 1000).via("two runs a day")
def test_a_trigger_that_never_rests_goes_round_with_two_certificates(cadence: list[float], quota: int) -> None:
    """Issue, activate, confirm, retire, and again, with nothing red, whatever room there is."""
    environment = restless(quota)
    oracle = live(cadence, [], environment)
    assert oracle.complaints == []
    assert oracle.most_certificates == 2
    assert oracle.most_runs_unneeded == 0
    assert not [record for record in environment.log if record.what == "red"]
    assert len(oracle.actives) > YEARS * 365 // 10


@settings(max_examples=12)
@given(CADENCES, ASKED, st.sampled_from(["triggers", "rest"]))
@example([1.0], [(day, 0, day % 2) for day in range(2, 200, 2)], "triggers").via("a pin that moves to and fro")
def test_whatever_is_asked_for_in_each_run_what_nobody_needs_goes(
    cadence: list[float], asked: list[tuple[int, int, int | None]], beside: str
) -> None:
    """Triggers, pins and thresholds."""
    environment = restless()
    environment.restless = beside == "triggers"
    oracle = live(cadence, asked, environment)
    assert oracle.complaints == []
    assert oracle.most_runs_unneeded <= MOST_RUNS
    assert oracle.most_certificates <= MOST_LIVE


@settings(max_examples=12)
@given(CADENCES, ASKED, st.sampled_from([3, 4]))
@example([0.3], [(0, 0, None), (2, 3, 0), (277, 0, 0)], 3).via("a pin under which what it keeps expires")
def test_a_full_account_is_left_by_what_is_ripe(
    cadence: list[float], asked: list[tuple[int, int, int | None]], quota: int
) -> None:
    """With room for one more than is used, every step finds it: some runs are red, and none for ever."""
    environment = restless(quota)
    oracle = live(cadence, asked, environment)
    assert oracle.complaints == []
    assert oracle.most_runs_unneeded <= MOST_RUNS


def test_an_account_that_was_full_is_used_again_when_a_foreign_stage_lets_go() -> None:
    """The issue fails from day 670 on; in the same runs what makes the account full is confirmed and retired."""
    environment = restless()
    environment.restless = False
    environment.present_by_hand("foreign", "gen1")
    for day in range(1, 691):
        environment.quota = 2 if day > 660 else 1000
        if day == 675:
            environment.present_by_hand("foreign", None)
        environment.run(PIVOT + day * DAY)
    red = [record.at for record in environment.log if record.what == "red"]
    assert red
    # A look a day, and three days until what it found unused may go; the next run then finds room.
    assert max(red) <= PIVOT + 679 * DAY
    assert sorted(environment.certificates) == ["gen3"]
    assert environment.presents == {"dev": "gen3", "prod": "gen3", "foreign": None}
