"""What reports/rollout.json says of made-up rollouts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from acceptance.load.observed import Phase
from acceptance.load.rollout.report import keeps_its_promise, report
from acceptance.load.rollout.scenarios import Rollout
from tests.acceptance.load.synthetic import control_run, rotation_run

if TYPE_CHECKING:
    from collections.abc import Callable

NOT_VERIFIED = "the backend answered 400"


def good() -> dict[str, Rollout]:
    """Three rollouts as they should be."""
    control = control_run(name="ungated")
    control.requests = [replace(one, failure=NOT_VERIFIED if one.failure else "") for one in control.requests]
    return {
        "trap": Rollout(run=rotation_run(), refusals=["refused"], completed=True),
        "waves": Rollout(run=rotation_run(seed=8), waves=3, refusals=["refused"] * 2, rollbacks=1, completed=True),
        "confirmed": Rollout(run=rotation_run(seed=9), rollbacks=2, completed=True),
        "ungated": Rollout(run=control),
    }


def test_rollouts_as_they_should_be_keep_the_promise() -> None:
    """The figures are those of the scenarios; the control is told apart."""
    made = report(good(), seconds=9.6)
    assert made["complaints"] == []
    assert keeps_its_promise(made)
    assert (made["requests"], made["failed"], made["waves"], made["gate_refusals"], made["rollbacks"]) == (
        42_000,
        0,
        3,
        3,
        3,
    )
    assert made["completed"] is True


def _lose_one(rollouts: dict[str, Rollout]) -> None:
    rollouts["waves"].run.requests[5] = replace(rollouts["waves"].run.requests[5], failure="the backend answered 403")


def _stop_half_way(rollouts: dict[str, Rollout]) -> None:
    rollouts["waves"].completed = False


def _refuse_nothing(rollouts: dict[str, Rollout]) -> None:
    rollouts["trap"].refusals = rollouts["waves"].refusals = []


def _roll_nothing_back(rollouts: dict[str, Rollout]) -> None:
    rollouts["waves"].rollbacks = rollouts["confirmed"].rollbacks = 0


def _leave_one_out(rollouts: dict[str, Rollout]) -> None:
    del rollouts["trap"]


def _leave_the_control_out(rollouts: dict[str, Rollout]) -> None:
    del rollouts["ungated"]


def _fail_nothing(rollouts: dict[str, Rollout]) -> None:
    run = rollouts["ungated"].run
    run.requests = [replace(one, failure="") for one in run.requests]


def _fail_otherwise(rollouts: dict[str, Rollout]) -> None:
    run = rollouts["ungated"].run
    run.requests[-1] = replace(run.requests[-1], failure="the backend answered 502")


def _fail_too_early(rollouts: dict[str, Rollout]) -> None:
    run = rollouts["ungated"].run
    run.phases = [Phase(name="window", start=run.requests[-1].sent, end=run.requests[-1].answered)]


def _be_slow(rollouts: dict[str, Rollout]) -> None:
    rollouts["trap"].run.rate *= 2


@pytest.mark.parametrize(
    ("arrange", "failed"),
    [
        (_lose_one, 1),
        (_stop_half_way, None),
        (_refuse_nothing, None),
        (_roll_nothing_back, None),
        (_leave_one_out, None),
        (_leave_the_control_out, None),
        (_fail_nothing, None),
        (_fail_otherwise, None),
        (_fail_too_early, None),
        (_be_slow, None),
    ],
)
def test_anything_else_does_not(arrange: Callable[[dict[str, Rollout]], None], failed: int | None) -> None:
    """And what is incomplete never says "0 failed"."""
    rollouts = good()
    arrange(rollouts)
    made = report(rollouts, seconds=1)
    assert (made["completed"], made["failed"]) == (False, failed)
    assert not keeps_its_promise(made)
    assert made["complaints"] or failed
