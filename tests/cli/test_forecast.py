"""``forecast``: over all states, at a cadence as users write it, and what is wrong with that."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli import scenarios
from tests.cli.golden.__main__ import FOLDER
from tests.cli.test_status import described

if TYPE_CHECKING:
    from tests.cli.conftest import Command


def test_the_json_is_what_the_schema_describes() -> None:
    """Every property of it."""
    described("forecast").validate(json.loads((FOLDER / "forecast.json").read_text()))


@pytest.mark.parametrize(
    ("cadence", "first"),
    [
        ((), "2027-02-02T10:00:00Z"),
        (("--every", "7d"), "2027-02-08T10:00:00Z"),
        (("--cron", "17 6 * * *"), "2027-02-03T06:17:00Z"),
        (("--cron", "17 6 * * 1", "--timezone", "America/New_York"), "2027-02-08T11:17:00Z"),
    ],
    ids=["daily", "every", "cron", "zone"],
)
def test_runs_come_as_they_are_said_to(command: Command, cadence: tuple[str, ...], first: str) -> None:
    """The lead ends on 2 February, 08:48: the first run after it activates."""
    command.at(scenarios.day(336))
    answer = command("forecast", "--json", "--until", "2027-03-01", *cadence, command.file(scenarios.published()))
    told = json.loads(answer.out)
    described("forecast").validate(told)
    assert (answer.code, told["findings"]) == (0, [])
    assert (told["steps"][0]["step"], told["steps"][0]["at"]) == ("activate", first)


def test_a_consumer_moves_in_the_run_of_its_owner(command: Command) -> None:
    """Both were read; the consumer alone cannot be told."""
    owner, consumer = scenarios.two_stacks()
    command.at(scenarios.day(337))
    answer = command("forecast", "--json", "--until", "2027-03-01", *command.files(consumer, owner))
    moves = [one for one in json.loads(answer.out)["steps"] if one["step"] == "move"]
    assert [(one["stack"], one["former"], one["generation"]) for one in moves] == [("team/prod", 1, 2)]
    assert answer.code == 0
    alone = command("forecast", "--until", "2027-03-01", command.file(consumer))
    assert alone.code == 4
    assert "the stack that owns the certificate was not read" in " ".join(alone.out.split())


def test_a_cadence_that_is_too_slow_needs_a_person(command: Command) -> None:
    """Status 3, with the dates."""
    command.at(scenarios.day(300))
    answer = command("forecast", "--until", "2028-01-01", "--every", "70d", command.file(scenarios.steady()))
    assert answer.code == 3
    assert "expires-first" in answer.out


def test_what_failed_is_taken_for_mended_and_that_is_said(command: Command) -> None:
    """A note, which is no reason for a person to come."""
    command.at(scenarios.day(337))
    answer = command("forecast", "--json", "--until", "2028-01-01", command.file(scenarios.full()))
    told = json.loads(answer.out)
    assert [(one["reason"], one["severity"]) for one in told["findings"]] == [("assumes-mended", "note")]
    assert (answer.code, told["steps"][0]["step"]) == (0, "issue")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Missing option '--until'"),
        (("--until", "tomorrow"), "is no date"),
        (("--until", "2020-01-01"), "must lie in the future"),
        (("--until", "2099-01-01"), "at most ten years"),
        (("--until", "2028-01-01", "--cron", "every day"), "no cron expression"),
        (("--until", "2028-01-01", "--cron", "1 1 * * *", "--timezone", "Mars/Base"), "not known here"),
        (("--until", "2028-01-01", "--cron", "1 1 * * *", "--every", "1d"), "give one of them"),
    ],
)
def test_wrong_usage_is_4_and_says_what_is_meant(command: Command, arguments: tuple[str, ...], said: str) -> None:
    """No traceback."""
    answer = command("forecast", *arguments, command.file(scenarios.steady()))
    assert answer.code == 4
    assert said in " ".join(answer.err.split())
