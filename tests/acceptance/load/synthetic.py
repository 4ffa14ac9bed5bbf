"""Runs as a proof sees them, made up: the same seed gives the same run."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from acceptance.load.observed import NEW, NONE, OLD, Event, Phase, Request, Run

if TYPE_CHECKING:
    from collections.abc import Callable

START = 1_800_000_000.0
REFUSED = "the backend answered 403"
_SHAPES = ("new", "keepalive", "resumed")
_MEDIANS = {"new": 0.009, "keepalive": 0.003, "resumed": 0.006, "long": 1.2}


def rotation_run(
    *, backend: str = "nginx", requests: int = 14_000, seconds: float = 100.0, seed: int = 7, spread: float = 1.5
) -> Run:
    """A rotation without a failure: issued at 20 % of the time, switched at 45 %, retired at 80 %.

    For ``spread`` seconds after the switch requests present either certificate, ever more often the new one.
    """
    run = _run(backend, backend, requests, seconds)
    at = _clock(seconds)
    run.events = _rotation_events(at)
    run.phases = [
        Phase(name="steady", start=at(0), end=at(21.5)),
        Phase(name="published", start=at(21.5), end=at(46)),
        Phase(name="overlapping", start=at(46), end=at(81)),
        Phase(name="steady", start=at(81), end=at(100)),
    ]
    return _loaded(run, seconds, seed, switched=at(45), spread=spread, fails=lambda _when, _certificate: "")


def control_run(*, name: str = "switch-before-publishing", requests: int = 6_000, seconds: float = 40.0) -> Run:
    """A stage that is switched at 40 % to what the backend trusts only at 70 %."""
    run = _run(name, "nginx", requests, seconds)
    at = _clock(seconds)
    run.events = [
        Event(kind="generate", label=NEW, start=at(39), end=at(39)),
        Event(kind="PATCH", label="dev", start=at(40), end=at(40)),
        Event(kind="PATCH", label="prod", start=at(40.2), end=at(40.2)),
        Event(kind="publish", label="old + new", start=at(69), end=at(69)),
        Event(kind="reload", label="old + new", start=at(70), end=at(70.5)),
    ]
    run.phases = [
        Phase(name="steady", start=at(0), end=at(39.5)),
        Phase(name="window", start=at(39.5), end=at(73)),
        Phase(name="steady", start=at(73), end=at(100)),
    ]
    return _loaded(
        run,
        seconds,
        seed=11,
        switched=at(40),
        spread=1.5,
        fails=lambda when, certificate: REFUSED if certificate == NEW and when < at(70.5) else "",
    )


def one_way_run(*, requests: int = 600, seconds: float = 10.0) -> Run:
    """A backend that asks for no certificate, so that none is presented."""
    run = _run("one-way", "node", requests, seconds)
    run.phases = [Phase(name="steady", start=START, end=START + seconds)]
    _loaded(run, seconds, seed=3, switched=START + seconds, spread=1.0, fails=lambda _when, _certificate: "one-way TLS")
    run.requests = [
        Request(
            sent=one.sent,
            seconds=one.seconds,
            stage=one.stage,
            shape=one.shape,
            certificate=NONE,
            seen=NONE,
            status=one.status,
            failure=one.failure,
        )
        for one in run.requests
    ]
    return run


def _run(name: str, backend: str, requests: int, seconds: float) -> Run:
    return Run(name=name, backend=backend, planned_requests=requests, rate=requests / seconds)


def _clock(seconds: float) -> Callable[[float], float]:
    """Epoch seconds of a percentage of the run."""
    return lambda percent: START + seconds * percent / 100


def _rotation_events(at: Callable[[float], float]) -> list[Event]:
    return [
        Event(kind="pulumi up", label="issue", start=at(18.2), end=at(21.5)),
        Event(kind="generate", label=NEW, start=at(20), end=at(20)),
        Event(kind="publish", label="trust", start=at(20.4), end=at(20.4)),
        Event(kind="reload", label="old + new", start=at(25), end=at(25.6)),
        Event(kind="pulumi up", label="activate", start=at(43), end=at(46)),
        Event(kind="PATCH", label="dev", start=at(45), end=at(45)),
        Event(kind="PATCH", label="prod", start=at(45.3), end=at(45.3)),
        Event(kind="pulumi up", label="confirm", start=at(46.2), end=at(49)),
        Event(kind="pulumi up", label="retire", start=at(78), end=at(81)),
        Event(kind="DELETE", label=OLD, start=at(80), end=at(80)),
        Event(kind="publish", label="trust", start=at(80.5), end=at(80.5)),
        Event(kind="reload", label=NEW, start=at(82), end=at(82.6)),
    ]


def _loaded(  # noqa: PLR0913 - what a load is, each thing by its name
    run: Run, seconds: float, seed: int, *, switched: float, spread: float, fails: Callable[[float, str], str]
) -> Run:
    """One request in ten is long; after the switch old and new mix for ``spread`` seconds."""
    chance = random.Random(seed)  # noqa: S311 - made-up traffic, to be the same every time
    for number in range(run.planned_requests):
        sent = START + seconds * number / run.planned_requests
        shape = "long" if number % 10 == 0 else chance.choice(_SHAPES)
        passed = (sent - switched) / spread
        certificate = NEW if passed > 0 and chance.random() < passed else OLD
        failure = fails(sent, certificate)
        run.requests.append(
            Request(
                sent=sent,
                seconds=_MEDIANS[shape] * chance.lognormvariate(0, 0.25),
                stage=("dev", "prod")[number % 2],
                shape=shape,
                certificate=certificate,
                seen="" if failure else certificate,
                status=500 if failure else 200,
                failure=failure,
            )
        )
    run.sent = run.recorded = run.planned_requests
    run.answered = run.planned_requests - len(run.failed)
    return run
