"""Acting on a binding's decision: at most one GET and one PATCH per stage while the presented one is ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.clock import format_instant
from apigw_client_cert.gateway.acm import is_acm, named
from apigw_client_cert.gateway.interface import Redeploy, StageKind, StageRef
from apigw_client_cert.lifecycle.binding.confirmation import Confirmation
from apigw_client_cert.lifecycle.binding.last_refusal import refusal_outputs
from apigw_client_cert.lifecycle.binding.look import (
    PUBLISHED_TO,
    Held,
    Seen,
    is_handed_on,
    look_at_certificate,
    look_at_stage,
    look_at_targets,
    moves_unseen,
    unread,
)
from apigw_client_cert.lifecycle.binding.messages import (
    bound_unheld,
    losing,
    not_handed_on,
    not_held,
    overruled,
    refusal_error,
    rolled_back_unheld,
    waiting,
)
from apigw_client_cert.lifecycle.binding.outputs import (
    LACKED_AT,
    binding_outputs,
    binding_policy,
    known_generations,
    lacked_at,
    lacked_outputs,
    trusted_since,
    verified_outputs,
    waiting_outputs,
)
from apigw_client_cert.lifecycle.binding.unbound import Unbound
from apigw_client_cert.lifecycle.binding.verify_inputs import asked_for
from apigw_client_cert.lifecycle.binding.waves_inputs import wave_order_of
from apigw_client_cert.lifecycle.existence import sought
from apigw_client_cert.lifecycle.inputs import known
from apigw_client_cert.lifecycle.ownership import ROTATION_ID
from apigw_client_cert.lifecycle.state import instant_or_none, undamaged
from apigw_client_cert.rotation.binding import (
    BindingDecision,
    Move,
    Presented,
    Publication,
    Refusal,
    decide_binding,
)
from apigw_client_cert.rotation.verdict import Why

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apigw_client_cert.gateway.interface import Gateway
    from apigw_client_cert.lifecycle.binding.verify_steps import Passed, VerifiedSwitch
    from apigw_client_cert.lifecycle.environment import Environment


@undamaged()
def stage_of(props: Mapping[str, Any]) -> StageRef:
    """The stage that the properties name."""
    return StageRef(str(props["apiId"]), str(props["stageName"]), StageKind(props.get("apiKind") or "REST"))


def ours(gateway: Gateway, props: Mapping[str, Any], presented: str) -> bool:
    """Whether this binding's rotation put the certificate there: by the certificate's own tag, else by state.

    The tag first: where a switch took effect and its answer was lost, state names the one before; and what another
    rotation adopted since is that one's, though this binding set it once (invariant 9). State speaks for what carries
    no tag any more.
    """
    if is_acm(presented):
        return False
    found = sought(gateway, presented)
    owner = None if found is None else found.tags.get(ROTATION_ID)
    if owner is not None and props.get("rotationId"):
        return bool(owner == props["rotationId"])
    return presented == props.get("setClientCertificateId") or presented in known_generations(props)


@dataclass(slots=True)
class Progress:
    """How far a switch came, for whoever has to say what a failure left.

    ``presented``: what the stage was first seen to present, None for nothing, and before ``looked``. ``began``: whether
    a PATCH may have taken effect. ``lacked``: the certificate that it should present and a target does not hold.
    ``unfinished``: what makes the run red although the state that ``perform`` returned is complete.
    """

    presented: str | None = None
    looked: bool = False
    began: bool = False
    lacked: str = ""
    unfinished: errors.RotationError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSwitch:
    """One create or update of one binding."""

    gateway: Gateway
    olds: Mapping[str, Any]
    news: Mapping[str, Any]
    environment: Environment
    now: datetime
    progress: Progress = field(default_factory=Progress)

    def perform(self) -> dict[str, Any]:
        """Look at the stage, decide, act; returns the complete state, and in ``progress`` what is red beside it.

        Raises ``StageTaken``, ``NotPublished`` and ``NotVerified``, after which the stage presents what the error says,
        what the targets raise where they cannot be read, and whatever the PATCH raises.
        """
        stage, desired = stage_of(self.news), str(self.news["clientCertificateId"])
        seen = look_at_stage(self.gateway, stage, desired, self.olds, self.news)
        self.progress.presented, self.progress.looked = seen.presented.id, True
        held = look_at_targets(self.gateway, seen, desired, self.news, self.environment)
        presented, publication = seen.presented, self._publication(desired, seen.presented, held)
        decision = self._decided(desired, seen, publication, held)
        if decision.move is not Move.BIND:
            return self._stays(desired, presented, decision, held)
        before = None if presented.alive(self.now) else self._unbound.instead_of(desired, publication, held)
        if before is not None:
            return self._bound_to(before, stage, desired)
        verified = self._moved(stage, desired, seen, decision, held)
        if held is not None and presented.alive(self.now) and (decision.unheld or held.unread):
            self.progress.unfinished = rolled_back_unheld(stage, desired, presented, held)
        return self._state(presented=desired, set_id=desired, verified=verified)

    def _decided(self, desired: str, seen: Seen, publication: Publication, held: Held | None) -> BindingDecision:
        return decide_binding(
            desired=desired,
            presented=seen.presented,
            publication=publication,
            policy=binding_policy(self.news),
            take_over=bool(self.news.get("takeOver")),
            now=self.now,
            wave_order=wave_order_of(self.news, self.now, going_back=self._going_back(desired, seen.number)),
            held=held,
        )

    def _bound_to(self, before: str, stage: StageRef, desired: str) -> dict[str, Any]:
        """Bind a stage that has nothing to lose to what was active before; then it waits as any that presents it."""
        self.progress.began = True
        self.gateway.bind(stage, before, Redeploy(self.news.get("redeploy") or "never"))
        seen = look_at_certificate(self.gateway, before, self.olds, self.news)
        held = look_at_targets(self.gateway, seen, desired, self.news, self.environment)
        decision = self._decided(desired, seen, self._publication(desired, seen.presented, held), held)
        return self._stays(desired, seen.presented, decision, held, made=True)

    def _stays(
        self, desired: str, presented: Presented, decision: BindingDecision, held: Held | None, *, made: bool = False
    ) -> dict[str, Any]:
        """The state of a stage that keeps what it presents; whatever keeps it there, an open switch is asked about.

        ``made``: this run bound it to that.
        """
        stage, keeps = stage_of(self.news), presented.id == desired
        red = self._why_red(desired, presented, decision, held)
        if held is not None and held.lacking_desired and decision.refusal is Refusal.NOT_HELD:
            self.progress.lacked = desired
        if keeps:
            verified = self._confirmation.of_what_is_presented(desired)
        else:
            verified = self._confirmation.while_waiting(presented, made=made)
        nothing_new = not verified or self.olds.get("verifiedClientCertificateId") == presented.id
        if red is not None and nothing_new and not made:
            raise red
        self.progress.unfinished = red
        waiting_for = decision if decision.move is Move.WAIT else None
        if waiting_for is not None and red is None:
            self._say_wait(stage, desired, presented, decision)
        set_id = presented.id if keeps or made else self.olds.get("setClientCertificateId")
        return self._state(presented=presented.id, set_id=set_id, waiting=waiting_for, verified=verified)

    def _why_red(
        self, desired: str, presented: Presented, decision: BindingDecision, held: Held | None
    ) -> errors.RotationError | None:
        """What is wrong where a stage stays; None where it may."""
        stage = stage_of(self.news)
        match decision.refusal:
            case None:
                handed_on = is_handed_on(presented, self.news, self.now)
                return None if handed_on else not_handed_on(stage, presented)
            case Refusal.UNSEEN if held is not None:
                return unread(held)
            case Refusal.NOT_HELD if held is not None:
                return not_held(stage, presented, desired, held)
            case refusal:
                return refusal_error(refusal, stage, presented, desired)

    def _moved(
        self, stage: StageRef, desired: str, seen: Seen, decision: BindingDecision, held: Held | None
    ) -> dict[str, Any] | None:
        """The evidence for a switch that was made, and confirmed where that was asked for.

        Raises ``NotPublished`` after the switch where the targets do not hold what was bound.
        """
        presented, why = seen.presented, self._why(desired, seen, decision)
        switch, passed = self._confirmation.switch(desired), None
        if switch is not None:
            passed = self._passed(switch, presented, why)
            self._unchanged_since(stage, presented)
        if decision.overruled:
            self.environment.say(overruled(stage, desired, presented, decision.overruled))
        if held is not None and decision.losing:
            self.environment.say(losing(stage, desired, presented, held))
        if presented.alive(self.now) and moves_unseen(self.news):
            self.environment.say(f"stage {stage} moves without a look at the targets: publishedTo is left out")
        if held is not None and held.unread is not None and not presented.alive(self.now):
            self.environment.say(
                f"stage {stage} is bound although a target could not be read, as it had nothing to lose: {held.unread}"
            )
        self.progress.began = True
        self.gateway.bind(stage, desired, Redeploy(self.news.get("redeploy") or "never"))
        if held is not None and decision.unheld and not presented.alive(self.now):
            raise bound_unheld(stage, desired, held)
        return None if switch is None or passed is None else switch.confirm(presented, passed, why)

    def _passed(self, switch: VerifiedSwitch, presented: Presented, why: Why) -> Passed:
        """What the gate let pass; a stage that stays on a switch which nobody confirmed goes back, where it may."""
        try:
            return switch.gate(presented, why)
        except errors.RotationError:
            if presented.alive(self.now):
                self._confirmation.while_waiting(presented)
            raise

    def _why(self, desired: str, seen: Seen, decision: BindingDecision) -> Why:
        """What the stage moves for: what ends soon, or is in no target, is left as if it were gone."""
        presented = seen.presented
        if presented.alive(self.now) and self._going_back(desired, seen.number):
            return Why.ROLLBACK
        ending = presented.ends_within(binding_policy(self.news).activate_by, self.now)
        return Why.REPAIR if ending or decision.losing or not presented.alive(self.now) else Why.ROTATION

    def _unchanged_since(self, stage: StageRef, presented: Presented) -> None:
        """Trials take a while: whoever switched the stage meanwhile is seen, and not overwritten (invariant 9)."""
        now = self.gateway.presented(stage)
        if now != presented.id:
            raise errors.ConcurrentModification(
                f"Stage {stage} was switched from {named(presented.id)} to {named(now)} while its backend was tried",
                means="Somebody else changes the same stage; nothing was changed here.",
                remedy="Find out who. The next run looks again.",
                subject=str(stage),
            )

    @property
    def _unbound(self) -> Unbound:
        return Unbound(gateway=self.gateway, olds=self.olds, news=self.news, environment=self.environment, now=self.now)

    @property
    def _confirmation(self) -> Confirmation:
        return Confirmation(
            gateway=self.gateway,
            stage=stage_of(self.news),
            olds=self.olds,
            news=self.news,
            environment=self.environment,
            now=self.now,
        )

    def _going_back(self, desired: str, presented_number: int) -> bool:
        """Whether this is a rollback: the desired generation is an older one than the presented."""
        numbers = {one["id"]: one.get("number", 0) for one in known(self.news, "generations") or ()}
        return desired in numbers and presented_number > numbers[desired]

    def _say_wait(self, stage: StageRef, desired: str, presented: Presented, decision: BindingDecision) -> None:
        held_by = wave_order_of(self.news, self.now, going_back=False).unready(desired, self.now)
        self.environment.say(waiting(stage, desired, presented, decision, held_by))

    @undamaged()
    def _publication(self, desired: str, presented: Presented, held: Held | None) -> Publication:
        since, published = trusted_since(self.news, desired), known(self.news, "publishedSince")
        if published is None:
            return Publication(since=since, presented_since=trusted_since(self.news, str(presented.id)))
        # A bundle without targets dates what others publish, and does not know what else backends trust.
        published_to = known(self.news, PUBLISHED_TO) or {"targets": True}
        return Publication(
            since=since,
            presented_since=instant_or_none(published.get(presented.sha256)),
            trusted=set(published) if published_to["targets"] else None,
            rotations=published_to.get("rotationIds") or (),
            lacked_at=self._lacked_until(desired, held),
        )

    def _lacked_until(self, desired: str, held: Held | None) -> datetime | None:
        """Until when a target may have lacked the certificate: up to the first run that sees it there again."""
        told = lacked_at(self.olds, desired)
        if told is None or held is None or not held.desired or self.olds.get("waitingFor") == desired:
            return told
        # Who has mended it, and when, nobody saw: perhaps a run of this minute that was killed afterwards.
        self.progress.lacked = desired
        return self.now

    def _lacked(self) -> Mapping[str, Any]:
        lacked = self.progress.lacked
        return {LACKED_AT: {lacked: format_instant(self.now)}} if lacked else self.olds

    def _state(
        self,
        *,
        presented: str | None,
        set_id: str | None,
        verified: Mapping[str, Any] | None = None,
        waiting: BindingDecision | None = None,
    ) -> dict[str, Any]:
        here = {
            "region": self.gateway.region,
            "accountId": self.olds.get("accountId") or self.gateway.account_id(),
            "setClientCertificateId": set_id,
        }
        told = {
            **waiting_outputs(self.news, waiting, self.now),
            **verified_outputs(self.olds, presented, verified, self.now, asked_for=asked_for(self.news)),
            **refusal_outputs(self.olds, self.news, presented),
            **lacked_outputs(self._lacked(), str(self.news["clientCertificateId"]), presented),
        }
        return binding_outputs(self.olds, self.news, presented, self.now, {**here, **told})
