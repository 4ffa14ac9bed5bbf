"""What was forecast on day 0 is what two years of runs over the sandbox did, step by step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from apigw_client_cert.lifecycle.binding import waves_inputs as turn_inputs
from apigw_client_cert.lifecycle.inputs import Failures, check_durations
from apigw_client_cert.rotation import forecast, forecast_binding, forecast_bundle
from apigw_client_cert.rotation.binding import decide_binding
from apigw_client_cert.rotation.decide import decide
from apigw_sandbox import Sandbox
from tests.doubles.stubbed_aws import keep_to_ourselves
from tests.property.two_years import Plan, Seen, Stacks, as_seen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

    from hypothesis.strategies import DrawFn, SearchStrategy

    from apigw_client_cert.rotation.binding import BindingDecision
    from apigw_client_cert.rotation.decide import Decision
    from apigw_client_cert.rotation.model import Rotation
    from apigw_client_cert.rotation.policy import Policy

START = datetime(2027, 3, 1, 6, 17, tzinfo=timezone.utc)
YEARS = timedelta(days=731)
DEFAULTS = {"rotateBefore": "30d", "publishLead": "24h", "overlap": "72h", "activateBy": "3d"}
WINDOWS = ("Mon-Thu 09:00-16:00 Europe/Berlin", "Sat,Sun 22:00-04:00 UTC", "Daily 01:00-05:00", "Sun 00:00-24:00")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One account, emptied for each example."""
    with Sandbox(region="eu-west-1") as running:
        yield running


@st.composite
def plans(draw: DrawFn) -> Plan:
    """A program that ``check`` lets pass."""
    hours = {
        "publishLead": draw(st.sampled_from([1, 24, 24, 72, 168])),
        "overlap": draw(st.sampled_from([1, 72, 72, 240])),
        "activateBy": draw(st.sampled_from([12, 72, 72, 168])),
        "rotateBefore": 24 * draw(st.sampled_from([12, 30, 30, 60, 150])),
    }
    policy: dict[str, object] = {key: f"{count}h" for key, count in hours.items()}
    if draw(st.integers(0, 3)) == 0:
        policy["jitter"] = "10d"
    if draw(st.integers(0, 5)) == 0:
        policy["pinGeneration"] = 1
    failures = Failures()
    check_durations(policy, failures)
    waves = draw(st.lists(st.integers(1, 2), min_size=1, max_size=3))
    soak = draw(st.none() | st.sampled_from(["1h", "24h", "72h"]))
    windows = [draw(st.lists(st.sampled_from(WINDOWS), max_size=2, unique=True)) for _wave in waves]
    for one in windows:
        turn_inputs.check_wave_order({**policy, "windows": one}, failures)
    assume(not failures.found)
    return Plan(
        policy=policy,
        waves=waves,
        soak=soak,
        windows=windows,
        consumers=draw(st.integers(0, 1)),
        bundle=draw(st.integers(0, 4)) > 0,
        strangers=draw(st.integers(0, 4)) == 0,
    )


@dataclass(frozen=True)
class Cadence:
    """When runs come: every so often, late by some minutes, on weekdays alone, or with a gap that begins on a day."""

    hours: int = 24
    late: int = 0
    weekdays: bool = False
    gap: tuple[int, int] = (0, 0)

    @property
    def runs(self) -> list[datetime]:
        """All instants; the first is the creation."""
        every = timedelta(hours=self.hours)
        instants = [START + one * every for one in range(YEARS // every + 1)]
        kept = [one for one in instants if not self.weekdays or one.weekday() < 5]
        kept = [one for one in kept if not self.gap[0] <= (one - START).days < sum(self.gap)]
        return [one + timedelta(minutes=place * 31 % (self.late + 1)) for place, one in enumerate(kept)]


def cadences() -> SearchStrategy[Cadence]:
    """From twice a day to four times a year."""
    often = st.builds(
        Cadence,
        hours=st.sampled_from([12, 24, 24, 36]),
        late=st.sampled_from([0, 0, 7, 40]),
        weekdays=st.booleans(),
        gap=st.just((0, 0)) | st.tuples(st.integers(1, 600), st.sampled_from([30, 200])),
    )
    seldom = st.builds(Cadence, hours=st.sampled_from([72, 168, 168, 240, 720, 2160]), late=st.sampled_from([0, 40]))
    return often | seldom


def played(
    sandbox: Sandbox, patch: pytest.MonkeyPatch, folder: Path, plan: Plan, runs: list[datetime]
) -> tuple[list[Seen] | None, list[Seen]]:
    """What was forecast on day 0, or at the first look at a stranger's stage (None: there was none), and was done."""
    keep_to_ourselves(patch)
    sandbox.reset()
    for file in folder.iterdir():
        file.unlink()
    stacks = Stacks(sandbox, plan, str(folder), patch)
    stacks.up(runs[0])
    if plan.strangers:
        stacks.present_by_a_stranger()
    told: list[Seen] | None = None if plan.strangers else as_seen(stacks.told(runs[0], runs[1:]))
    for place, now in enumerate(runs[1:], start=2):
        stacks.up(now)
        if told is None and stacks.seen_a_stranger and place < len(runs):
            # State knows of a stage of somebody else's from the first look on, and not before.
            told = [*stacks.seen, *as_seen(stacks.told(now, runs[place:]))]
    return told, stacks.seen


WAVES = Plan(policy=DEFAULTS, waves=(1, 1), soak="72h", windows=((), WINDOWS[3:]))
EACH_THIRD_DAY = Cadence(hours=72)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(plan=plans(), cadence=cadences())
@example(plan=WAVES, cadence=EACH_THIRD_DAY)
@example(
    plan=Plan(policy=DEFAULTS, waves=(1, 2), soak="24h", windows=((), WINDOWS[:1]), consumers=1), cadence=Cadence()
)
def test_what_was_forecast_is_what_the_runs_did(
    sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory, plan: Plan, cadence: Cadence
) -> None:
    """Every step, publication and move, at its run, in its order."""
    with pytest.MonkeyPatch.context() as patch:
        told, seen = played(sandbox, patch, tmp_path_factory.mktemp("targets"), plan, cadence.runs)
    assume(told is not None)
    assert told == seen


def _any_time(**facts: Any) -> BindingDecision:
    return decide_binding(**{**facts, "wave_order": None})


def _three_days_short(rotation: Rotation, policy: Policy, now: datetime) -> Decision:
    return decide(rotation, replace(policy, rotate_before=policy.rotate_before - timedelta(days=3)), now)


# Each is wrong in the forecast alone: the runs have these from elsewhere.
ERRORS = [
    (forecast_binding, "decide_binding", _any_time),
    (forecast, "decide", _three_days_short),
    (forecast, "LIFETIME", timedelta(days=361)),
    (forecast_bundle, "next_entries", lambda published, *_rest: published),
]


@pytest.mark.parametrize("error", ERRORS, ids=[name for _module, name, _wrong in ERRORS])
def test_a_forecast_that_is_wrong_is_found(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: tuple[ModuleType, str, object]
) -> None:
    """The comparison above sees a wait that is forgotten, a date that is off, a publication that is left out."""
    module, name, wrong = error
    monkeypatch.setattr(module, name, wrong)
    told, seen = played(sandbox, monkeypatch, tmp_path, WAVES, EACH_THIRD_DAY.runs)
    assert told != seen
