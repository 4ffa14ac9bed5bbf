"""So many stages switched in one ``up`` at AWS's own limit: 10 calls a second with a burst of 40, 50 ms an answer.

One rotation over all of them, by the dynamic resources and by the plugin. *create* and *issue* come before the limit is
set, *no-op* (an ``up`` in which nothing is due) and *activate* with it. Neither refreshes. An ``up`` cannot be quicker
than its calls are let in, nor than one that calls nobody: the greater of the two is the floor.

Both hosts run at once, each with an account of its own: they mostly wait, and a thousand take minutes. ``python -m
benchmarks.limit plugin 1000 FOLDER`` measures one alone.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from apigw_sandbox import Fault, FaultKind, Sandbox
from apigw_sandbox.clock import wall_now
from benchmarks.account import BURST, RATE_PER_SECOND, seconds_at_the_limit
from benchmarks.figures import Figure
from benchmarks.one_rotation import begin_day, stack_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from acceptance.pulumi_stack import Outcome, PulumiStack
    from apigw_sandbox.journal import JournalEntry

HOSTS: Final = ("dynamic", "plugin")
RATIO: Final = 1.3
# How long AWS takes to answer.
LATENCY_SECONDS: Final = 0.05
_LIMITED: Final = frozenset({"apigateway", "apigatewayv2"})
_REFUSED: Final = 429
_TIMEOUT_SECONDS: Final = 1800
_UP: Final = ("up", "--yes", "--skip-preview", "--non-interactive", "--color", "never")


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """The ``up`` that switched, and the one before it that had nothing to do.

    Seconds: ``noop`` and ``wall`` for the whole, ``first`` and ``last`` until a call was let in. ``failed`` counts the
    stages that do not present the new certificate; 1 where another resource failed.
    """

    noop: float
    wall: float
    first: float
    last: float
    calls: int
    refused: int
    failed: int

    @property
    def bucket(self) -> float:
        """The seconds that the limit needs to let the calls in."""
        return seconds_at_the_limit(self.calls)

    @property
    def ratio(self) -> float:
        """The whole against its floor."""
        return self.wall / max(self.bucket, self.noop)


def figures(folder: Path, size: int) -> Iterator[Figure]:
    """How long a switch of so many stages takes, with each host."""
    with ThreadPoolExecutor(len(HOSTS)) as pool:
        switches = list(pool.map(lambda host: _in_a_process(host, size, folder / host), HOSTS))
    for host, switch in zip(HOSTS, switches, strict=True):
        yield from told(f"limit.{host}.{size}", switch)


def _in_a_process(host: str, size: int, folder: Path) -> Switch:
    """Of its own: a process has one sandbox."""
    command = [sys.executable, "-m", "benchmarks.limit", host, str(size), str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Switch(**json.loads(done.stdout))


def told(name: str, switch: Switch) -> Iterator[Figure]:
    """The figures of one switch."""
    yield Figure(name=f"{name}.wall", value=switch.wall, unit="s")
    yield Figure(name=f"{name}.bucket", value=switch.bucket, unit="s")
    yield Figure(name=f"{name}.noop", value=switch.noop, unit="s")
    yield Figure(name=f"{name}.ratio", value=switch.ratio, unit="ratio", at_most=RATIO)
    yield Figure(name=f"{name}.failed", value=switch.failed, unit="resources", at_most=0)
    yield Figure(name=f"{name}.calls", value=switch.calls, unit="calls")
    yield Figure(name=f"{name}.retries", value=switch.refused, unit="calls")
    yield Figure(name=f"{name}.first_call", value=switch.first, unit="s")
    yield Figure(name=f"{name}.last_call", value=switch.last, unit="s")


def counted(calls: Iterable[JournalEntry]) -> tuple[list[JournalEntry], int]:
    """The calls that count against the limit and were let in, and how many were refused: each was sent again."""
    limited = [one for one in calls if one.service in _LIMITED]
    admitted = [one for one in limited if one.status != _REFUSED]
    return admitted, len(limited) - len(admitted)


def _switched(sandbox: Sandbox, stack: PulumiStack) -> Switch:
    for step in ("create", "issue"):
        begin_day(sandbox, stack, step)
        _expect_success(_run(stack))
    sandbox.change(throttle=True, throttle_rate=RATE_PER_SECOND, throttle_burst=BURST)
    sandbox.faults.add(Fault(kind=FaultKind.SLOW, seconds=LATENCY_SECONDS))
    noop = _expect_success(_run(stack, "--expect-no-changes"))
    begin_day(sandbox, stack, "activate")
    before, began = sandbox.journal.last_number, wall_now()
    done = _run(stack)
    admitted, refused = counted(sandbox.journal.calls(since=before))
    unswitched = _unswitched(sandbox)
    if not done.outcome.succeeded:
        print(done.outcome.output, file=sys.stderr)
    let_in = [one.wall for one in admitted] or [began]
    return Switch(
        noop=noop,
        wall=done.seconds,
        first=(let_in[0] - began) / timedelta(seconds=1),
        last=(let_in[-1] - began) / timedelta(seconds=1),
        calls=len(admitted),
        refused=refused,
        failed=max(unswitched, int(not done.outcome.succeeded)),
    )


def _unswitched(sandbox: Sandbox) -> int:
    """How many stages do not present the newest certificate, by the account itself."""
    newest = sandbox.certificates()[-1].id
    return sum(one.client_certificate_id != newest for one in sandbox.stages())


@dataclass(frozen=True, slots=True)
class _Done:
    seconds: float
    outcome: Outcome


def _run(stack: PulumiStack, *flags: str) -> _Done:
    began = time.perf_counter()
    outcome = stack.run(*_UP, *flags, timeout=_TIMEOUT_SECONDS)
    return _Done(time.perf_counter() - began, outcome)


def _expect_success(done: _Done) -> float:
    if not done.outcome.succeeded:
        raise AssertionError(done.outcome.output)
    return done.seconds


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure one host, and print what was found as JSON; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.limit")
    parser.add_argument("host", choices=HOSTS)
    parser.add_argument("size", type=int, help="how many stages")
    parser.add_argument("folder", type=Path, help="an empty one, which is made")
    chosen = parser.parse_args(arguments)
    with Sandbox() as sandbox:
        switch = _switched(sandbox, stack_of(sandbox, chosen.folder, chosen.size, chosen.host))
    print(json.dumps(asdict(switch)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
