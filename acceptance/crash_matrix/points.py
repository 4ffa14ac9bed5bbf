"""The points of the matrix, derived from the recorded calls of an undisturbed run; none is written by hand."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from acceptance.crash_matrix.kinds import Kind, fault_of, kinds_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from apigw_sandbox.faults import Fault, SeenCall

IN_PROCESS, REAL_ENGINE = "a", "b"
"""The two layers: the lifecycle code called in the engine's order, and the engine itself."""

SEED = 20260302
"""The sample's; the variable CRASH_MATRIX_SEED chooses another."""

REAL_KINDS = (Kind.KILLED, Kind.ANSWERS_LOST)
"""What the second layer adds: the process really dies, and the engine sees the error of a lost answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """One call of an undisturbed run.

    ``label`` names it without ids that differ from run to run. ``operation`` is the lifecycle's, as in
    ``certificate.update``, "" where it is not known. ``seen`` is the sandbox's record.
    """

    seen: SeenCall
    label: str
    operation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing that happens to one call of one scenario."""

    layer: str
    scenario: str
    call: RecordedCall
    kind: Kind

    @property
    def id(self) -> str:
        """Stable from run to run, without a character that a shell minds."""
        label = re.sub(r"[^A-Za-z0-9]+", "-", self.call.label).strip("-")
        # Bindings run side by side in the engine, so that there the number of a call tells nothing.
        place = f"{self.call.seen.number:02}-{label}" if self.layer == IN_PROCESS else label
        return f"{self.layer}:{self.scenario}:{place}:{self.kind.value}"


def label_of(call: SeenCall, names: Mapping[str, str]) -> str:
    """Action and resource, the resource's ids replaced by names; a parameter's name stays."""
    resource = "/".join(names.get(part, part) for part in call.resource.split("/"))
    again = "" if call.occurrence == 1 else f" ({call.occurrence})"
    return f"{call.action} {resource}".strip() + again


def points_of(layer: str, scenario: str, calls: Iterable[RecordedCall]) -> list[Point]:
    """Everything that can happen at every call."""
    return [
        Point(layer=layer, scenario=scenario, call=call, kind=kind)
        for call in calls
        for kind in kinds_for(call.seen)
        if layer == IN_PROCESS or kind in REAL_KINDS
    ]


def fault_at(point: Point) -> Fault:
    """The sandbox's fault for the point's call, by name: no number would do where calls run side by side."""
    seen = point.call.seen
    return replace(
        fault_of(point.kind),
        service=seen.service,
        action=seen.action,
        resource=seen.resource,
        calls=(seen.occurrence,),
    )


def sampled(points: Iterable[Point], share: float, seed: int) -> list[Point]:
    """The points that a seed chooses, each by its id alone: a new call elsewhere changes nobody's turn."""
    return [point for point in points if _drawn(f"{seed}:{point.id}") < share]


def seed() -> int:
    """The seed of the sample."""
    return int(os.environ.get("CRASH_MATRIX_SEED", SEED))


def _drawn(text: str) -> float:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") / 2**64
