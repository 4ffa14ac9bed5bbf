"""The rules of time and of the CLI: runs that are skipped, repeated, killed or disturbed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from acceptance.model.cloud import Kill
from acceptance.model.simulation import STACKS
from acceptance.model.steps import Judged, a_stack, recorded
from apigw_sandbox import Fault, FaultKind

DESTROY_PAUSE = 15
# AWS's default, which no example comes near.
QUOTA = 60
FAULTS: dict[str, dict[str, Any]] = {
    "throttle": {"kind": FaultKind.THROTTLE, "seconds": 1},
    "throttled-for-good": {"kind": FaultKind.THROTTLE, "repeats": True},
    "conflict": {"kind": FaultKind.CONFLICT, "repeats": True},
    "denied": {"kind": FaultKind.ACCESS_DENIED, "repeats": True},
    "server-error": {"kind": FaultKind.SERVER_ERROR, "repeats": True},
    "error-after-effect": {"kind": FaultKind.SERVER_ERROR, "after_effect": True, "repeats": True},
    "reset": {"kind": FaultKind.RESET, "repeats": True},
    "lost-answer": {"kind": FaultKind.LOST_ANSWER},
    "lost-for-good": {"kind": FaultKind.LOST_ANSWER, "repeats": True},
    "stale": {"kind": FaultKind.STALE, "behind": 1},
    "staler": {"kind": FaultKind.STALE, "behind": 3},
}
a_fault = st.sampled_from(sorted(FAULTS))


class Runs(Judged):
    """What schedulers, people and bad luck do with the CLI."""

    def __init__(self) -> None:
        super().__init__()
        self._may_destroy_at = DESTROY_PAUSE

    @initialize(
        in_use=st.sampled_from(("allowed", "bad-request", "conflict")), crlf=st.booleans(), runs=st.integers(0, 6)
    )
    @recorded
    def account(self, in_use: str, crlf: bool, runs: int) -> None:  # noqa: FBT001 - drawn by name
        """How AWS answers what it does not document, and how far both stacks came before anything else happened."""
        self.simulation.cloud.sandbox.change(in_use_deletion=in_use, pem_crlf=crlf, pem_final_newline=not crlf)
        for _run in range(runs):
            for stack in STACKS:
                self.simulation.run(stack, refresh=True)
            self.simulation.forward_to_next(STACKS[0])

    @rule(hours=st.sampled_from((0, 1, 7, 23, 24, 72, 24 * 30, 24 * 200)))
    @recorded
    def time_passes(self, hours: int) -> None:
        """Runs are skipped."""
        self.simulation.forward(timedelta(hours=hours, seconds=1))

    @rule(stack=a_stack, early=st.booleans())
    @recorded
    def time_passes_until_due(self, stack: str, early: bool) -> None:  # noqa: FBT001 - drawn by name
        """To the next step of a rotation, or to a minute before it."""
        self.simulation.forward_to_next(stack, short_by=timedelta(minutes=1 if early else 0))

    @rule(stack=a_stack, refresh=st.booleans())
    @recorded
    def up(self, stack: str, refresh: bool) -> None:  # noqa: FBT001 - drawn by name
        """``pulumi up``, perhaps with ``--refresh``."""
        self.simulation.run(stack, refresh=refresh)

    @rule(stack=a_stack, runs=st.integers(1, 5))
    @recorded
    def scheduled_runs(self, stack: str, runs: int) -> None:
        """The schedule as it should be, as far as its runs have something to do."""
        for _run in range(runs):
            self.simulation.run(stack, refresh=True)
            self.simulation.forward_to_next(stack)

    @rule(stack=a_stack, due=st.booleans(), change=st.integers(0, 4), call=st.integers(1, 9), after=st.booleans())
    @recorded
    def up_killed(self, stack: str, due: bool, change: int, call: int, after: bool) -> None:  # noqa: FBT001 - drawn by name
        """SIGKILL at a change, or (0) at any call: what had not finished is not in state."""
        if due:
            self.simulation.forward_to_next(stack)
        kill = Kill(changes=change > 0, number=change or call, after=after)
        self.simulation.run(stack, refresh=call % 2 == 0, kill=kill)

    @rule(stack=a_stack, due=st.booleans(), change=st.integers(0, 4), call=st.integers(1, 9), fault=a_fault)
    @recorded
    def up_disturbed(self, stack: str, due: bool, change: int, call: int, fault: str) -> None:  # noqa: FBT001 - drawn by name
        """A change, or (0) any call, goes wrong; only reads can be stale."""
        if due:
            self.simulation.forward_to_next(stack)
        faults = self.simulation.cloud.sandbox.faults
        changes = change > 0 and not fault.startswith("stale")
        faults.add(Fault(**FAULTS[fault], mutating=True if changes else None, calls=(change if changes else call,)))
        self.simulation.run(stack, refresh=call % 2 == 0, clean=False)
        faults.clear()

    @rule(stack=a_stack, room=st.sampled_from((0, 0, 1)), runs=st.integers(1, 5))
    @recorded
    def account_is_full(self, stack: str, room: int, runs: int) -> None:
        """Scheduled runs while there is room for so many certificates more, and none for what comes then."""
        sandbox = self.simulation.cloud.sandbox
        sandbox.change(certificate_quota=len(sandbox.certificates()) + room)
        for _run in range(runs):
            self.simulation.run(stack, refresh=True, clean=False)
            self.simulation.forward_to_next(stack)
        sandbox.change(certificate_quota=QUOTA)

    @rule(stack=a_stack)
    @recorded
    def refresh(self, stack: str) -> None:
        """``pulumi refresh``."""
        self.simulation.run(stack, "refresh")

    @rule(stack=a_stack)
    @recorded
    def preview(self, stack: str) -> None:
        """``pulumi preview``."""
        self.simulation.run(stack, "preview")

    # Drawn as often as anything else, it would leave too little to destroy.
    @precondition(lambda self: len(self.tally.script) >= self._may_destroy_at)
    @rule(stack=a_stack, kill=st.sampled_from((None, None, 3, 6)), read_on=st.booleans())
    @recorded
    def destroy(self, stack: str, kill: int | None, read_on: bool) -> None:  # noqa: FBT001 - drawn by name
        """``pulumi destroy``; the next ``up`` creates anew. Its targets stay until a person removes them."""
        self._may_destroy_at = len(self.tally.script) + DESTROY_PAUSE
        self.simulation.run(stack, "destroy", kill=None if kill is None else Kill(number=kill))
        if not self.simulation.engines[stack].state and not read_on:
            for address in self.simulation.addresses(stack):
                self.simulation.console(lambda address=address: self.simulation.cloud.write(address, None))  # type: ignore[misc]
