"""`make demo`: one year of a client certificate on the real Pulumi engine, against the sandbox.

Ends with 0 only if the account looked as it should after every step. All that it writes is in `.demo/`, which is
removed at the start.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from acceptance.demo.scenario import DEMO, Scenario
from acceptance.demo.story import tell
from acceptance.demo.terminal import Terminal
from apigw_sandbox import Sandbox
from tools.toolchain import TOOLS, ToolchainError, bin_dir

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

INTERRUPTED = 128 + signal.SIGINT
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Tell the story and return the exit status: 0 if it held, 1 if not, 130 when it was stopped from outside."""
    for name in ENDING:
        signal.signal(name, _interrupt)
    terminal = Terminal(sys.stdout, colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ)
    try:
        bin_dir()
        with _alone():
            return _demo(terminal)
    except ToolchainError as error:
        terminal.failure(str(error))
        return 1
    except KeyboardInterrupt:
        terminal.failure("stopped from outside; Pulumi and the sandbox have ended with it")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has left (`make demo | head`); without this the interpreter complains once more while it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _demo(terminal: Terminal) -> int:
    began = time.monotonic()
    shutil.rmtree(DEMO, ignore_errors=True)
    broken = ""
    with Sandbox() as sandbox:
        scenario = Scenario(sandbox, terminal)
        try:
            tell(scenario)
        except AssertionError as error:  # StoryBroken, or a command around the story that failed
            broken = str(error)
        terminal.journal(scenario.runs, sandbox.journal.entries())
    if broken:
        terminal.failure(f"the story did not hold: {broken}")
        return 1
    terminal.success(f"The story held, in {time.monotonic() - began:.0f} s.")
    return 0


@contextmanager
def _alone() -> Iterator[None]:
    """Two demos in one clone take turns: they share `.demo/`."""
    with (TOOLS / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Begin to stop. Once is enough: a second Ctrl-C would leave plugins behind that the CLI is about to stop."""
    for name in ENDING:
        signal.signal(name, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
