"""What a forecast finds wrong: steps that come later than they must, waits that are cut short, what expires. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert import errors
from apigw_client_cert.rotation.durations import format_duration, served
from apigw_client_cert.rotation.messages import minute
from apigw_client_cert.rotation.model import Finding, Severity
from apigw_client_cert.rotation.transitions import Step
from apigw_client_cert.rotation.waves import Hold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from apigw_client_cert.rotation.decide import Decision
    from apigw_client_cert.rotation.forecast_binding import Ahead, Moved, Waiting
    from apigw_client_cert.rotation.model import Rotation
    from apigw_client_cert.rotation.policy import Policy

_OFTEN = "runs have to come more often"
_CUT_SHORT = {
    Hold.LEAD: ("lead-cut-short", "before its lead has passed: runs have to come more often"),
    Hold.WAVE: ("wave-missed", "before the wave in front of it has soaked: runs have to come more often"),
    Hold.WINDOW: ("window-missed", "outside of its windows: no run comes while one is open"),
}


class Findings:
    """What was found so far, each once."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: dict[str, Finding] = {}

    @property
    def found(self) -> tuple[Finding, ...]:
        """All of it, in the order of the runs."""
        return tuple(self._found.values())

    def stepped(self, before: Rotation, policy: Policy, decision: Decision, now: datetime) -> None:
        """What is wrong with a certificate's step, from the rotation before it."""
        active, pending = before.active, before.pending
        if active is None:
            return
        if decision.step in {Step.RECOVER, Step.REGENERATE}:
            self._add(
                "expires-first",
                f"generation {active.number} expires {minute(active.not_after)}, and what follows it is active only"
                f" from {minute(now)}: backends refuse every stage in between; {_OFTEN}",
            )
        if decision.step is not Step.ACTIVATE or pending is None:
            return
        latest = active.not_after - policy.activate_by
        if pending.pending_since is not None and now < pending.pending_since + served(policy.publish_lead):
            self._add(
                "lead-cut-short",
                f"generation {pending.number} becomes active {minute(now)}, although its lead of"
                f" {format_duration(policy.publish_lead)} began only {minute(pending.pending_since)}: {_OFTEN}",
            )
        elif now > latest:
            self._add(
                "late",
                f"generation {pending.number} becomes active {minute(now)}, later than {minute(latest)}, activate_by"
                f" before generation {active.number} expires: {_OFTEN}",
            )

    def moved(self, moved: Moved, stage: Ahead) -> None:
        """What is wrong with a stage's move."""
        what = f"stage {moved.stage} moves to generation {moved.generation} at {minute(moved.at)}"
        if moved.refusal is not None:
            self._add(
                "refused",
                f"stage {moved.stage} is to present generation {moved.generation} from {minute(moved.at)} on, and is"
                f" refused ({moved.refusal.value}): explain says what to do",
            )
            return
        for hold in moved.overruled:
            reason, why = _CUT_SHORT[hold]
            self._add(reason, f"{what}, {why}")
        ends = moved.former_ends
        if ends is None or moved.at <= ends - stage.bound.policy.activate_by:
            return
        if moved.at >= ends:
            self._add("expires-first", f"{what}, after what it presents expired {minute(ends)}: {_OFTEN}")
        elif not moved.overruled:
            self._add(
                "late",
                f"{what}, later than {minute(ends - stage.bound.policy.activate_by)}, activate_by before what it"
                f" presents expires: {_OFTEN}",
            )

    def at_the_end(self, rotation: Rotation, waiting: Sequence[Waiting], until: datetime) -> None:
        """What no run came for, or what still waits when the forecast ends."""
        active = rotation.active
        if active is not None and active.expired(until):
            self._add(
                "expires-first",
                f"generation {active.number} expires {minute(active.not_after)}, and no run until {minute(until)}"
                f" brings another one: {_OFTEN}",
            )
        for one in rotation.previous:
            if one.expired(until) and one.scanned_at is not None and one.unused_since is None:
                self._add(
                    "presented-to-the-end",
                    f"generation {one.number} expires {minute(one.not_after)} and is presented by"
                    f" {errors.joined(rotation.retirement_blocked_by)}, which no binding here moves",
                )
        for each in waiting:
            self._add(
                "still-waiting",
                f"stage {each.stage} waits for its {each.hold.value} until {minute(each.until)}, after the end of the"
                " forecast",
                Severity.NOTE,
            )

    def _add(self, reason: str, message: str, severity: Severity = Severity.WARNING) -> None:
        self._found.setdefault(message, Finding(reason, message, severity))
