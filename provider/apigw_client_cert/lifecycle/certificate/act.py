"""Acting on a decision: each step's calls to API Gateway, in the order that a crash can do least harm."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from apigw_client_cert import errors
from apigw_client_cert.lifecycle import ownership
from apigw_client_cert.lifecycle.certificate import adopt as adoption
from apigw_client_cert.lifecycle.certificate import tagging
from apigw_client_cert.lifecycle.certificate.leftovers import leftovers, say_leftovers
from apigw_client_cert.lifecycle.engine_run import NEEDED
from apigw_client_cert.lifecycle.existence import missing, sought
from apigw_client_cert.lifecycle.failed_step import Failure, can_wait
from apigw_client_cert.lifecycle.ownership import issued_generation
from apigw_client_cert.rotation import transitions
from apigw_client_cert.rotation.decide import Decision, decide, left_out_after
from apigw_client_cert.rotation.transitions import Step
from apigw_client_cert.rotation.trigger import trigger_pulled

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    from apigw_client_cert.gateway.interface import Gateway, IssuedCertificate, Usage
    from apigw_client_cert.lifecycle.proof import Proof
    from apigw_client_cert.rotation.model import Generation, Rotation
    from apigw_client_cert.rotation.policy import Policy


# After these no certificate was made, for certain: what else is due may be a deletion.
_NOTHING_MADE = (errors.QuotaExhausted, errors.AccessDenied)


class Performed(NamedTuple):
    """The rotation after a run's step, and what failed before that one was taken."""

    rotation: Rotation
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One update of one certificate.

    ``adopted_elsewhere``: the ids that another rotation was once seen to have adopted. ``deleted``: the numbers of the
    generations that this update deleted. ``proof``: whether the rotation lives here; elsewhere no step is taken.
    """

    gateway: Gateway
    proof: Proof
    properties: Mapping[str, Any]
    policy: Policy
    now: datetime
    say: Callable[[str], None]
    adopted_elsewhere: Collection[str] = ()
    deleted: list[int] = field(default_factory=list)

    def perform(self, rotation: Rotation) -> Performed:
        """Take the step that is due; where it fails and can wait, the next one that is due as well.

        Raises the errors of ``errors.py``, with the rotation unchanged, where no live certificate is active.
        """
        without: set[Step] = set()
        failures: list[Failure] = []
        while True:
            decision = decide(rotation, self.policy, self.now, without)
            try:
                after = self._act(rotation, decision)
            except errors.RotationError as error:
                if not can_wait(rotation, self.now):
                    raise
                failures.append(Failure(decision.step.value, error))
                without |= left_out_after(decision.step, nothing_made=isinstance(error, _NOTHING_MADE))
            else:
                break
        if not trigger_pulled(after, self.policy):
            after = transitions.remember_trigger(after, self.policy.trigger)
        return Performed(after, tuple(failures))

    def _act(self, rotation: Rotation, decision: Decision) -> Rotation:
        if decision.step is Step.REGENERATE or rotation.active is None:
            found = adoption.rediscovered(self.gateway, rotation, self.now)
            if found is not None:
                self._say_rediscovered(rotation, found)
                return found
        match decision.step:
            case Step.ISSUE | Step.REGENERATE as step:
                enter = transitions.issue if step is Step.ISSUE else transitions.regenerate
                after = enter(rotation, self._issue(rotation), self.now, trigger=self.policy.trigger)
            case Step.ACTIVATE | Step.PIN | Step.RECOVER:
                after = self._activate(rotation, decision)
            case Step.CONFIRM:
                after = transitions.confirm(rotation, self._in_use(rotation), self.now)
            case Step.RETIRE:
                after = self._retire(rotation, decision)
            case Step.WITHDRAW:
                after = transitions.withdraw(rotation, self.now)
            case _:
                after = rotation
        return after

    def _issue(self, rotation: Rotation) -> Generation:
        number = rotation.highest_number + 1
        tags = ownership.tags_of(self.properties, rotation.rotation_id, number)
        issued = adoption.adopt_or_generate(
            self.gateway,
            self.properties,
            tags,
            rotation=rotation,
            proof=self.proof,
            policy=self.policy,
            now=self.now,
            say=self.say,
        )
        return issued_generation(issued, number)

    def _activate(self, rotation: Rotation, decision: Decision) -> Rotation:
        """Look before the switch: a generation that was deleted meanwhile must not become the one to present."""
        number = decision.numbers[0]
        chosen = [one for one in rotation.generations if one.number == number]
        looked = missing(self.proof, chosen, str(self.properties["name"]), self.say)
        if looked.gone:
            seen = transitions.lose(rotation, looked.gone, self.now)
            return self._act(seen, decide(seen, self.policy, self.now))
        if looked.doubtful:
            return rotation
        return transitions.activate(rotation, number, self.now, decision.step)

    def _say_rediscovered(self, before: Rotation, after: Rotation) -> None:
        in_state = {one.id for one in before.generations}
        found = errors.joined(one.id for one in after.generations if one.id not in in_state)
        self.say(
            f"{self.properties['name']}: AWS still knows {found} of this rotation, which state does not: this update"
            " carries on with it and generates nothing; every wait begins anew"
        )

    def _in_use(self, rotation: Rotation) -> dict[int, tuple[str, ...]]:
        usage = self.gateway.scan()
        if not self.proof.presented(usage.users):
            self.proof.guard()
        return self._users(rotation, usage)

    def _users(self, rotation: Rotation, usage: Usage) -> dict[int, tuple[str, ...]]:
        """Who presents each previous generation, and who may have to present it again, as this run has seen."""
        found = {one.number: (*usage.of(one.id), *self._needed(one)) for one in rotation.previous}
        return {number: users for number, users in found.items() if users}

    def _needed(self, generation: Generation) -> tuple[str, ...]:
        return () if generation.expired(self.now) else NEEDED.why(generation.id)

    def _retire(self, rotation: Rotation, decision: Decision) -> Rotation:
        listed = self.gateway.list_certificates()
        usage = self.gateway.scan()
        self.proof.guard(listed)
        orphans = ownership.orphans(listed, rotation)
        say_leftovers(str(self.properties["name"]), leftovers(listed, rotation.rotation_id, usage), self.say)
        in_use = self._users(rotation, usage)
        # First, while the generation in state still calls for a retirement: a run that ends here is done again.
        for orphan in orphans:
            if not usage.of(orphan) and not NEEDED.why(orphan):
                self.gateway.delete(orphan)
                self.say(
                    f"{self.properties['name']}: certificate {orphan}, which carries the tags of this rotation and is"
                    " in no state, was presented by no stage, and deleted"
                )
        for number in decision.numbers:
            generation = rotation.numbered(number)
            if generation is None or number in in_use:
                continue
            blocked = self._delete(rotation, generation, listed)
            if blocked:
                in_use[number] = (blocked,)
            else:
                self.deleted.append(number)
        return transitions.retire(rotation, self.deleted, in_use, self.now)

    def _delete(self, rotation: Rotation, generation: Generation, listed: Sequence[IssuedCertificate]) -> str | None:
        """Delete one generation; what blocks it is a value, so that the rotation goes on without it."""
        found = sought(self.gateway, generation.id)
        if found is None:
            return None
        # Both answers, because it is written to.
        answers = [found, *(one for one in listed if one.id == found.id)]
        if found.id not in self.adopted_elsewhere and all(tagging.is_untagged(one, generation) for one in answers):
            try:
                self.gateway.tag(found.id, ownership.tags_of(self.properties, rotation.rotation_id, generation.number))
            except errors.RotationError as error:
                return f"certificate {generation.id}: {error.what}"
            return tagging.blocking(generation)
        if found.tags.get(ownership.ROTATION_ID) != rotation.rotation_id:
            return f"certificate {generation.id}: its tag {ownership.ROTATION_ID} is not ours any more"
        try:
            self.gateway.delete(generation.id)
        except errors.StillInUse as error:
            return f"certificate {generation.id}: {error.what}"
        return None
