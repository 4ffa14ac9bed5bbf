"""A switch that has to be confirmed: the gate before it, the confirmation after it, and the way back.

What follows from what was seen is rotation/verdict.py's table; here it is looked at, and done.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.binding import verify_messages
from apigw_client_cert.rotation.verdict import Outcome, Standing, Why, outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from apigw_client_cert.gateway.interface import Redeploy
    from apigw_client_cert.lifecycle.binding.verify import Evidence, Look, Unseen, Verifier
    from apigw_client_cert.rotation.binding import Presented
    from apigw_client_cert.rotation.last_refusal import LastRefusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """A certificate that lives, and to which a stage may go back without the loss of a backend that trusts it.

    ``left``: a rollback left it, or it ends within ``activate_by``; only a proof by trial leads there again.
    ``standing`` is what is known of it beforehand: of what was taken over, nobody here has seen it work.
    """

    certificate: Presented
    left: bool = False
    standing: Standing = Standing.LATER


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """What the gate let pass: the trials' ``look``, their evidence, and what the probe said before the switch."""

    look: Look
    evidence: Evidence | None
    probed: Standing

    @property
    def presented(self) -> Standing:
        """What is known of the certificate that the stage left: where it would go back to."""
        if self.look.presented is Standing.REFUSED:
            return Standing.REFUSED
        return Standing.ACCEPTED if self.probed is Standing.ACCEPTED else Standing.UNPROVEN


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedSwitch:
    """The verification of one stage's switch to ``coming``, for a reason.

    ``last`` finds where the stage may go back to, None where there is no such place; asked only where it matters.
    ``before`` is a refusal of ``coming`` through this stage, in a run since which nothing has changed.
    """

    verifier: Verifier
    coming: Presented
    redeploy: Redeploy
    last: Callable[[], Last | None]
    say: Callable[[str], None]
    activate_by: timedelta
    before: LastRefusal | None = None

    def gate(self, presented: Presented, why: Why) -> Passed:
        """Ask about both certificates before the stage moves.

        Raises ``NotVerified`` where the table says that it stays, ``ProbeUnreachable`` where that is because the probe
        could not confirm the switch later, and what the trial raises where that is because it could not be made; the
        stage was left as it was.
        """
        verifier = self.verifier
        if not self.coming.alive(verifier.now):
            raise verify_messages.coming_is_dead(verifier, presented, self.coming)
        look = verifier.tried(self.coming, presented)
        if self.before is not None and look.coming is not Standing.REFUSED:
            self._guard_before(self.before, presented, why, look)
        if look.coming is not Standing.LATER:
            if outcome(why, look.presented, look.coming) is Outcome.STAY:
                raise look.unasked or verify_messages.gate_refusal(verifier, presented, self.coming, look)
            if look.coming is not Standing.ACCEPTED or look.presented is Standing.REFUSED:
                self.say(verify_messages.gate_warning(verifier, presented, self.coming, look, why))
        probed = Standing.LATER if verifier.lost(presented) else self._probed(presented, why, look)
        return Passed(look=look, evidence=verifier.trial_evidence(look, self.coming), probed=probed)

    def confirm(self, presented: Presented, passed: Passed, why: Why) -> Evidence | None:
        """Ask through the stage after the switch; the evidence, None where no probe asks and the trial proved nothing.

        Raises ``NotVerified`` or ``ProbeUnreachable``, which say what the stage presents then.
        """
        verifier, spec = self.verifier, self.verifier.probe_spec
        if spec is None:
            if passed.look.coming is Standing.REFUSED and verifier.lost(presented) and self.last() is not None:
                raise self._after_a_failed_trial(passed.look)
            return passed.evidence
        unseen = verifier.seen_through(spec, self.coming, presented)
        if unseen is None:
            return {**(passed.evidence or {}), **verifier.probe_evidence()}
        if verifier.lost(presented):
            last = self.last()
            may = last is not None and not last.left
            back, standing = (last.certificate, last.standing) if last and may else (None, Standing.LATER)
            found = unseen.standing
        else:
            # A probe that failed before the switch as well tells nothing about the certificate.
            worked = passed.probed is Standing.ACCEPTED
            failing = unseen.standing if unseen.standing is Standing.UNASKED else Standing.UNPROVEN
            back, standing, found = presented, passed.presented, unseen.standing if worked else failing
            if why is Why.REPAIR and found is not Standing.REFUSED:
                # What it left ends soon: another run would only find it gone.
                back = None
        if back is not None and outcome(Why.WAY_BACK, found, standing) is Outcome.GO_BACK:
            raise self._taken_back(back, unseen, found)
        if why is Why.ROLLBACK:
            raise verify_messages.rollback_unconfirmed(verifier, self.coming, unseen)
        raise verify_messages.not_confirmed(verifier, self.coming, unseen, self._presents())

    def settle(self) -> Evidence:
        """Prove what the stage presents already: by hand, by a run that was killed, by one that could not prove it.

        Raises ``NotVerified`` or ``ProbeUnreachable``, which say what the stage presents then, and what the trial
        raises where it could not be made.
        """
        verifier, spec = self.verifier, self.verifier.probe_spec
        evidence: Evidence = {}
        if verifier.test_invoke is not None:
            look = verifier.tried(self.coming)
            if look.coming is not Standing.ACCEPTED:
                raise self._after_a_failed_trial(look)
            evidence = verifier.trial_evidence(look, self.coming) or {}
        unseen = None if spec is None else verifier.seen_through(spec, self.coming)
        if unseen is None:
            return {**evidence, **verifier.probe_evidence()}
        last = self.last()
        # Where the last confirmed one was left, or ends soon, a probe that fails is no reason to go there again.
        if (
            last is not None
            and not last.left
            and outcome(Why.WAY_BACK, unseen.standing, last.standing) is Outcome.GO_BACK
        ):
            raise self._taken_back(last.certificate, unseen, unseen.standing)
        raise verify_messages.not_confirmed(verifier, self.coming, unseen, self._presents())

    def _after_a_failed_trial(self, look: Look) -> errors.RotationError:
        """Try it beside the certificate that the stage may go back to, and go there where the table says so."""
        last = self.last()
        if last is None:
            return self._unproven(look, self._presents())
        found, standing = look.coming, Standing.UNASKED
        if look.unasked is None:
            both = self.verifier.tried(last.certificate, self.coming)
            standing = both.coming
            # Where the pair cannot be tried (an ACM certificate), the first answer stands.
            found = look.coming if both.unasked else both.presented
        if standing is Standing.UNASKED and (last.left or last.standing is Standing.UNPROVEN):
            # It was left, or nobody has seen it work: what cannot be asked is no reason to go there again.
            standing = Standing.UNPROVEN
        going = outcome(Why.WAY_BACK, found, standing) is Outcome.GO_BACK
        return self._unproven(look, self._go_back(last.certificate)[0] if going else self._presents())

    def _unproven(self, look: Look, presents: str) -> errors.RotationError:
        return verify_messages.presented_unproven(self.verifier, self.coming, look, presents)

    def _probed(self, presented: Presented, why: Why, look: Look) -> Standing:
        """What the probe says before the switch: one that fails already could not tell whether it went well."""
        verifier = self.verifier
        probed, trial, trouble = verifier.probed()
        if verifier.probe_spec is None or probed is Standing.ACCEPTED:
            return probed
        known = look.presented if look.presented is Standing.REFUSED else probed
        if outcome(why, known, Standing.LATER) is not Outcome.STAY:
            return probed
        if trouble is not None:
            raise verify_messages.probe_unreachable(presented, trouble) from trouble
        raise verify_messages.probe_fails_already(verifier, presented, trial)

    def _guard_before(self, before: LastRefusal, presented: Presented, why: Why, look: Look) -> None:
        """What a trial says now it said before, too, and the stage's own backend refused it all the same."""
        if outcome(why, look.presented, Standing.BEFORE) is Outcome.STAY:
            again = before.try_again_at(presented.not_after, self.activate_by)
            raise verify_messages.refused_before(self.verifier, presented, self.coming, before.at, again)

    def _taken_back(self, to: Presented, unseen: Unseen, found: Standing) -> errors.RotationError:
        """Go back, and say so; what was seen to be refused is told apart, for the runs to come."""
        presents, there = self._go_back(to)
        if not there:
            return verify_messages.not_confirmed(self.verifier, self.coming, unseen, presents, again="")
        if found is not Standing.REFUSED:
            return verify_messages.not_confirmed(self.verifier, self.coming, unseen, presents)
        error = verify_messages.not_confirmed(self.verifier, self.coming, unseen, presents, verify_messages.LATER_TRY)
        if isinstance(error, errors.NotVerified):
            error.refused = str(self.coming.id)
        return error

    def _go_back(self, to: Presented) -> tuple[str, bool]:
        """Let the stage present this again; what it presents then in words, and whether the way was taken."""
        try:
            self.verifier.gateway.bind(self.verifier.stage, str(to.id), self.redeploy)
        except errors.RotationError as error:
            return verify_messages.way_back_failed(to, error, self._presents()), False
        return verify_messages.went_back(to), True

    def _presents(self) -> str:
        """What the stage presents at this moment, in words."""
        try:
            return verify_messages.presents(self.verifier.gateway.presented(self.verifier.stage))
        except errors.RotationError:
            return verify_messages.presents_unseen()
