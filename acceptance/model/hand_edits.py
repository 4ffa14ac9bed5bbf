"""The rules of the console: what people do behind the tool's back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import rule

from acceptance.model.seen import ACM
from acceptance.model.simulation import STACKS
from acceptance.model.steps import Judged, a_stack, a_stage, recorded

if TYPE_CHECKING:
    from collections.abc import Callable

    from acceptance.model.simulation import Simulation

# What becomes of a target that held these texts, the last one now.
HOW: dict[str, Callable[[list[str | None]], str | None]] = {
    "removed": lambda _held: None,
    "emptied": lambda _held: "\n",
    "edited": lambda held: (held[-1] or "") + "# mine\n",
    "shortened": lambda held: "\n".join((lines := (held[-1] or "").splitlines())[: len(lines) // 2]) or None,
    "first": lambda held: held[0],
    "former": lambda held: held[len(held) // 2],
    "foreign": lambda _held: "kept by another team\n",
}


class HandEdits(Judged):
    """Stages, certificates, tags and targets, changed by hand."""

    @rule(stage=a_stage, what=st.sampled_from(("nothing", "oldest", "newest", "other", "foreign", "acm")))
    @recorded
    def bind_by_hand(self, stage: str, what: str) -> None:
        """Somebody lets a stage present nothing, an older or newer generation, another stack's, their own, ACM's."""
        listed: list[list[str | None]] = [[one.id for one in self.simulation.own(stack)] for stack in STACKS]
        own, other = (one or [None] for one in listed)
        ids: dict[str, str | None] = {
            "nothing": None,
            "oldest": own[0],
            "newest": own[-1],
            "other": other[-1],
            "foreign": self.simulation.foreign,
            "acm": ACM,
        }
        place = self.simulation.places[stage]
        now = self.simulation.snapshot()
        gone = self.simulation.path(stage) not in now.presents or (
            what == "foreign" and self.simulation.foreign not in now.certificates
        )
        if gone or (what == "acm" and stage == "live"):
            return
        self.simulation.console(lambda: self.simulation.cloud.sandbox.console.bind(place["apiId"], stage, ids[what]))

    @rule(stack=a_stack, nth=st.integers(-2, 1))
    @recorded
    def delete_certificate_by_hand(self, stack: str, nth: int) -> None:
        """Somebody deletes a generation, in use or not."""
        own = self.simulation.own(stack)
        if -len(own) <= nth < len(own):
            self.simulation.console(lambda: self.simulation.cloud.sandbox.console.delete_certificate(own[nth].id))

    @rule(stack=a_stack, nth=st.integers(-2, 1))
    @recorded
    def remove_tags_by_hand(self, stack: str, nth: int) -> None:
        """Somebody cleans up tags that they do not know."""
        own = self.simulation.own(stack)
        if -len(own) <= nth < len(own):
            self.simulation.console(lambda: self.simulation.cloud.sandbox.console.set_tags(own[nth].id, {}))

    @rule(stage=a_stage, back=st.sampled_from((True, True, False)))
    @recorded
    def delete_stage_by_hand(self, stage: str, back: bool) -> None:  # noqa: FBT001 - drawn by name
        """A stage is deleted, and perhaps made again under the same name."""
        if self.simulation.path(stage) in self.simulation.snapshot().presents:
            place = self.simulation.places[stage]
            self.simulation.console(lambda: self.simulation.cloud.sandbox.console.delete_stage(place["apiId"], stage))
        if back:
            self.simulation.console(lambda: self.simulation.restore(stage))

    @rule(stack=a_stack, which=st.integers(0, 1), how=st.sampled_from(sorted(HOW)))
    @recorded
    def change_target_by_hand(self, stack: str, which: int, how: str) -> None:
        """Somebody restores an older copy of a target, removes, empties or edits it, or writes something else there."""
        address = self.simulation.addresses(stack)[which]
        change_target(self.simulation, address, how)


def change_target(simulation: Simulation, address: str, how: str) -> None:
    """Somebody changes what a target holds, as ``HOW`` says."""
    former = simulation.former.get(address, [None])
    there = HOW[how]([*former[:: max(len(former) // 2, 1)], simulation.cloud.content(address)])
    simulation.console(lambda: simulation.cloud.write(address, there))
