"""AWS calls of one rotation, ``pulumi up --refresh`` after ``pulumi up --refresh``, from the sandbox's journal.

One certificate, one published file and so many stages, ten to an API. The floor is what AWS's API asks for at least:

- *create*: the list of certificates (is a lost one among them?) and of each API's stages before anything is made, a
  generate, and for each stage a read right before its PATCH.
- *issue*: a generate. *activate*: a read and a PATCH for each stage. *confirm*: none. *retire*: a delete.
- a refresh: the list of certificates, and for each API that of its stages.
- *confirm* and *retire* look at every stage of the account: the lists of APIs (REST, WebSocket), and of each one's
  stages.
- each run is asked once whose credentials it has.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from apigw_sandbox import Sandbox
from benchmarks.account import STAGES_PER_API
from benchmarks.figures import Figure
from benchmarks.one_rotation import DAYS, begin_day, stack_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from acceptance.pulumi_stack import PulumiStack


def figures(folder: Path, sizes: Iterable[int]) -> Iterator[Figure]:
    """Changing calls and reads of each step, for one certificate and so many stages."""
    for size in sizes:
        with Sandbox() as sandbox:
            stack = stack_of(sandbox, folder / f"calls-{size}", size)
            for step in DAYS:
                counted = _run(sandbox, stack, step)
                yield from _of_step(step, size, counted)


def floor_of(step: str, stages: int) -> tuple[int, int]:
    """The least that a step may cost: changing calls, and reads."""
    apis = math.ceil(stages / STAGES_PER_API)
    scan, refresh, account = apis + 2, apis + 1, 1
    return {
        "create": (1 + stages, stages + refresh + account),
        "issue": (1, refresh + account),
        "activate": (stages, stages + refresh + account),
        "confirm": (0, scan + refresh + account),
        "retire": (1, scan + refresh + account),
    }[step]


def _of_step(step: str, size: int, counted: Counter[tuple[str, bool]]) -> Iterator[Figure]:
    changing, reading = floor_of(step, size)
    changes = sum(times for (_, mutates), times in counted.items() if mutates)
    reads = sum(times for (_, mutates), times in counted.items() if not mutates)
    yield Figure(name=f"calls.{step}.{size}.changing", value=changes, unit="calls", at_most=changing)
    yield Figure(name=f"calls.{step}.{size}.reading", value=reads, unit="calls", at_most=reading)
    for (action, mutates), times in sorted(counted.items()):
        if not mutates:
            yield Figure(name=f"calls.{step}.{size}.{action}", value=times, unit="calls")


def _run(sandbox: Sandbox, stack: PulumiStack, step: str) -> Counter[tuple[str, bool]]:
    begin_day(sandbox, stack, step)
    before = sandbox.journal.last_number
    done = stack.up("--refresh")
    if not done.succeeded:
        raise AssertionError(done.output)
    return Counter((one.action, one.mutates) for one in sandbox.journal.calls(since=before))
