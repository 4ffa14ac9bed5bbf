"""Proving that a backend accepts a certificate: trials before a stage moves, probes after it did, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.lifecycle import verification_wording as wording
from apigw_client_cert.rotation.binding import Presented, Presents
from apigw_client_cert.rotation.verification import (
    Before,
    Sighting,
    Trial,
    Verdict,
    confirmed,
    fingerprints_in,
    judge,
    sighting,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from apigw_client_cert.gateway.interface import Gateway, StageRef, TrialAnswer
    from apigw_client_cert.gateway.probe import ProbeCall
    from apigw_client_cert.lifecycle.verification_inputs import ProbeSpec, TestInvokeSpec

Evidence = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """The verification of one stage's switch to ``desired``, whose SHA-256 fingerprint is ``sha256``."""

    gateway: Gateway
    stage: StageRef
    desired: str
    sha256: str
    test_invoke: TestInvokeSpec | None
    probe_spec: ProbeSpec | None
    probe: Callable[[ProbeCall], TrialAnswer]
    pause: Callable[[float], None]
    say: Callable[[str], None]
    now: datetime

    @property
    def asked_for(self) -> bool:
        """Whether anything is to be verified."""
        return self.test_invoke is not None or self.probe_spec is not None

    def gate(self, presented: Presented) -> Evidence | None:
        """Try the desired certificate, and what is presented now; returns the evidence, None where there is none.

        Raises ``NotVerified`` where any doubt is left, ``ProbeUnreachable`` where the probe could not confirm the
        switch later, and what the trial itself raises; nothing has been changed.
        """
        verdict, evidence = Verdict.PROVEN, None
        if self.test_invoke is not None:
            verdict, evidence = self._tried(presented)
        if self.probe_spec is not None and _serves(presented, self.now):
            self._probe_works_now(presented, verdict)
        return evidence

    def confirm(self, presented: Presented) -> Evidence:
        """Ask through the deployed stage until it presents the desired certificate, which it was just told to.

        Raises ``NotVerified`` after the stage was told to present what it presented before.
        """
        if self.probe_spec is None:
            return {}
        failure = self._failure_of(self.probe_spec, presented)
        if failure is None:
            return {"probe": {"url": str(self.probe_spec.call), "sightings": self.probe_spec.sightings}}
        raise wording.not_confirmed(self, presented, failure, went_back=self._go_back(presented))

    def presented_is_good(self) -> Evidence:
        """Prove what the stage presents already: a switch by hand, or one whose answer was lost, was proven by nobody.

        Raises ``NotVerified``; nothing is changed.
        """
        evidence: Evidence = {}
        if self.test_invoke is not None:
            (answer,) = self.gateway.try_certificates(self.stage, self.test_invoke.call, [self.desired])
            trial = _trial(answer)
            if not trial.proves(self.test_invoke.expected, self.sha256):
                raise wording.presented_unproven(self, trial)
            evidence = self._evidence(trial)
        if self.probe_spec is not None:
            failure = self._failure_of(self.probe_spec, None)
            if failure is not None:
                raise wording.not_confirmed(self, None, failure, went_back=False)
            evidence["probe"] = {"url": str(self.probe_spec.call), "sightings": self.probe_spec.sightings}
        return evidence

    def _tried(self, presented: Presented) -> tuple[Verdict, Evidence | None]:
        spec = self.test_invoke
        if spec is None:
            return Verdict.PROVEN, None
        bare = presented.kind is Presents.NOTHING
        dead = not bare and not _serves(presented, self.now)
        acm = presented.kind is Presents.ACM
        ids = [self.desired, *([] if dead or acm else [None if bare else presented.id])]
        desired, *former = (_trial(one) for one in self.gateway.try_certificates(self.stage, spec.call, ids))
        if acm:
            former = self._tried_acm(spec, presented)
        before = Before(
            trial=former[0] if former else None, sha256=presented.sha256, bare=bare, untried=acm and not former
        )
        verdict = judge(spec.expected, desired, self.sha256, before)
        if not verdict.lets_move:
            raise wording.gate_refusal(self, presented, verdict, desired, before.trial)
        if verdict is not Verdict.PROVEN:
            self.say(wording.gate_warning(self, presented, verdict, desired, before.trial))
        return verdict, None if verdict is Verdict.NOTHING_TO_LOSE else self._evidence(desired)

    def _tried_acm(self, spec: TestInvokeSpec, presented: Presented) -> list[Trial]:
        """The trial of ACM's certificate; empty where AWS refuses to try one."""
        # UNVERIFIED: whether TestInvokeMethod takes an ACM ARN (facts/aws-client-certs.md §1.4). Both answers must do.
        try:
            return [_trial(one) for one in self.gateway.try_certificates(self.stage, spec.call, [presented.id])]
        except errors.BadInput:
            return []

    def _evidence(self, trial: Trial) -> Evidence:
        proof = "fingerprint" if self.sha256 in trial.seen else "status"
        return {"testInvoke": {"status": trial.status, "proof": proof}}

    def _probe_works_now(self, presented: Presented, verdict: Verdict) -> None:
        """A probe that fails before the switch would send the stage back after it, whatever the backend says."""
        spec = self.probe_spec
        if spec is None:
            return
        try:
            trial = _trial(self.probe(spec.call))
        except errors.ProbeUnreachable as error:
            raise wording.probe_unreachable(presented, error) from error
        if not trial.accepted(spec.expected) and verdict is not Verdict.PRESENTED_REFUSED:
            raise wording.probe_fails_already(self, presented, trial)

    def _failure_of(self, spec: ProbeSpec, presented: Presented | None) -> str | errors.ProbeUnreachable | None:
        """Why the probe did not confirm the switch, None where it did; its own trouble where that was the last."""
        former = {presented.sha256} if presented is not None and presented.sha256 else set()
        row: list[Sighting] = []
        last: str | errors.ProbeUnreachable = "no request was made"
        for attempt in range(spec.attempts):
            if attempt:
                self.pause(spec.interval.total_seconds())
            try:
                trial = _trial(self.probe(spec.call))
                row.append(sighting(spec.expected, trial, self.sha256, former))
                last = wording.sighted(row[-1], trial, spec.expected)
            except errors.ProbeUnreachable as error:
                row.append(Sighting.REFUSED)
                last = error
            verdict = confirmed(row, spec.sightings)
            if verdict is not None:
                return None if verdict else last
        return last if isinstance(last, errors.ProbeUnreachable) else f"{last}, after {spec.attempts} requests"

    def _go_back(self, presented: Presented) -> bool:
        """Whether the stage presents again what it presented before."""
        if presented.id is not None and _serves(presented, self.now):
            self.gateway.bind(self.stage, presented.id)
            return True
        return False


def _serves(presented: Presented, now: datetime) -> bool:
    """Whether requests may depend on what the stage presents: it is alive, as far as can be known."""
    return presented.alive(now)


def _trial(answer: TrialAnswer) -> Trial:
    texts = [answer.body, *(value for values in answer.headers.values() for value in values)]
    return Trial(status=answer.status, seen=fingerprints_in(texts))
