"""The rollouts in small: on the real CLI, nginx and the data plane, under load."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

import pytest

from acceptance.load.observed import NEW, OLD
from acceptance.load.rollout import scenarios
from acceptance.load.tally import complaints, reasons
from tests.acceptance.load.generator import wanted_generator
from tests.backends.missing import tools_wanted
from tests.pages import between, console, page

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.load.rollout.scenarios import Rollout

pytestmark = pytest.mark.e2e
RATE = 20.0


@pytest.fixture(autouse=True)
def _generator() -> None:
    wanted_generator()


def unharmed(rollout: Rollout) -> None:
    """Not one request failed, whatever was refused; everybody counted the same; it came to its end."""
    assert reasons(rollout.run) == {}
    assert complaints(rollout.run, 1) == []
    assert rollout.run.sent > 0
    assert rollout.completed


def refusal(said: str) -> str:
    """The error of the refused binding, with placeholders for what differs from run to run."""
    lines = said.partition("Diagnostics:")[2].splitlines()
    begin = next(number for number, line in enumerate(lines) if "error: " in line and " answers 200 to " in line)
    ends = (number for number, line in enumerate(lines) if not line or line.strip().startswith("error: "))
    end = next(number for number in ends if number > begin)
    text = re.sub(r"since \S+Z\.", "since <date>.", textwrap.dedent("\n".join(lines[begin:end])))
    ids = re.search(r"stage (\w+)/\w+ answers 200 to (\w+), but \d+ to (\w+) ", text)
    assert ids is not None
    for id_, name in zip(ids.groups(), ("<api>", "<old>", "<new>"), strict=True):
        text = text.replace(id_, name)
    return text


def shown() -> str:
    """The same as docs/rollout.md has it."""
    return "\n".join(console(between(page("rollout.md"), "refusal: compared", "refusal: end")))


def test_the_gate_catches_the_trap_and_its_remedy_mends_it(tmp_path: Path) -> None:
    """No request meets the certificate that the plain CA file refuses."""
    with tools_wanted():
        rollout = scenarios.trap(tmp_path / "run", RATE)
    unharmed(rollout)
    (said,) = rollout.refusals
    assert "If it has them already, it has not loaded what is published: reload it. Then run again." in said
    assert rollout.rollbacks == 0


def test_a_failed_wave_holds_the_next_is_rolled_back_and_completed(tmp_path: Path) -> None:
    """The first wave alone goes there and back; the third never presents the new certificate before the second."""
    with tools_wanted():
        rollout = scenarios.waves(tmp_path / "run", RATE)
    unharmed(rollout)
    assert (rollout.waves, len(rollout.refusals), rollout.rollbacks) == (3, 2, 1)
    assert [refusal(said) for said in rollout.refusals] == [shown()] * 2
    first = {
        stage: min(one.sent for one in rollout.run.requests if (one.stage, one.certificate) == (stage, NEW))
        for stage in ("dev", "eu", "us")
    }
    assert first["dev"] < first["eu"] < first["us"]
    assert [one for one in rollout.run.requests if one.stage == "us" and one.certificate == OLD]


def test_a_confirmed_switch_goes_back_by_pin_and_where_it_goes_wrong(tmp_path: Path) -> None:
    """A lost echo holds it; what fails while the way back is refused, no run could have prevented."""
    with tools_wanted():
        rollout = scenarios.confirmed(tmp_path / "run", RATE)
    assert rollout.failed == 0, reasons(rollout.run)
    assert rollout.failed_before_a_run
    assert complaints(rollout.run, 1) == []
    assert rollout.completed
    assert rollout.rollbacks == 2
