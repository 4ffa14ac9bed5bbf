"""Runs that come every day and fail, or only look: what they leave is dated by what happened, not by their coming."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli import scenarios
from tests.cli.exports import exported

if TYPE_CHECKING:
    from tests.cli.conftest import Command
    from tests.cli.scenarios import OwnRun


def interrupted(run: OwnRun, day: float) -> None:
    """A run that comes no further than the certificate: what publishes it fails, and leaves nothing in state."""
    run.at(day)
    run.begin()
    run.certificate()


def test_daily_runs_that_publish_nothing_need_a_person_in_days(command: Command) -> None:
    """Due at once, and in the matrix; overdue by the successor's own date, then by that of its activation."""
    run = scenarios.ran(scenarios.new_run("orders", "prod"), 0)
    codes = []
    for day in range(336, 340):
        interrupted(run, day)
        file = command.file(exported(run))
        command.at(scenarios.day(day + 0.9))
        codes.append((command("check", file).code, command("check", "--person", "--stale", "3d", file).code))
        assert '"reasons": ' in command("matrix", file).out
    assert codes == [(2, 0), (3, 3), (3, 3), (3, 3)]
    out = command("check", file).out
    assert "due since 2027-02-01T10:00Z, 3 days ago, and no run has taken it: orders-trust does not hold cert02" in out
    assert "due since 2027-02-02T08:48Z, 2 days ago, and no run has taken it: stage a1b2c3d4e5/prod was told" in out


@pytest.mark.parametrize("day", [1, 20])
def test_a_bundle_that_was_not_read_for_the_active_one_is_due(command: Command, day: int) -> None:
    """It lives alone in its stack: no binding there says it, and the owner's stages wait for it."""
    run = scenarios.ran(scenarios.new_run("orders", "prod"), 0, 336)
    team = exported(run, project="team", only=("bundle",), written_at=scenarios.day(336 + day))
    interrupted(run, 337)
    command.at(scenarios.day(336 + day))
    answer = command("check", *command.files(exported(run, only=("certificate",)), team))
    assert (
        "orders-trust has not read its targets since cert02 became the active one; the next update does" in answer.out
    )
    assert answer.code == (2 if day == 1 else 3)


def test_a_consumer_whose_daily_runs_follow_nothing_is_overdue(command: Command) -> None:
    """``ignore_changes`` keeps what it was told; its state is written in each run all the same."""
    run = scenarios.ran(scenarios.new_run("platform", "shared"), 0, 336)
    inputs, state = run.inputs["shared"], run.state["shared"]
    run.stages = ()
    codes = []
    for day in (337, 338, 339):
        scenarios.ran(run, day)
        run.inputs["shared"], run.state["shared"] = inputs, state
        files = command.files(
            exported(run, project="platform", only=("certificate", "bundle")),
            exported(run, project="team", only=("shared",)),
        )
        command.at(scenarios.day(day))
        codes.append(command("check", "--person", *files).code)
    assert codes == [0, 0, 3]


def test_what_a_pin_went_back_to_is_not_dated_by_its_own_age(command: Command) -> None:
    """The owner has gone back this morning, and the consumer has the night to follow."""
    run = scenarios.ran(scenarios.new_run("platform", "shared"), 0, 336, 337, 338)
    consumer = exported(run, project="team", only=("shared",), written_at=scenarios.day(338.5))
    run.config, run.stages = {"pinGeneration": 1}, ()
    owner = exported(scenarios.ran(run, 339), project="platform", only=("certificate", "bundle"))
    command.at(scenarios.day(339.4))
    answer = command("check", *command.files(owner, consumer))
    assert (answer.code, "was told to present cert02, and cert01 is the active one" in answer.out) == (2, True), (
        answer.out
    )


def test_a_way_back_that_its_own_run_did_not_bring_to_the_stage_needs_a_person(command: Command) -> None:
    """Nothing dates a pin: the run that took it ended before the stage, and who pins is in a hurry."""
    run = scenarios.ran(scenarios.new_run("orders", "prod"), 0, 336, 337, 338)
    run.config = {"pinGeneration": 1}
    interrupted(run, 339)
    command.at(scenarios.day(339.1))
    answer = command("check", "--person", command.file(exported(run)))
    assert answer.code == 3
    assert "not-followed: stage a1b2c3d4e5/prod was told to present cert02, and cert01 is the active" in answer.out


def test_a_stage_that_a_binding_moves_is_not_presented_to_the_end(command: Command) -> None:
    """It waits for its window, and has moved since the look of the same run; one that somebody moved back is."""
    run = scenarios.new_run("orders", "prod")
    run.binding_config = {"windows": ["Sat 09:30-10:30 UTC"]}

    def found(day: float) -> bool:
        command.at(scenarios.day(day))
        return "presented-to-the-end" in command("check", command.file(exported(run))).out

    scenarios.ran(run, 0, 336, 337, 338, 361)
    assert run.presented("prod") == "cert01"
    assert not found(362)
    scenarios.ran(run, 362)
    assert run.presented("prod") == "cert02"
    assert run.state["certificate"]["retirementBlockedBy"] == ["a1b2c3d4e5/prod"]
    assert not found(362.5)
    (stage,) = run.gateway.stages
    run.gateway.stages[stage].client_certificate_id = "cert01"
    interrupted(run, 363)
    assert found(363.1)
