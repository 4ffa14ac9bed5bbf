"""What one run showed: every request as its sender and the sandbox saw it, and what was done meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field

OLD, NEW, NONE = "old", "new", "none"
"""Generation 1, generation 2, and no certificate: how a run names what a request presented."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, joined from the load generator's result and the data plane's record.

    ``sent`` is the generator's time in epoch seconds, ``seconds`` what it waited. ``shape`` and ``stage`` are the data
    plane's. ``certificate`` is what the backend knew the connection by: ``old``, ``new``, ``none``, or an id.
    ``seen`` is what the backend itself named, in the same words; "" where nothing came back. ``failure`` is "" for a
    200 whose backend saw the certificate that was presented; otherwise why it counts as failed, in words that do
    not change from request to request.
    """

    sent: float
    seconds: float
    stage: str
    shape: str
    certificate: str
    seen: str
    status: int
    failure: str = ""

    @property
    def answered(self) -> float:
        """When the answer was there, epoch seconds."""
        return self.sent + self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that was done to the system, from ``start`` to ``end`` (epoch seconds).

    ``kind`` is ``generate``, ``publish``, ``reload``, ``PATCH``, ``DELETE`` or ``pulumi up``; ``label`` says more.
    """

    kind: str
    label: str
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A stretch of a run: ``steady``, ``published`` or ``overlapping``, or a control's ``window``."""

    name: str
    start: float
    end: float


@dataclass(slots=True, kw_only=True)
class Run:
    """One rotation on one backend under one load.

    ``planned_requests`` and ``rate`` (per second) are what the load was to be; ``sent`` is what the generator says it
    sent, ``recorded`` what the data plane recorded, ``answered`` what the backend says it answered with 200.
    ``complaints`` are what makes the run worthless as a proof: a load generator that died, counts that differ.
    """

    name: str
    backend: str
    planned_requests: int
    rate: float
    requests: list[Request] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    phases: list[Phase] = field(default_factory=list)
    sent: int = 0
    recorded: int = 0
    answered: int = 0
    complaints: list[str] = field(default_factory=list)

    @property
    def failed(self) -> list[Request]:
        """The requests that count as failed."""
        return [request for request in self.requests if request.failure]
