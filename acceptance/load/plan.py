"""How long a run's stretches last, and at which rate it is asked, for a wanted number of requests."""

from __future__ import annotations

import math
from dataclasses import dataclass

REQUESTS = 100_000
"""The default of a whole proof, over all backends."""

WITHIN_SECONDS = 2.0
WITHIN_REQUESTS = 50
"""So many requests of each shape, in a whole proof, lie within so many seconds of everything that is done."""

# What two cores carry while a `pulumi up` takes one of them, with the slowest backend; an open loop never waits.
GREATEST_RATE = 150.0
# Below it, single requests decide whether a shape was there when something happened.
SMALLEST_RATE = 20.0
# The four updates and two reloads of a rotation, and the shortest waits below.
SHORTEST_SECONDS = 22.0
# Above it, two runs at once would ask two cores for more than they have.
QUIET_RATE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One run: all in seconds, ``rate`` in requests per second.

    ``steady``: before anything is due. ``lead`` and ``overlap``: the rotation's own. ``lifetime``: of pooled
    connections and resumable sessions, so that none presents an old certificate longer than the overlap allows.
    ``propagation``: of a changed binding. ``slow``: how long a request of shape ``long`` takes. ``tail``: after all.
    """

    requests: int
    rate: float
    steady: float
    lead: float
    overlap: float
    tail: float
    lifetime: float = 2.0
    propagation: float = 1.0
    slow: float = 2.5
    wanted_near: int = 1


def rotation_plan(requests: int, whole: int) -> Plan:
    """The plan of one backend's rotation, which gets ``requests`` of the ``whole`` proof's."""
    rate = min(GREATEST_RATE, max(SMALLEST_RATE, math.ceil(requests / SHORTEST_SECONDS)))
    # Durations of a policy are whole seconds.
    spare = max(0, round(requests / rate - SHORTEST_SECONDS))
    return Plan(
        requests=requests,
        rate=rate,
        steady=2 + 0.2 * spare,
        lead=3 + spare * 3 // 10,
        overlap=4 + spare * 3 // 10,
        tail=2 + 0.2 * spare,
        lifetime=2 + 0.1 * spare,
        wanted_near=max(1, math.floor(WITHIN_REQUESTS * min(1.0, whole / REQUESTS))),
    )


def control_plan() -> Plan:
    """The plan of a positive control, and of its baseline: short, because a wrong order shows within seconds."""
    return Plan(
        requests=0,
        rate=50.0,
        steady=1.0,
        lead=1.0,
        overlap=3.0,
        tail=1.0,
        lifetime=1.5,
        propagation=0.5,
        slow=1.0,
    )


def at_once(plan: Plan) -> int:
    """How many runs of this rate may go on at the same time."""
    return 2 if plan.rate <= QUIET_RATE else 1


def share(whole: int, runs: int) -> int:
    """The requests of each of so many runs, so that together they are no fewer than ``whole``."""
    return math.ceil(whole / runs)
