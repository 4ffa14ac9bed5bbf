"""A preview with nothing due, beside one of as many dynamic resources that do nothing.

``pulumi up`` makes one certificate, its bundle and its binding; the stack's state is then multiplied.
"""

from __future__ import annotations

import os
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from acceptance.import_audit import ImportAudit
from acceptance.pulumi_stack import PulumiStack
from apigw_sandbox import Sandbox
from benchmarks.cost import Cost, cost_of
from benchmarks.figures import Figure
from benchmarks.growth import exponent
from benchmarks.multiplied import configured, multiplied, places_of
from tools.toolchain import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

RATIO: Final = 1.10
EXPONENT: Final = 1.05
STAGE: Final = "stage0000"
# What is loaded does not depend on the number, and a look is one more preview.
MOST_LOOKED_INTO: Final = 300
HEAVY: Final = ("boto3", "botocore", "cryptography")
_PREVIEW: Final = ("preview", "--non-interactive", "--color", "never", "--expect-no-changes")


@dataclass(frozen=True, slots=True)
class Pair:
    """One preview of ours and one of the floor's, right after each other."""

    ours: Cost
    floor: Cost


def figures(folder: Path, pairs: Mapping[int, int]) -> Iterator[Figure]:
    """What previews cost; ``pairs`` says for which numbers of certificates, and how often each is measured."""
    medians: dict[int, tuple[float, float]] = {}
    peaks: dict[int, float] = {}
    for size, times in pairs.items():
        with Sandbox() as sandbox:
            ours, floor = _prepared(sandbox, folder / str(size), size)
            before = sandbox.journal.last_number
            measured = [_pair(ours, floor, ours_first=bool(number % 2)) for number in range(times)]
            calls = len(sandbox.journal.calls(since=before))
            heavy = _heavy(ours, folder / str(size) / "audit") if size <= MOST_LOOKED_INTO else None
        yield from _compared(size, measured)
        yield Figure(name=f"preview.{size}.aws_calls", value=calls, unit="calls", at_most=0)
        if heavy is not None:
            yield Figure(name=f"preview.{size}.boto3_or_cryptography_loaded", value=heavy, unit="modules", at_most=0)
        medians[size] = _median(measured, "ours", "cpu"), _median(measured, "floor", "cpu")
        peaks[size] = _median(measured, "ours", "peak")
    for number, name in enumerate(("ours", "floor")):
        target = EXPONENT if name == "ours" else None
        found = exponent({size: one[number] for size, one in medians.items()})
        yield Figure(name=f"growth.preview_cpu_{name}", value=found, unit="exponent", at_most=target)
    yield Figure(name="growth.preview_memory", value=exponent(peaks), unit="exponent", at_most=EXPONENT)


def _prepared(sandbox: Sandbox, folder: Path, size: int) -> tuple[PulumiStack, PulumiStack]:
    """Both stacks, made and at rest."""
    api = sandbox.console.create_rest_api("one", stages=[STAGE])
    return _stack(sandbox, folder, "rotating", api, size), _stack(sandbox, folder, "floor", api, size)


def _stack(sandbox: Sandbox, folder: Path, program: str, api: str, size: int) -> PulumiStack:
    stack = PulumiStack(folder / program, program, folder / "backend")
    stack.write_project((ROOT / "benchmarks" / "programs" / f"{program}.py").read_text(encoding="utf-8"), program)
    stack.init()
    stack.env["PYTHONPATH"] = os.pathsep.join((str(ROOT / "tools" / "pip_list_once"), str(ROOT)))
    stack.configure({"endpointUrl": sandbox.endpoint_url, "stages": configured([(api, STAGE)])})
    cost_of(*stack.call("up", "--yes", "--skip-preview", "--non-interactive", "--color", "never"))
    stack.import_state(multiplied(stack.export(), api, STAGE, size))
    stack.configure({"stages": configured(places_of(api, STAGE, size))})
    return stack


def _pair(ours: PulumiStack, floor: PulumiStack, *, ours_first: bool) -> Pair:
    order = (ours, floor) if ours_first else (floor, ours)
    costs = {stack.name: cost_of(*stack.call(*_PREVIEW)) for stack in order}
    return Pair(ours=costs[ours.name], floor=costs[floor.name])


def _heavy(stack: PulumiStack, folder: Path) -> int:
    """How many of the heavy packages a preview loads, in the program and in the host."""
    audit = ImportAudit(stack, folder)
    cost_of(*stack.call(*_PREVIEW))
    host, program = audit.taken()
    return sum(one in loaded for loaded in (host, program) for one in HEAVY)


def _compared(size: int, measured: Sequence[Pair]) -> Iterator[Figure]:
    for what, unit in (("cpu", "s"), ("wall", "s"), ("peak", "MiB")):
        for whose in ("ours", "floor"):
            yield Figure(name=f"preview.{size}.{what}_{whose}", value=_median(measured, whose, what), unit=unit)
        ratio = statistics.median(getattr(one.ours, what) / getattr(one.floor, what) for one in measured)
        target = RATIO if what == "cpu" else None
        yield Figure(name=f"preview.{size}.{what}_ratio", value=ratio, unit="ratio", at_most=target)
    for kind in ("program", "dynamic host", "CLI"):
        for whose in ("ours", "floor"):
            seconds = statistics.median(getattr(one, whose).by_kind.get(kind, 0.0) for one in measured)
            yield Figure(name=f"preview.{size}.cpu_of_{kind.replace(' ', '_')}_{whose}", value=seconds, unit="s")


def _median(measured: Sequence[Pair], whose: str, what: str) -> float:
    found: float = statistics.median(getattr(getattr(one, whose), what) for one in measured)
    return found
