"""The shape of reports/proof.json, for who reads it."""

from __future__ import annotations

from typing import TypedDict


class Machine(TypedDict):
    """Where it ran."""

    cpus: int | None
    python: str


class Shape(TypedDict):
    """The requests of one shape on one backend."""

    requests: int
    failed: int
    p50_ms: float
    p99_ms: float


class Backend(Shape):
    """One rotation; ``fewest_near`` is per shape, within ±2 s of any publish, reload, PATCH or DELETE."""

    name: str
    reasons: dict[str, int]
    sent: int
    recorded: int
    answered: int
    by_shape: dict[str, Shape]
    by_certificate: dict[str, int]
    fewest_near: dict[str, int]
    wanted_near: int
    seconds: float


class _Told(TypedDict, total=False):
    says: str
    configuration: str


class Control(_Told):
    """One wrong order; ``expected`` are expressions that say which reasons it may fail for.

    ``baseline_failed`` is null where the baseline could not be performed.
    """

    name: str
    backend: str
    requests: int
    failed: int
    reasons: dict[str, int]
    baseline_failed: int | None
    window_seconds: float
    expected: list[str]


class Report(TypedDict):
    """What reports/proof.json holds; ``failed`` is null where an incomplete proof saw no failure."""

    requests: int
    failed: int | None
    incomplete: bool
    complaints: list[str]
    seconds: float
    machine: Machine
    backends: list[Backend]
    controls: list[Control]
