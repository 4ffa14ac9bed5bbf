"""forecast_until(): the bundle and the stages are played as well, and what comes too late is found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert.rotation.binding import Presented, Presents, Refusal
from apigw_client_cert.rotation.forecast import Forecast, Milestone, forecast_until
from apigw_client_cert.rotation.forecast_binding import Bound, Moved
from apigw_client_cert.rotation.forecast_bundle import Published, Publishing
from apigw_client_cert.rotation.policy import Policy
from apigw_client_cert.rotation.publication import entry_of
from apigw_client_cert.rotation.schedule import runs_at, runs_every
from apigw_client_cert.rotation.transitions import Step
from apigw_client_cert.rotation.waves import Hold, Predecessor
from apigw_client_cert.rotation.windows import next_opening, parse_window
from tests.unit.rotation.builders import DAY, HOUR, MINUTE, NOW, PREVIOUS, generation, rotation

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from typing import Any

    from apigw_client_cert.rotation.model import Generation, Rotation

POLICY = Policy()
# A Monday at noon.
FIRST = generation(1, left=40 * DAY, pending_since=NOW - 325 * DAY)


def bound(name: str, of: Generation = FIRST, **facts: Any) -> Bound:
    """A binding whose stage presents a generation."""
    presented = Presented(kind=Presents.OURS, id=of.id, not_after=of.not_after, sha256=of.sha256)
    made = Bound(name=name, stage=f"api/{name}", presented=presented, since=of.pending_since)
    return replace(made, **facts)


def after(*names: str) -> tuple[Predecessor, ...]:
    """What a wave was told of the one before it."""
    return tuple(Predecessor(name=name, presented=FIRST.id, since=FIRST.pending_since) for name in names)


def told(
    *bindings: Bound, every: timedelta = DAY, days: int = 60, of: Rotation | None = None, policy: Policy = POLICY
) -> Forecast:
    """The forecast of runs from now on, with a bundle that holds all that is trusted."""
    of = of or rotation(FIRST)
    entries = tuple(replace(entry_of(one, of.rotation_id), since=one.pending_since) for one in of.generations)
    active = of.active
    return forecast_until(
        of,
        policy,
        start=NOW,
        until=NOW + days * DAY,
        runs=runs_every(NOW, every),
        publishing=Publishing(name="trust", entries=entries, read_for={active.id} if active else ()),
        bindings=bindings,
    )


def moves(of: Forecast) -> list[tuple[str, float]]:
    """Who moves on which day."""
    return [(one.binding, (one.at - NOW) / DAY) for one in of.events if isinstance(one, Moved)]


def reasons(of: Forecast) -> list[str]:
    """The stable words of what is wrong."""
    return [one.reason for one in of.findings]


def test_a_run_takes_the_certificate_then_its_bundle_then_the_stages() -> None:
    """As the engine does."""
    events = [
        (type(one), one.step.value if isinstance(one, Milestone) else "", (one.at - NOW) // DAY)
        for one in told(bound("dev")).events
    ]
    assert events == [
        (Milestone, "issue", 10),
        (Published, "", 10),
        (Milestone, "activate", 11),
        (Moved, "", 11),
        (Milestone, "confirm", 12),
        (Milestone, "retire", 15),
        (Published, "", 15),
    ]


def test_waves_move_one_after_the_other_in_whatever_order_they_are_given() -> None:
    """The second a soak after the first; the third, without a soak, in the same run as the second."""
    second, third = bound("second", after=after("first"), soak=3 * DAY), bound("third", after=after("second"))
    found = told(third, second, bound("first"))
    assert moves(found) == [("first", 11), ("second", 14), ("third", 14)]
    waited = {one.binding: one.waited_for for one in found.events if isinstance(one, Moved)}
    assert waited == {"first": (), "second": (Hold.WAVE,), "third": (Hold.WAVE,)}
    kept = [one.kept_for for one in found.events if isinstance(one, Milestone) and one.step is Step.CONFIRM]
    assert kept[0] == ("api/second", "api/third")
    assert kept[-1] == ()


def window(text: str) -> Any:
    """When a window opens."""
    windows = [parse_window(text)]

    def opens_at(now: datetime) -> datetime | None:
        return next_opening(windows, now)

    return opens_at


def test_a_window_that_a_run_hits_is_waited_for() -> None:
    """Day 11 is a Friday."""
    found = told(bound("dev", opens_at=window("Mon 09:00-16:00 UTC")))
    assert (moves(found), reasons(found)) == ([("dev", 14)], [])


def test_a_window_that_no_run_hits_is_found() -> None:
    """The stage moves all the same, activate_by before what it presents expires; where the forecast ends, it waits."""
    late = bound("dev", opens_at=window("Daily 01:00-05:00"))
    found = told(late)
    assert (moves(found), reasons(found)) == ([("dev", 37)], ["window-missed"])
    short = told(late, days=20)
    assert (moves(short), reasons(short)) == ([], ["still-waiting"])
    (waiting,) = short.waiting
    assert (waiting.hold, waiting.until) == (Hold.WINDOW, NOW + 20 * DAY + 13 * HOUR)


@pytest.mark.parametrize(
    ("every", "found"),
    [(7, []), (15, []), (19, ["late", "late"]), (36, ["expires-first", "expires-first"])],
    ids=str,
)
def test_runs_that_come_too_seldom_are_found(every: int, found: list[str]) -> None:
    """The certificate ends on day 40; once for the certificate, once for its stage."""
    assert reasons(told(bound("dev"), every=every * DAY, days=100)) == found


def test_a_lead_that_is_cut_short_is_found() -> None:
    """Runs on days 36.5 and 37: issued half a day before activate_by, activated by it."""
    found = forecast_until(
        rotation(FIRST),
        POLICY,
        start=NOW,
        until=NOW + 50 * DAY,
        runs=runs_at([NOW + 36.5 * DAY, NOW + 37 * DAY]),
    )
    assert reasons(found) == ["lead-cut-short"]


def test_a_certificate_that_no_run_comes_for_is_found() -> None:
    """Runs end before its successor is due."""
    found = forecast_until(
        rotation(FIRST), POLICY, start=NOW, until=NOW + 50 * DAY, runs=runs_at([NOW]), bindings=[bound("dev")]
    )
    assert (found.events, reasons(found)) == ((), ["expires-first"])


def test_what_a_stranger_presents_stays_for_as_long_as_it_is_said_to() -> None:
    """No binding moves it: the generation is never deleted, and leaves trust when it expires."""
    former = generation(1, PREVIOUS, left=9 * DAY, scanned_at=NOW - HOUR, pending_since=NOW - 356 * DAY)
    active = generation(2, left=300 * DAY, pending_since=NOW - DAY)
    found = told(bound("dev", active), of=rotation(former, active, blocked_by=["other/legacy"]), days=20)
    steps = {one.step for one in found.events if isinstance(one, Milestone)}
    assert steps == {Step.CONFIRM, Step.WITHDRAW}
    assert {one.kept_for for one in found.events if isinstance(one, Milestone) and one.kept} == {("other/legacy",)}
    assert reasons(found) == ["presented-to-the-end"]


def test_a_stage_of_ours_that_blocks_lets_go_when_it_moves() -> None:
    """It is among what the last look named, and a binding moves it."""
    former = generation(1, PREVIOUS, left=9 * DAY, scanned_at=NOW - DAY, pending_since=NOW - 356 * DAY)
    active = generation(2, left=300 * DAY, pending_since=NOW - 3 * DAY)
    found = told(bound("dev", former), of=rotation(former, active, blocked_by=["api/dev"]), days=8)
    assert moves(found) == [("dev", 0)]
    assert [one.step for one in found.events if isinstance(one, Milestone)][-1] is Step.RETIRE


def test_a_stage_that_is_refused_is_said_once() -> None:
    """Somebody else's certificate, whose end only AWS knows."""
    foreign = Presented(kind=Presents.FOREIGN, id="theirs")
    found = told(bound("dev", presented=foreign))
    refused = [one for one in found.events if isinstance(one, Moved)]
    assert [(one.at, one.generation, one.refusal) for one in refused] == [
        (NOW, 1, Refusal.FOREIGN),
        (NOW + 11 * DAY, 2, Refusal.FOREIGN),
    ]
    assert reasons(found) == ["refused", "refused"]


