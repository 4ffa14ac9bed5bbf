"""The figures of a run, and what keeps it from being a proof. Pure."""

from __future__ import annotations

import collections
import math
from http import HTTPStatus
from typing import TYPE_CHECKING

from acceptance.load.observed import NEW, NONE, OLD
from acceptance.load.plan import WITHIN_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.load.observed import Request, Run

SHAPES = ("new", "keepalive", "resumed", "long")
BOUNDARIES = ("publish", "reload", "PATCH", "DELETE")
# An open loop that falls behind its rate has not asked what it was to ask.
RATE_KEPT = 0.98


def figures(run: Run, wanted_near: int) -> dict[str, object]:
    """What ``reports/proof.json`` says of one backend; times in milliseconds, slow requests apart."""
    quick = [request for request in run.requests if request.shape != "long"]
    by_certificate = collections.Counter(request.certificate for request in run.requests)
    return {
        "name": run.backend,
        "requests": len(run.requests),
        "failed": len(run.failed),
        "reasons": reasons(run),
        "sent": run.sent,
        "recorded": run.recorded,
        "answered": run.answered,
        "seconds": round(duration(run), 1),
        "rate": round(rate(run), 1),
        "p50_ms": percentile(quick, 50),
        "p99_ms": percentile(quick, 99),
        "by_shape": {
            shape: _shape_figures([request for request in run.requests if request.shape == shape]) for shape in SHAPES
        },
        "by_certificate": {name: by_certificate[name] for name in (OLD, NEW, NONE)},
        "fewest_near": fewest_near(run),
        "wanted_near": wanted_near,
    }


def reasons(run: Run) -> dict[str, int]:
    """Why requests failed, the most frequent first."""
    return dict(collections.Counter(request.failure for request in run.failed).most_common())


def complaints(run: Run, wanted_near: int) -> list[str]:
    """What makes the run incomplete: fewer requests than planned, or counts that differ between the three observers.

    A failed request is no complaint: it is a result.
    """
    found = list(run.complaints)
    if run.sent < run.planned_requests:
        found.append(f"{run.sent} of {run.planned_requests} planned requests were sent")
    if rate(run) < RATE_KEPT * run.rate:
        found.append(f"{rate(run):.1f} requests a second were sent where {run.rate:g} were planned")
    if run.sent != run.recorded:
        found.append(f"the load generator counts {run.sent} requests, the data plane {run.recorded}")
    accepted = sum(request.status == HTTPStatus.OK for request in run.requests)
    if accepted != run.answered:
        found.append(f"the load generator counts {accepted} answers, the backend {run.answered}")
    for shape, count in fewest_near(run).items():
        if count < wanted_near:
            found.append(f"only {count} requests of shape {shape} lie near some boundary; {wanted_near} are wanted")
    happened = {event.kind for event in run.events}
    found += [f"nothing of kind {kind} happened under load" for kind in BOUNDARIES if kind not in happened]
    return [f"{run.name}: {one}" for one in found]


def fewest_near(run: Run) -> dict[str, int]:
    """For each shape, how many of its requests were under way near the boundary that has the fewest of them."""
    boundaries = [event for event in run.events if event.kind in BOUNDARIES]
    fewest = {}
    for shape in SHAPES:
        times = [(request.sent, request.answered) for request in run.requests if request.shape == shape]
        near = [
            sum(
                sent <= event.end + WITHIN_SECONDS and answered >= event.start - WITHIN_SECONDS
                for sent, answered in times
            )
            for event in boundaries
        ]
        fewest[shape] = min(near, default=0)
    return fewest


def duration(run: Run) -> float:
    """From the first request to the last, seconds."""
    return run.requests[-1].sent - run.requests[0].sent if run.requests else 0.0


def rate(run: Run) -> float:
    """Requests per second that were really sent."""
    seconds = duration(run)
    return (len(run.requests) - 1) / seconds if seconds else 0.0


def percentile(requests: Sequence[Request], percent: float) -> float:
    """The nearest-rank percentile of how long they took, milliseconds; 0 for none."""
    if not requests:
        return 0.0
    times = sorted(request.seconds for request in requests)
    return round(1000 * times[max(0, math.ceil(percent / 100 * len(times)) - 1)], 1)


def _shape_figures(requests: Sequence[Request]) -> dict[str, object]:
    return {
        "requests": len(requests),
        "failed": sum(bool(request.failure) for request in requests),
        "p50_ms": percentile(requests, 50),
        "p99_ms": percentile(requests, 99),
    }
