"""What one command costs, with all processes that it starts.

Processor time is what the kernel counted for every process that ended, so a busy machine changes it little; the wall
time does change. Memory and the processes' own shares are looked at every 50 ms, in Linux's ``/proc``.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import resource
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from typing_extensions import Self

_LOOK_SECONDS: Final = 0.05
_SUBREAPER: Final = 36  # PR_SET_CHILD_SUBREAPER of <linux/prctl.h>
_KIND: Final = {
    "pulumi-language-python-exec": "program",
    "pulumi.dynamic": "dynamic host",
    "pulumi-language-python": "language host",
}
"""What is in a command line -> what the process is; the first that fits. Others are the CLI and its helpers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds and MiB. ``by_kind``: processor seconds of program, dynamic host, CLI, to a look's length."""

    wall: float
    cpu: float
    peak: float
    by_kind: Mapping[str, float]
    output: str = field(repr=False)


def cost_of(command: Sequence[str], env: Mapping[str, str], folder: Path) -> Cost:
    """Run a command in a folder; raises ``AssertionError`` with all that it printed where it fails."""
    _keep_orphans()
    before = _children_seconds()
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    with process, _Watch(process.pid) as watch:
        output, _ = process.communicate()
        wall = time.perf_counter() - began
    _reap_orphans()
    if process.returncode != 0:
        raise AssertionError(f"{' '.join(command)} ended with {process.returncode}:\n{output}")
    cpu = _children_seconds() - before
    return Cost(wall=wall, cpu=cpu, peak=watch.peak / 1024, by_kind=watch.by_kind(), output=output)


@functools.cache
def _keep_orphans() -> None:
    """Become the parent of what outlives its own: its time would be nobody's."""
    ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0)


def _reap_orphans() -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Watch:
    """Looks at all processes of a session until the block ends."""

    def __init__(self, session: int) -> None:
        self._session = str(session)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._seconds: dict[str, tuple[str, float]] = {}
        self.peak = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def by_kind(self) -> dict[str, float]:
        """Processor seconds of each kind of process, as last seen."""
        found: dict[str, float] = {}
        for kind, seconds in self._seconds.values():
            found[kind] = found.get(kind, 0.0) + seconds
        return found

    def _look(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            held = 0.0
            for folder in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    held += self._one(folder)
            self.peak = max(self.peak, held)

    def _one(self, folder: Path) -> float:
        """KiB that a process of the session holds, its seconds noted; 0 for others."""
        after_name = (folder / "stat").read_text().rpartition(")")[2].split()
        if after_name[3] != self._session:
            return 0.0
        seconds = (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")
        # What has ended has no command line any more.
        command = (folder / "cmdline").read_text().replace("\0", " ")
        before, _ = self._seconds.get(folder.name, ("CLI", 0.0))
        kind = next((kind for part, kind in _KIND.items() if part in command), "CLI") if command else before
        self._seconds[folder.name] = (kind, seconds)
        return int(after_name[21]) * os.sysconf("SC_PAGE_SIZE") / 1024