def test_a_failed_predecessor_soaks_from_the_first_run_that_succeeds() -> None:
    """What it presented while its runs failed is dated anew."""
    second = generation(2, left=300 * DAY, pending_since=NOW - 9 * DAY)
    first = bound("first", second, failed=True)
    last = bound("last", FIRST, after=after("first"), soak=2 * DAY)
    former = replace(FIRST, role=PREVIOUS)
    assert moves(told(first, last, of=rotation(former, second), days=9)) == [("last", 2)]


def test_without_a_bundle_the_lead_counts_from_the_issue() -> None:
    """``pendingSince``."""
    found = forecast_until(
        rotation(FIRST),
        POLICY,
        start=NOW,
        until=NOW + 20 * DAY,
        runs=runs_every(NOW + MINUTE, DAY),
        bindings=[bound("dev", by_bundle=False)],
    )
    assert moves(found) == [("dev", 11 + 1 / 1440)]


def test_a_move_that_is_late_and_overruled_is_said_once() -> None:
    """Every third day none is open, and the first run in the last days is that of day 39."""
    assert reasons(told(bound("dev", opens_at=window("Daily 01:00-05:00")), every=3 * DAY)) == ["window-missed"]


def test_a_stage_that_presents_nothing_is_bound_at_once() -> None:
    """And the one after it does not wait for a binding that nobody knows any more, once that had soaked."""
    unbound = bound("dev", presented=Presented(kind=Presents.NOTHING), since=None)
    gone = bound("prod", after=(Predecessor(name="removed", presented="generation-2", since=NOW),))
    found = told(unbound, gone, days=12)
    assert [one.former for one in found.events if isinstance(one, Moved)] == [None, 1, 1]
    assert moves(found) == [("dev", 0), ("dev", 11), ("prod", 11)]


