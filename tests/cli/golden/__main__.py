"""Write the golden outputs: ``python -m tests.cli.golden``; look at what has changed before it is committed."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from pathlib import Path
from typing import Final

from apigw_client_cert.cli.program import main
from apigw_client_cert.clock import VARIABLE, format_instant
from tests.cli import scenarios

FOLDER: Final = Path(__file__).parent
#: File -> the arguments before the states, and the width.
OUTPUTS: Final[dict[str, tuple[tuple[str, ...], int]]] = {
    "status-80.txt": (("status",), 80),
    "status-160.txt": (("status",), 160),
    "status.json": (("status", "--json"), 80),
    "status.md": (("status", "--format", "markdown"), 80),
    "status.prom": (("status", "--format", "prometheus"), 80),
    "check.txt": (("check",), 80),
    "matrix.json": (("matrix",), 80),
    "matrix-gitlab.json": (("matrix", "--format", "gitlab"), 80),
    "forecast-80.txt": (("forecast", "--until", "2028-03-10", "--cron", "17 6 * * 1"), 80),
    "forecast-160.txt": (("forecast", "--until", "2028-03-10", "--every", "24h"), 160),
    "forecast.json": (("forecast", "--until", "2028-03-10", "--json"), 80),
    "explain-80.txt": (("explain", "orders"), 80),
    "explain-160.txt": (("explain", "orders"), 160),
    "explain.json": (("explain", "orders", "--json"), 80),
    "history-80.txt": (("history",), 80),
    "history-160.txt": (("history",), 160),
    "history.json": (("history", "--json"), 80),
    "history.md": (("history", "--format", "markdown"), 80),
}


def states(name: str) -> list[bytes]:
    """The fleet that an output is about."""
    return scenarios.remembered() if name.startswith("history") else scenarios.busy()


def write() -> None:
    """All of them, as of the busy day."""
    os.environ[VARIABLE] = format_instant(scenarios.day(scenarios.BUSY_DAY))
    for name, (arguments, width) in OUTPUTS.items():
        os.environ["COLUMNS"] = str(width)
        said = io.StringIO()
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder) / f"{number}.json" for number, _state in enumerate(states(name))]
            for file, content in zip(files, states(name), strict=True):
                file.write_bytes(content)
            with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
                main([*arguments, *map(str, files)])
        (FOLDER / name).write_text(said.getvalue())


if __name__ == "__main__":
    write()
