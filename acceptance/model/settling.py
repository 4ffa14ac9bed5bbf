"""How an example ends: the operators mend what they broke, and the scheduled runs must complete everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.model.seen import ROTATION_TAG, fingerprints
from acceptance.model.simulation import STACKS

if TYPE_CHECKING:
    from acceptance.model.simulation import Simulation

# Nothing that is due takes more runs than a whole rotation, with some to see it and one to spare.
_MOST_RUNS = 14
# Enough for a certificate that somebody else still presents to come up for deletion.
_RUNS_BEFORE = 5


@dataclass(frozen=True)
class Settling:
    """Brings one example to rest."""

    simulation: Simulation

    def perform(self) -> None:
        """Let the schedule run on, then mend, and let it take every step that is due (invariant 5)."""
        for _run in range(_RUNS_BEFORE):
            for stack in self._stacks():
                self.simulation.run(stack, refresh=True)
                self.simulation.forward_to_next(stack)
        self._mend()
        unfinished = self._stacks()
        for number in range(_MOST_RUNS):
            # Together: one may wait for a stage of the other, which still presents what it adopted.
            for stack in unfinished:
                if not self.simulation.run(stack, refresh=True):
                    self._complain(f"a clean run stays red: {self.simulation.said[-1]}")
                    return
            unfinished = [stack for stack in unfinished if not self._complete(stack)]
            if not unfinished:
                break
            self.simulation.forward_to_next(unfinished[0])
            if number % 3 == 2:
                # A scan is due every day while a stage waits for a lead that is longer.
                self.simulation.forward(self.simulation.facts(unfinished[0])["lead"])
        else:
            self._complain(f"{unfinished} do not come to rest: {self.simulation.said[-3:]}")
        for stack in self._stacks():
            for one in self._wrong_stages(stack):
                self._complain(f"at rest, {one}")

    def _stacks(self) -> list[str]:
        return [stack for stack in STACKS if self.simulation.exists(stack)]

    def _complain(self, what: str) -> None:
        self.simulation.oracle.complaints.append(f"invariant 5: {what}")

    def _complete(self, stack: str) -> bool:
        """Steady and quiet; a previous generation that the other stack adopted, or still uses, is kept for it."""
        if self._wrong_stages(stack):
            return False
        output = self.simulation.engines[stack].output
        previous = set(output("previousClientCertificateIds") or ())
        others = {one.id for other in STACKS if other != stack for one in self.simulation.own(other)}
        kept = {one.id for one in self.simulation.own(stack) if one.rotation != output("rotationId")} | others
        if previous and previous <= kept:
            return bool(output("phase") == "overlapping")
        return bool(output("phase") == "steady") and self.simulation.quiet(stack)

    def _wrong_stages(self, stack: str) -> list[str]:
        """The stages of a stack's program that do not present its active certificate."""
        now, engine = self.simulation.snapshot(), self.simulation.engines[stack]
        active = engine.output("clientCertificateId")
        stages = [f"{place['apiId']}/{place['stageName']}" for place in engine.program.bindings.values()]
        shown = {stage: now.presents.get(stage) for stage in stages}
        return [f"{stage} of {stack} presents {one}, not {active}" for stage, one in shown.items() if one != active]

    def _mend(self) -> None:
        self.simulation.cloud.sandbox.faults.clear()
        self.simulation.cloud.closed.clear()
        taken: set[str] = set()
        for stack in self._stacks():
            program = self.simulation.engines[stack].program
            program.certificate.pop("pinGeneration", None)
            # Refused where a stage presents one of this stack's own; one that was adopted is remembered in state.
            program.certificate.pop("adoptClientCertificateId", None)
            program.second = program.second and [self.simulation.own_file(stack, "second")]
            program.bindings = {key: one for key, one in program.bindings.items() if one["stageName"] not in taken}
            taken |= {one["stageName"] for one in program.bindings.values()}
            self._mend_tags(stack)
            self._mend_targets(stack)
        for stage in self.simulation.places:
            self._mend_stage(stage)
        self.simulation.oracle.look(self.simulation.snapshot())

    def _mend_tags(self, stack: str) -> None:
        rotation = self.simulation.engines[stack].output("rotationId")
        for one in self.simulation.own(stack):
            if one.rotation is None:
                self.simulation.cloud.sandbox.console.set_tags(one.id, {ROTATION_TAG: rotation})

    def _mend_targets(self, stack: str) -> None:
        own = {one.sha256 for one in self.simulation.own(stack)}
        record = self.simulation.oracle.record
        theirs = {one.sha256 for one in record.known.values() if one.id not in record.made(stack)}
        theirs -= self.simulation.facts(stack)["trusted_too"]
        for address in {
            *self.simulation.addresses(stack),
            *self.simulation.own_places(stack).values(),
        } - self.simulation.written(stack):
            # Another team's, or left as it was (invariant 12): refused until somebody removes it.
            if address in self.simulation.left or not own & fingerprints(self.simulation.cloud.content(address)):
                self.simulation.cloud.write(address, None)
        for address in self.simulation.written(stack):
            if theirs & fingerprints(self.simulation.cloud.content(address)):
                self.simulation.cloud.write(address, None)

    def _mend_stage(self, stage: str) -> None:
        """It is there, and presents nothing that its stack may not replace."""
        self.simulation.restore(stage)
        shown = self.simulation.presented(stage)
        mine = {one.id for stack in STACKS for one in self.simulation.own(stack) if self._binds(stack, stage)}
        if shown is not None and shown not in mine:
            self.simulation.cloud.sandbox.console.bind(self.simulation.places[stage]["apiId"], stage, None)

    def _binds(self, stack: str, stage: str) -> bool:
        return any(one["stageName"] == stage for one in self.simulation.engines[stack].program.bindings.values())
