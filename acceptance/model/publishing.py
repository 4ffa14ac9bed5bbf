"""The rules of publication: bundles side by side, trust in others, and places that are closed for a while."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from acceptance.model.hand_edits import HOW, change_target
from acceptance.model.simulation import STACKS
from acceptance.model.steps import Judged, a_stack, recorded
from apigw_sandbox import Fault, FaultKind


class Publishing(Judged):
    """What is published where, by whom, and when."""

    @rule(stack=a_stack, place=st.sampled_from(("own", "other stack's", None)))
    @recorded
    def second_bundle(self, stack: str, place: str | None) -> None:
        """A bundle more, under another name: in its own file, where the other stack publishes, or no more."""
        other = next(one for one in STACKS if one != stack)
        targets = {
            "own": self.simulation.own_file(stack, "second"),
            "other stack's": self.simulation.file_target(other),
        }
        self.simulation.engines[stack].program.second = [targets[place]] if place else []

    @rule(stack=a_stack, linked=st.booleans())
    @recorded
    def twin_bundles(self, stack: str, linked: bool) -> None:  # noqa: FBT001 - drawn by name
        """Two bundles on one place, in another spelling perhaps: refused before anything is written (invariant 10)."""
        program = self.simulation.engines[stack].program
        if not program.targets or program.targets[0]["type"] != "file":
            return
        path = program.targets[0]["path"]
        sound, program.second = program.second, [{**program.targets[0], "path": path.replace("/", "/./", linked)}]
        before, green = self.simulation.snapshot(), self.simulation.run(stack, "preview")
        program.second = sound
        assert not green, "invariant 10: two bundles on one place were accepted"
        assert self.simulation.snapshot() == before

    @rule(stack=a_stack, trust=st.booleans(), shown=st.booleans())
    @recorded
    def also_trust(self, stack: str, trust: bool, shown: bool) -> None:  # noqa: FBT001 - drawn by name
        """A foreign certificate is trusted too, or no more, while a stage that no program binds presents it."""
        bound = {
            one["stageName"] for engine in self.simulation.engines.values() for one in engine.program.bindings.values()
        }
        now = self.simulation.snapshot()
        if (
            "old" not in bound
            and self.simulation.foreign in now.certificates
            and self.simulation.path("old") in now.presents
        ):
            presented = self.simulation.foreign if shown else None
            self.simulation.console(
                lambda: self.simulation.cloud.sandbox.console.bind(
                    self.simulation.places["old"]["apiId"], "old", presented
                )
            )
        pem = self.simulation.oracle.record.known[self.simulation.foreign].pem
        program = self.simulation.engines[stack].program
        program.bundle = {**program.bundle, "alsoTrust": [pem] if trust else None}

    @rule(stack=a_stack)
    @recorded
    def publish_by_callable(self, stack: str) -> None:
        """``publish`` is a callable: its resource writes the pins, and the bundle only dates them."""
        program = self.simulation.engines[stack].program
        program.targets, program.published_by = [], self.simulation.own_file(stack, "callable")

    @rule(
        stack=a_stack, refresh=st.booleans(), hours=st.sampled_from((2, 7, 20, 23)), later=st.sampled_from((2, 7, 20))
    )
    @recorded
    def publish_late(self, stack: str, refresh: bool, hours: int, later: int) -> None:  # noqa: FBT001 - drawn by name
        """What is due cannot be published for some hours; the certificate's own wait is served before the bundle's."""
        self.simulation.forward_to_next(stack)
        self.simulation.cloud.closed.update(self.simulation.facts(stack)["targets"])
        self.simulation.run(stack, refresh=refresh, clean=False)
        self.simulation.cloud.closed.clear()
        for pause in (hours, later):
            self.simulation.forward(timedelta(hours=pause))
            self.simulation.run(stack, refresh=refresh)

    @rule(stack=a_stack, how=st.sampled_from(sorted(HOW)))
    @recorded
    def move_late(self, stack: str, how: str) -> None:
        """A stage cannot be switched in its turn; when it can be, somebody has changed what is published."""
        self.simulation.forward_to_next(stack)
        faults = self.simulation.cloud.sandbox.faults
        faults.add(Fault(kind=FaultKind.CONFLICT, action="UpdateStage", repeats=True))
        self.simulation.run(stack, refresh=True, clean=False)
        faults.clear()
        for address in set(self.simulation.facts(stack)["targets"]) & set(self.simulation.addresses(stack)):
            change_target(self.simulation, address, how)
        self.simulation.run(stack)
