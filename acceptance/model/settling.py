"""How an example ends: the operators mend what they broke, and the scheduled runs must complete everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.model.play import STACKS
from acceptance.model.seen import ROTATION_TAG, fingerprints

if TYPE_CHECKING:
    from acceptance.model.play import Play

# Nothing that is due takes more runs than a whole rotation, with some to see it and one to spare.
_MOST_RUNS = 14
# Enough for a certificate that somebody else still presents to come up for deletion.
_RUNS_BEFORE = 5


@dataclass(frozen=True)
class Settling:
    """Brings one example to rest."""

    play: Play

    def perform(self) -> None:
        """Let the schedule run on, then mend, and let it take every step that is due (invariant 5)."""
        self._mend(self._let_run())
        unfinished = self._stacks()
        for number in range(_MOST_RUNS):
            # Together: one may wait for a stage of the other, which still presents what it adopted.
            for stack in unfinished:
                if not self.play.run(stack, refresh=True):
                    self._complain(f"a clean run stays red: {self.play.said[-1]}")
                    return
            unfinished = [stack for stack in unfinished if not self._complete(stack)]
            if not unfinished:
                break
            self.play.forward_to_next(unfinished[0])
            if number % 3 == 2:
                # A scan is due every day while a stage waits for a lead that is longer.
                self.play.forward(self.play.facts(unfinished[0])["lead"])
        else:
            self._complain(f"{unfinished} do not come to rest: {self.play.said[-3:]}")
        for stack in self._stacks():
            for one in self._astray(stack):
                self._complain(f"at rest, {one}")

    def _let_run(self) -> set[str]:
        """The stacks whose last run was red."""
        red: set[str] = set()
        for _run in range(_RUNS_BEFORE):
            red.clear()
            for stack in self._stacks():
                if not self.play.run(stack, refresh=True):
                    red.add(stack)
                self.play.forward_to_next(stack)
        return red

    def _stacks(self) -> list[str]:
        return [stack for stack in STACKS if self.play.exists(stack)]

    def _complain(self, what: str) -> None:
        self.play.oracle.complaints.append(f"invariant 5: {what}")

    def _complete(self, stack: str) -> bool:
        """Steady and quiet; a previous generation that the other stack adopted, or still uses, is kept for it."""
        if self._astray(stack):
            return False
        output = self.play.engines[stack].output
        previous = set(output("previousClientCertificateIds") or ())
        others = {one.id for other in STACKS if other != stack for one in self.play.own(other)}
        kept = {one.id for one in self.play.own(stack) if one.rotation != output("rotationId")} | others
        if previous and previous <= kept:
            return bool(output("phase") == "overlapping")
        return bool(output("phase") == "steady") and self.play.quiet(stack)

    def _astray(self, stack: str) -> list[str]:
        """The stages of a stack's program that do not present its active certificate."""
        now, engine = self.play.snapshot(), self.play.engines[stack]
        active = engine.output("clientCertificateId")
        stages = [f"{place['apiId']}/{place['stageName']}" for place in engine.program.bindings.values()]
        shown = {stage: now.presents.get(stage) for stage in stages}
        return [f"{stage} of {stack} presents {one}, not {active}" for stage, one in shown.items() if one != active]

    def _mend(self, red: set[str]) -> None:
        self.play.cloud.sandbox.faults.clear()
        self.play.cloud.closed.clear()
        taken: set[str] = set()
        for stack in self._stacks():
            program = self.play.engines[stack].program
            program.certificate.pop("pinGeneration", None)
            # Refused where a stage presents one of this stack's own; one that was adopted is remembered in state.
            program.certificate.pop("adoptClientCertificateId", None)
            program.second = program.second and [self.play.own_file(stack, "second")]
            program.bindings = {key: one for key, one in program.bindings.items() if one["stageName"] not in taken}
            taken |= {one["stageName"] for one in program.bindings.values()}
            self._mend_tags(stack)
            self._mend_targets(stack, red)
        for stage in self.play.places:
            self._mend_stage(stage)
        self.play.oracle.look(self.play.snapshot())

    def _mend_tags(self, stack: str) -> None:
        rotation = self.play.engines[stack].output("rotationId")
        for one in self.play.own(stack):
            if one.rotation is None:
                self.play.cloud.sandbox.by_hand.set_tags(one.id, {ROTATION_TAG: rotation})

    def _mend_targets(self, stack: str, red: set[str]) -> None:
        own = {one.sha256 for one in self.play.own(stack)}
        ledger = self.play.oracle.ledger
        theirs = {one.sha256 for one in ledger.known.values() if one.id not in ledger.made(stack)}
        theirs -= self.play.facts(stack)["trusted_too"]
        for address in {*self.play.addresses(stack), *self.play.own_places(stack).values()} - self.play.written(stack):
            # Another team's, or left as it was (invariant 12): refused until somebody removes it.
            if address in self.play.left or not own & fingerprints(self.play.cloud.content(address)):
                self.play.cloud.write(address, None)
        # What a killed run wrote with a certificate that was deleted in the console since: nothing tells whose it was.
        theirs |= self.play.deleted if stack in red else set()
        for address in self.play.written(stack):
            if theirs & fingerprints(self.play.cloud.content(address)):
                self.play.cloud.write(address, None)

    def _mend_stage(self, stage: str) -> None:
        """It is there, and presents nothing that its stack may not replace."""
        self.play.restore(stage)
        shown = self.play.presented(stage)
        mine = {one.id for stack in STACKS for one in self.play.own(stack) if self._binds(stack, stage)}
        if shown is not None and shown not in mine:
            self.play.cloud.sandbox.by_hand.bind(self.play.places[stage]["apiId"], stage, None)

    def _binds(self, stack: str, stage: str) -> bool:
        return any(one["stageName"] == stage for one in self.play.engines[stack].program.bindings.values())
