"""`make demo`: one year of a client certificate on the real Pulumi engine, against the sandbox.

Ends with 0 only if the story held. Everything it writes is in `.demo/` (removed at the start) and `reports/demo.json`.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from apigw_sandbox import Sandbox
from tools.demo.promises import promises
from tools.demo.scene import DEMO, Scene
from tools.demo.story import tell
from tools.demo.terminal import Terminal
from tools.toolchain import ROOT, TOOLS, ToolchainError, bin_dir

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

REPORT = ROOT / "reports" / "demo.json"
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
    REPORT.unlink(missing_ok=True)
    shutil.rmtree(DEMO, ignore_errors=True)
    broken = ""
    with Sandbox() as sandbox:
        scene = Scene(sandbox, terminal)
        try:
            tell(scene)
        except AssertionError as error:  # StoryBroken, or a command around the story that failed
            broken = str(error)
        ledger = scene.ledger()
        terminal.journal(ledger, sandbox.journal.entries())
    statements = promises(ledger)
    ok = not broken and all(statement.held for statement in statements)
    if not broken:  # half a story breaks them all, which says nothing
        terminal.promises(statements)
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(ledger.report(ok=ok), indent=2) + "\n", encoding="utf-8")
    if ok:
        seconds = time.monotonic() - began
        terminal.success(f"The story held, in {seconds:.0f} s. Figures: {REPORT.relative_to(ROOT)}")
        return 0
    terminal.failure(f"the story did not hold: {broken or 'see the statements marked BROKEN above'}")
    return 1


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
