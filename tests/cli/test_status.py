"""``status``: what it says of a fleet, in each format and at each width."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli import scenes
from tests.cli.exports import DYNAMIC, PLUGIN

if TYPE_CHECKING:
    from tests.cli.conftest import Command


@pytest.mark.parametrize("host", [DYNAMIC, PLUGIN])
def test_a_rotation_under_way_is_fine_in_either_host(command: Command, host: str) -> None:
    """Nothing is due while the successor's lead passes, whichever host wrote the state."""
    command.at(scenes.day(336))
    answer = command("status", "--json", command.file(scenes.published(host)))
    (row,) = json.loads(answer.out)["rotations"]
    assert (answer.code, row["phase"], row["findings"]) == (0, "published", [])
    assert (row["active"]["id"], row["pending"]["id"]) == ("cert01", "cert02")
    assert row["next"] == {"step": "activate", "at": "2027-02-02T08:48:00Z", "due": False}
    assert [(one["stage"], one["presented"]) for one in row["stages"]] == [
        ("a1b2c3d4e5/dev", "cert01"),
        ("a1b2c3d4e5/prod", "cert01"),
    ]


def test_a_step_that_is_due_is_2_and_one_that_no_run_takes_is_3(command: Command) -> None:
    """Half of ``activate_by`` is the grace, unless another one is given."""
    file = command.file(scenes.stopped())
    codes = []
    for number in (335, 336, 337):
        command.at(scenes.day(number))
        codes.append(command("status", file).code)
    assert codes == [2, 2, 3]
    assert command("status", "--grace", "10d", file).code == 2
    command.at(scenes.day(334))
    assert command("status", file).code == 0
