"""Runs that are performed beside each other, each in a process of its own: a sandbox has its process to itself."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import TYPE_CHECKING, Generic, TypeVar

from acceptance.load.rotation import ProofBroken
from acceptance.load.tally import reasons
from acceptance.servers.backend import ReloadError, ServerExitedError, ToolMissingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from acceptance.load.observed import Run

Result = TypeVar("Result")
# What a machine, a server or a step may do; anything else is a defect of the harness and ends it.
UNEXPECTED_FAILURES = (ProofBroken, ReloadError, ServerExitedError, ToolMissingError, OSError)


@dataclass(frozen=True, slots=True)
class Job(Generic[Result]):
    """A run to perform."""

    name: str
    perform: Callable[..., Result]
    arguments: tuple[object, ...]


@dataclass(slots=True)
class Jobs(Generic[Result]):
    """Performs jobs and tells how each went.

    Args:
        who: What the lines begin with.
        run_of: The run in what a job returns.
    """

    who: str
    run_of: Callable[[Result], Run]
    unexpected_failures: list[str] = field(default_factory=list)
    """Why some were not performed; the others are still worth measuring."""

    def perform(self, jobs: Sequence[Job[Result]], at_once: int) -> dict[str, Result]:
        """The results by name, so many jobs at a time; one that could not be performed is a mishap."""
        results = {}
        with ProcessPoolExecutor(at_once, get_context("spawn")) as processes:
            pending = [(job.name, processes.submit(job.perform, *job.arguments)) for job in jobs]
            for name, future in pending:
                result = self._result(name, future)
                if result is not None:
                    results[name] = result
        return results

    def _result(self, name: str, future: Future[Result]) -> Result | None:
        try:
            result = future.result()
        except UNEXPECTED_FAILURES as error:
            self.unexpected_failures.append(f"{name}: {type(error).__name__}: {error}")
            self._say(self.unexpected_failures[-1])
            return None
        run = self.run_of(result)
        self._say(f"{name}: {len(run.requests)} requests, {len(run.failed)} failed")
        for reason, count in reasons(run).items():
            self._say(f"{name}:   {count} times: {reason}")
        return result

    def _say(self, line: str) -> None:
        print(f"{self.who}: {line}", flush=True)
