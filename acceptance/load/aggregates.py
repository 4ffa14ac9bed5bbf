"""What the picture of a run shows, as numbers: rates by certificate, failures as dots, labels that do not collide."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.load.observed import NEW, OLD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from acceptance.load.observed import Event, Run

OTHER = "none or another"
UNRECORDED = "unrecorded"
"""The shape of a request that the data plane has no record of."""
PULUMI = "pulumi up"

_BIN_SECONDS, _MOST_BINS = 0.5, 400
# More failures than this are drawn as counts per shape and per 1/150 of the run.
DOTS_DRAWN_SINGLY, _SLOTS = 300, 150
_SHAPES = ("new", "keepalive", "resumed", "long")
# Marks of one kind this close together are told by one label.
_TOGETHER_SECONDS = 1.0
_LONGEST_LABEL = 26


@dataclass(frozen=True, slots=True)
class Dot:
    """``count`` failures of one shape, ``at`` seconds after the run's first request."""

    at: float
    shape: str
    count: int


@dataclass(frozen=True, slots=True)
class Mark:
    """One label for one or more events of a kind; ``at`` are their times, in seconds, ascending."""

    kind: str
    text: str
    at: tuple[float, ...]


def begin(run: Run) -> float:
    """When the first request was sent, or else when anything happened; epoch seconds."""
    happened = [event.start for event in run.events] + [phase.start for phase in run.phases]
    return min((request.sent for request in run.requests), default=min(happened, default=0.0))


def duration(run: Run) -> float:
    """Seconds from the first request to the last one; never 0."""
    first = begin(run)
    happened = [event.end for event in run.events] + [phase.end for phase in run.phases]
    last = max((request.sent for request in run.requests), default=max(happened, default=first))
    return max(last - first, _BIN_SECONDS)


def rates(run: Run) -> tuple[list[float], dict[str, list[float]]]:
    """The edges of equal bins in seconds, and the requests per second in each of them by certificate.

    The keys are ``old``, ``new`` and ``OTHER``, in the order in which they are stacked. A request counts when it was
    sent.
    """
    first, seconds = begin(run), duration(run)
    bins = min(_MOST_BINS, max(1, round(seconds / _BIN_SECONDS)))
    width = seconds / bins
    counts = Counter(
        (
            request.certificate if request.certificate in (OLD, NEW) else OTHER,
            min(bins - 1, int((request.sent - first) / width)),
        )
        for request in run.requests
    )
    series = {name: [counts[name, place] / width for place in range(bins)] for name in (OLD, NEW, OTHER)}
    return [place * width for place in range(bins + 1)], series


def shapes(run: Run) -> list[str]:
    """The shapes that occur, in the order in which the strip of failures names them."""
    found = {request.shape or UNRECORDED for request in run.requests}
    return [shape for shape in _SHAPES if shape in found] + sorted(found.difference(_SHAPES))


def failure_dots(run: Run) -> list[Dot]:
    """One dot per failure while they are few, otherwise one per shape and slot; the counts add up to the failures."""
    first, failed = begin(run), run.failed
    if len(failed) <= DOTS_DRAWN_SINGLY:
        return [Dot(request.sent - first, request.shape or UNRECORDED, 1) for request in failed]
    slot = duration(run) / _SLOTS
    counts = Counter(
        (min(_SLOTS - 1, int((request.sent - first) / slot)), request.shape or UNRECORDED) for request in failed
    )
    return [Dot((place + 0.5) * slot, shape, count) for (place, shape), count in sorted(counts.items())]


def marks(run: Run) -> list[Mark]:
    """What was done, in time order; neighbours of one kind within a second share a label.

    Events that began before the first request or after the last one are left out: they met no request.
    """
    first, last = begin(run), begin(run) + duration(run)
    groups: list[list[Event]] = []
    for event in sorted(run.events, key=lambda event: (event.start, event.kind)):
        if not first <= event.start <= last:
            continue
        near = groups and event.start - groups[-1][-1].start <= _TOGETHER_SECONDS
        if near and groups[-1][-1].kind == event.kind:
            groups[-1].append(event)
        else:
            groups.append([event])
    return [Mark(group[0].kind, _label(group), tuple(event.start - first for event in group)) for group in groups]


def _label(group: Sequence[Event]) -> str:
    kind = group[0].kind
    said = list(dict.fromkeys(label for event in group if (label := printable(event.label)) not in ("", kind)))
    joint = f"{kind}: {', '.join(said)}" if said else kind
    if len(group) > 1 and (len(joint) > _LONGEST_LABEL or len(said) < len(group)):
        return f"{kind}, {len(group)} times"
    return shortened(joint, _LONGEST_LABEL)


def lanes(flags: Iterable[tuple[float, float]]) -> list[int]:
    """The lane of each label, 0 lowest, so that no label touches another one or the line of another one.

    A flag is (where its line stands, how far its label reaches to the right), ascending by line. A label lies in its
    lane right of its line, and the line runs down from there. So it has to be higher than every flag whose line
    stands under it.
    """
    placed: list[tuple[float, int]] = []
    for start, width in reversed(list(flags)):
        placed.append((start, 1 + max((lane for line, lane in placed if line <= start + width), default=-1)))
    return [lane for _, lane in reversed(placed)]


def printable(text: str) -> str:
    """The text on one line, without what XML does not allow."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def shortened(text: str, most: int) -> str:
    """At most so many characters; an ellipsis says that there were more."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
