"""``reports/rollout.json``: what the rollouts came to, and whether they kept their promise. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.load import tally
from acceptance.load.controls import NOT_VERIFIED, unexpected
from acceptance.load.rollout.scenarios import WAVES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acceptance.load.rollout.scenarios import Rollout

CONTROL = "ungated"
SCENARIOS = ("trap", "waves", "confirmed")
# Of each shape, near everything that is done to the system.
WANTED_NEAR = 1


def report(
    rollouts: Mapping[str, Rollout], *, seconds: float, unexpected_failures: Sequence[str] = ()
) -> dict[str, object]:
    """The report over all scenarios; the control is told apart.

    ``completed`` is True only if every scenario ended with its last certificate alone, nothing was missed, and the
    control did fail. ``failed`` is null where an incomplete measurement saw no failure.
    """
    shown = [rollouts[name] for name in SCENARIOS if name in rollouts]
    complaints = [
        *unexpected_failures,
        *(f"{name}: this was not performed" for name in (*SCENARIOS, CONTROL) if name not in rollouts),
    ]
    for one in shown:
        complaints += tally.complaints(one.run, WANTED_NEAR)
        if not one.completed:
            complaints.append(f"{one.run.name}: it did not end with the new certificate alone")
    complaints += _control_complaints(rollouts.get(CONTROL))
    failed = sum(one.failed for one in shown)
    refusals, rollbacks = sum(len(one.refusals) for one in shown), sum(one.rollbacks for one in shown)
    if not refusals:
        complaints.append("the gate refused nothing")
    if not rollbacks:
        complaints.append("nothing was rolled back")
    return {
        "requests": sum(len(one.run.requests) for one in shown),
        "failed": failed if failed or not complaints else None,
        "failed_before_a_run": sum(one.failed_before_a_run for one in shown),
        "waves": max((one.waves for one in shown), default=0),
        "gate_refusals": refusals,
        "rollbacks": rollbacks,
        "completed": not complaints and failed == 0,
        "complaints": complaints,
        "seconds": round(seconds),
        "scenarios": [_figures(one) for one in shown],
        "control": _figures(rollouts[CONTROL]) if CONTROL in rollouts else None,
    }


def keeps_its_promise(made: Mapping[str, object]) -> bool:
    """Whether it says what the product promises."""
    return made["completed"] is True and made["failed"] == 0 and made["waves"] == len(WAVES)


def _control_complaints(control: Rollout | None) -> list[str]:
    if control is None:
        return []
    found = [f"{CONTROL}: {one}" for one in control.run.complaints]
    if not control.run.failed:
        found.append(f"{CONTROL}: no request failed: this measurement cannot fail")
    return found + unexpected(control.run, NOT_VERIFIED)


def _figures(one: Rollout) -> dict[str, object]:
    return {
        **tally.figures(one.run, WANTED_NEAR),
        "name": one.run.name,
        "updates": sum(event.kind == "pulumi up" for event in one.run.events),
        "gate_refusals": len(one.refusals),
        "rollbacks": one.rollbacks,
        "failed_before_a_run": one.failed_before_a_run,
        "completed": one.completed,
    }
