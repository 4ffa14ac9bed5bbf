"""Write the golden outputs: ``python -m tests.cli.golden``; look at what has changed before it is committed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import pytest

from apigw_sandbox import Sandbox
from tests.cli import scenarios
from tests.cli.accounts import TROUBLED, Account, troubled
from tests.cli.conftest import Command
from tests.doubles.stubbed_aws import keep_to_ourselves

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
#: The same at the sandbox, and whether the states are read.
LIVE: Final[dict[str, tuple[tuple[str, ...], int, bool]]] = {
    "live-80.txt": ((), 80, True),
    "live-160.txt": ((), 160, True),
    "inventory-80.txt": (("--no-state",), 80, False),
    "inventory-160.txt": (("--no-state",), 160, False),
}
REGION: Final = "eu-west-1"


def outputs(command: Command) -> dict[str, str]:
    """Of the states alone, as of the busy day."""
    command.at(scenarios.day(scenarios.BUSY_DAY))
    found = {}
    for name, (arguments, width) in OUTPUTS.items():
        command.columns(width)
        found[name] = command(*arguments, *command.files(*states(name))).out
    return found


def live_outputs(account: Account) -> dict[str, str]:
    """Of a troubled account, with names in the place of the ids that the sandbox draws."""
    files, names = troubled(account)
    found = {}
    for name, (arguments, width, with_states) in LIVE.items():
        account.command.columns(width)
        account.sandbox.clock.set(TROUBLED)
        text = account.status(*arguments, *(files if with_states else ())).out
        for one, shown in names.items():
            text = text.replace(one, shown)
        found[name] = text
    return found


def states(name: str) -> list[bytes]:
    """The fleet that an output is about."""
    return scenarios.remembered() if name.startswith("history") else scenarios.busy()


def write() -> None:
    """All of them."""
    with (
        tempfile.TemporaryDirectory() as name,
        pytest.MonkeyPatch.context() as patch,
        Sandbox(region=REGION) as sandbox,
    ):
        folder, command = Path(name), Command(Path(name), patch)
        keep_to_ourselves(patch)
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        account = Account(sandbox, command, patch, folder)
        for file, text in {**outputs(command), **live_outputs(account)}.items():
            (FOLDER / file).write_text(text)


if __name__ == "__main__":
    write()
