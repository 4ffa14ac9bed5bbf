"""The GitHub recipe of docs/fleet.md, day by day: the calls are the page's, and the job runs the stack's program.

The script that waits for a stack's lock is the page's, too; ``test_workers.py`` has it on the real backend.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli import scenarios
from tests.cli.exports import exported

if TYPE_CHECKING:
    from tests.cli.conftest import Command
    from tests.cli.scenarios import OwnRun

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "fleet.md").read_text()
RECIPE = PAGE.partition("### GitHub Actions")[2].partition("### GitLab")[0]
SCRIPT = RECIPE.partition("### A stack that somebody else is in")[2].partition("```sh\n")[2].partition("```")[0]
LOCKED = "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or ..."
CONFLICT = "error: [409] Conflict: Another update is currently in progress."
DUE = re.search(r"\$\(apigw-client-cert (matrix [^)]*)\)", RECIPE)
ALARM = re.search(r"apigw-client-cert (check [^#\n]*)", RECIPE)
# From the job of the matrix to that of the alarm.
HOUR = 1 / 24


def arguments(found: re.Match[str] | None) -> list[str]:
    """Of a call of the page, with files in the place of a backend's stacks."""
    assert found is not None
    return [one for one in shlex.split(found[1]) if one != "--all-stacks"]


class Days:
    """A stack and the recipe's three jobs; the state is what the last run left."""

    def __init__(self, command: Command, run: OwnRun) -> None:
        self.command, self.run = command, run
        self.state = exported(run)

    def due(self, day: float) -> list[dict[str, str]]:
        """The matrix."""
        self.command.at(scenarios.day(day))
        due: list[dict[str, str]] = json.loads(self.command(*arguments(DUE), self.command.file(self.state)).out)[
            "include"
        ]
        return due

    def rotate(self, day: float) -> None:
        """A job: ``pulumi up --refresh``."""
        self.run.at(day)
        self.run.refresh()
        self.run.up()
        self.state = exported(self.run)

    def alarm(self, day: float) -> int:
        """How the alarm ends."""
        self.command.at(scenarios.day(day + HOUR))
        return self.command(*arguments(ALARM), self.command.file(self.state)).code

    def pass_by(self, *days: int) -> list[int]:
        """Days of all three jobs, and how the alarms end."""
        codes = []
        for day in days:
            if self.due(day):
                self.rotate(day)
            codes.append(self.alarm(day))
        return codes


@pytest.fixture
def days(command: Command) -> Days:
    """After the first run."""
    return Days(command, scenarios.ran(scenarios.new_run("orders", "prod"), 0))


def test_the_alarm_is_silent_while_nothing_is_due_and_through_a_rotation(days: Days) -> None:
    """A steady stack is run each day, so that its state is never too old."""
    assert set(days.pass_by(*range(1, 12), *range(335, 345))) == {0}
    assert days.run.presented("prod") == "cert02"


def test_what_drifts_in_a_steady_stack_is_mended_the_next_day(days: Days) -> None:
    """A matrix of what is due alone would run nothing for ten months, and see nothing."""
    days.pass_by(1, 2)
    days.run.gateway.unbind(next(iter(days.run.gateway.stages)))
    days.run.targets["pins.txt"].content = ""
    assert days.pass_by(3) == [0]
    assert days.run.presented("prod") == "cert01"
    assert days.run.targets["pins.txt"].content


def test_jobs_that_do_not_run_are_an_alarm_in_days(days: Days) -> None:
    """Although nothing is due."""
    assert [days.alarm(day) for day in (1, 2, 3, 4)] == [0, 0, 3, 3]


def test_a_state_of_no_time_is_run_and_is_an_alarm(days: Days) -> None:
    """Nobody could say whether runs come."""
    told = json.loads(days.state)
    told["deployment"]["manifest"]["time"] = "0001-01-01T00:00:00Z"
    days.state = json.dumps(told).encode()
    assert [one["reasons"] for one in days.due(1)] == ["stale"]
    assert days.alarm(1) == 3


def test_what_harms_and_what_is_due_come_before_what_is_only_stale(command: Command) -> None:
    """Where ``--limit`` leaves some out."""
    unbound = scenarios.ran(scenarios.new_run("unbound", "prod"), 0)
    unbound.at(336)
    unbound.gateway.unbind(next(iter(unbound.gateway.stages)))
    unbound.refresh()
    steady = exported(scenarios.ran(scenarios.new_run("late", "prod"), 300), project="late")
    due = exported(scenarios.ran(scenarios.new_run("due", "prod"), 0), project="due")
    files = command.files(steady, due, exported(unbound, project="unbound"))
    command.at(scenarios.day(336))
    due_stacks = json.loads(command(*arguments(DUE), *files).out)["include"]
    assert [one["project"] for one in due_stacks] == ["unbound", "due", "late"]
    assert [one["reasons"] for one in due_stacks] == ["unbound issue", "issue stale", "stale"]


@pytest.mark.parametrize(
    ("answers", "tries", "status"),
    [
        ([("up", 0)], 1, 0),
        ([(LOCKED, 1), (CONFLICT, 255), ("up", 0)], 3, 0),
        ([(LOCKED, 1), ("error: no credentials", 7), ("up", 0)], 2, 7),
        ([(LOCKED, 3)] * 11, 10, 3),
    ],
    ids=["free", "taken for a while", "another failure", "taken for ever"],
)
def test_the_script_waits_for_a_lock_and_for_nothing_else(
    tmp_path: Path, answers: list[tuple[str, int]], tries: int, status: int
) -> None:
    """Under ``sh -e``, with a fake program in the place of the CLI."""
    fake = tmp_path / "pulumi"
    cases = "".join(f"{number}) echo '{said}'; exit {code};;\n" for number, (said, code) in enumerate(answers, 1))
    fake.write_text(f'#!/bin/sh\necho "$@" >>calls\ncase $(wc -l <calls) in\n{cases}esac\n')
    fake.chmod(0o755)
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "STACK": "prod", "PROJECT": "orders", "PAUSE": "0"}
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", SCRIPT], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.splitlines()) == (status, [said for said, _code in answers[:tries]])
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls == ["up --yes --refresh --non-interactive --stack prod --cwd stacks/orders"] * tries