def test_what_is_lost_is_recovered_and_nothing_is_late_by_that() -> None:
    """The active certificate was deleted by hand: no cadence would have helped."""
    former = generation(1, PREVIOUS, left=90 * DAY, pending_since=NOW - 9 * DAY)
    found = told(bound("dev", former), of=rotation(former), days=9)
    assert [one.step for one in found.events if isinstance(one, Milestone)] == [Step.RECOVER]
    assert (moves(found), reasons(found)) == ([], [])


def test_a_bundle_looks_again_at_what_it_keeps() -> None:
    """What no input lists any more stays for the stage that it is kept for, and its end is no step of a generation."""
    gone, active = generation(1, left=90 * DAY), generation(2, pending_since=NOW - 9 * DAY)
    kept = replace(entry_of(gone, "r1"), since=NOW - 90 * DAY, kept_for=("api/old",), look_again_at=NOW + 5 * DAY)
    entries = (kept, replace(entry_of(active, "r1"), since=NOW - 9 * DAY))
    found = forecast_until(
        rotation(active),
        POLICY,
        start=NOW,
        until=NOW + 99 * DAY,
        runs=runs_every(NOW, DAY),
        publishing=Publishing(name="trust", entries=entries, read_for={active.id}),
    )
    assert found.events == ()


def test_one_generation_is_kept_for_a_stranger_and_another_is_deleted() -> None:
    """In one retirement."""
    kept = generation(1, PREVIOUS, left=90 * DAY, scanned_at=NOW - HOUR)
    unused = generation(2, PREVIOUS, left=200 * DAY, scanned_at=NOW - 4 * DAY, unused_since=NOW - 4 * DAY)
    found = told(of=rotation(kept, unused, generation(3), blocked_by=["other/legacy"]), days=1)
    first = found.events[0]
    assert isinstance(first, Milestone)
    assert (first.step, first.generation, first.kept, first.kept_for) == (Step.RETIRE, 2, (1,), ("other/legacy",))


def test_runs_in_which_nothing_is_due_are_passed_over() -> None:
    """A run a minute for two years, of which only those are played that do something or end a wait."""
    asked: list[datetime] = []
    minutes = runs_every(NOW, MINUTE)

    def counted(instant: datetime) -> datetime | None:
        asked.append(instant)
        return minutes(instant)

    stages = bound("first"), bound("last", after=after("first"), soak=9 * DAY)
    found = forecast_until(rotation(FIRST), POLICY, start=NOW, until=NOW + 730 * DAY, runs=counted, bindings=stages)
    assert len(moves(found)) == 3 * len(stages)
    assert len(asked) < 4 * len(found.events)


def test_a_trigger_that_waits_makes_its_rotation_after_the_one_under_way() -> None:
    """It is not forgotten by the step that comes before."""
    of = rotation(generation(1, PREVIOUS, unused_since=NOW - DAY, scanned_at=NOW - DAY), generation(2), trigger="a")
    steps = [
        one.step
        for one in told(of=of, policy=replace(POLICY, trigger="b"), days=12).events
        if isinstance(one, Milestone)
    ]
    assert steps == [Step.RETIRE, Step.ISSUE, Step.ACTIVATE, Step.CONFIRM, Step.RETIRE]


def test_the_bundle_withdraws_what_the_run_deletes() -> None:
    """In the same run, and by its number; but not what also_trust names besides."""
    ripe = generation(1, PREVIOUS, unused_since=NOW - 4 * DAY, scanned_at=NOW - DAY)
    of = rotation(ripe, generation(2))
    assert [one.withdrawn for one in told(of=of, days=1).events if isinstance(one, Published)] == [(1,)]
    entries = tuple(replace(entry_of(one, of.rotation_id), since=NOW - 9 * DAY) for one in of.generations)
    named = Publishing(name="trust", entries=entries, read_for={"gen2"}, also=(ripe,))
    forecast = forecast_until(
        of, POLICY, start=NOW, until=NOW + DAY, runs=runs_every(NOW, DAY), publishing=named, bindings=()
    )
    assert [type(one) for one in forecast.events] == [Milestone]
