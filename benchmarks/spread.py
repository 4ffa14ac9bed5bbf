"""Many certificates created on one day: how their steps fall on days, with ``jitter`` and without. A simulation.

The rules play each certificate's first rotation forward, by daily runs; nothing else takes part. Certificates are of
stacks of their own, and present to a stage of their own, ten stages to an API: the most calls that so many can cost.
Of API Gateway, each day every stack's refresh reads the list of certificates (500 to a page) and the stages of its API.
On top come

- *issue*: a generate. *activate*: a read and a PATCH. *retire*: a delete.
- *confirm* and *retire* look at every stage of the account: the lists of APIs (REST, 500 to a page; WebSocket), and of
  each one's stages.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from apigw_client_cert.rotation.forecast import forecast
from apigw_client_cert.rotation.policy import Policy, draw_jitter
from apigw_client_cert.rotation.transitions import Step
from benchmarks.account import STAGES_PER_API, START, seconds_at_the_limit
from benchmarks.core import steady
from benchmarks.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FLEET: Final = 10_000
# A day's share is about one part in the days of jitter: 34 at least, and some more, as names are drawn by chance.
JITTER: Final = timedelta(days=40)
PERCENT: Final = 3.0
_DAY: Final = timedelta(days=1)
STEPS: Final = (Step.ISSUE, Step.ACTIVATE, Step.CONFIRM, Step.RETIRE)

_HOURS: Final = 24
_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Days:
    """Days since the creation -> how often each step is taken on it."""

    steps: Mapping[int, Counter[Step]]

    @property
    def shares(self) -> dict[int, float]:
        """Percent of all steps that each day has, in the order of the days."""
        every = sum(one.total() for one in self.steps.values())
        return {day: 100 * self.steps[day].total() / every for day in sorted(self.steps)}

    def calls(self, fleet: int) -> int:
        """The calls to API Gateway on the day that has most."""
        return max(calls_of(one, fleet) for one in self.steps.values())


def figures(fleet: int = FLEET) -> Iterator[Figure]:
    """The busiest day's share of the steps, and its calls against what AWS grants; with jitter and without."""
    for name, jitter in (("without_jitter", timedelta(0)), ("with_jitter", JITTER)):
        days = days_of(jitter, fleet)
        judged = bool(jitter)
        shares = days.shares
        yield Figure(
            name=f"spread.{name}.busiest_day",
            value=max(shares.values()),
            unit="% of the steps",
            at_most=PERCENT if judged else None,
            series=shares,
        )
        calls = days.calls(fleet)
        yield Figure(name=f"spread.{name}.busiest_day_calls", value=calls, unit="calls")
        yield Figure(
            name=f"spread.{name}.busiest_day_at_the_limit",
            value=hours_at_the_limit(calls),
            unit="h",
            at_most=_HOURS if judged else None,
        )


def days_of(jitter: timedelta, fleet: int) -> Days:
    """When daily runs take the steps of the first rotation of so many certificates, all created at once."""
    rotation = steady(START)
    steps: dict[int, Counter[Step]] = {}
    # Those that run equally early are played once.
    drawn = Counter(draw_jitter(jitter, f"certificate-{number}") for number in range(fleet))
    for early, times in drawn.items():
        for one in forecast(rotation, Policy(jitter=early), start=START, every=_DAY, most=len(STEPS)):
            steps.setdefault((one.at - START) // _DAY, Counter())[one.step] += times
    return Days(steps)


def calls_of(steps: Mapping[Step, int], fleet: int) -> int:
    """What a day on which these steps are taken costs of API Gateway: them, and every stack's refresh."""
    apis = math.ceil(fleet / STAGES_PER_API)
    scan = math.ceil(apis / _PAGE) + 1 + apis
    refresh = math.ceil(fleet / _PAGE) + 1
    each = {Step.ISSUE: 1, Step.ACTIVATE: 2, Step.CONFIRM: scan, Step.RETIRE: scan + 1}
    return fleet * refresh + sum(each[step] * times for step, times in steps.items())


def hours_at_the_limit(calls: int) -> float:
    """How long so many calls take at least where the account has the burst to begin with."""
    return seconds_at_the_limit(calls) / 3600
