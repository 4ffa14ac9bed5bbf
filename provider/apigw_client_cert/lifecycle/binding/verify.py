"""Asking a backend about a certificate: by trials, which change nothing, and by probes through the deployed stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.binding import verify_messages as wording
from apigw_client_cert.rotation.binding import Presents
from apigw_client_cert.rotation.verdict import Standing
from apigw_client_cert.rotation.verification import (
    Beside,
    Sighting,
    Trial,
    confirmed,
    fingerprints_in,
    sighting,
    standing,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from apigw_client_cert.gateway.http_probe import ProbeCall
    from apigw_client_cert.gateway.interface import Gateway, StageRef, TrialAnswer
    from apigw_client_cert.lifecycle.binding.verify_inputs import ProbeSpec, TestInvokeSpec
    from apigw_client_cert.rotation.binding import Presented

Evidence = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What trials told: of the certificate to come, and of what is presented beside it.

    ``unasked`` is why they could not be made.
    """

    presented: Standing
    coming: Standing
    presented_trial: Trial | None = None
    coming_trial: Trial | None = None
    unasked: errors.RotationError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """Why a probe did not see a certificate: what it says of it, and in words, or the probe's own trouble."""

    standing: Standing
    failure: str | errors.ProbeUnreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """What asks about the certificates of one stage, as its binding's inputs say."""

    gateway: Gateway
    stage: StageRef
    test_invoke: TestInvokeSpec | None
    probe_spec: ProbeSpec | None
    probe: Callable[[ProbeCall], TrialAnswer]
    pause: Callable[[float], None]
    now: datetime

    @property
    def asked_for(self) -> bool:
        """Whether anything is to be verified."""
        return self.test_invoke is not None or self.probe_spec is not None

    def tried(self, coming: Presented, presented: Presented | None = None) -> Look:
        """Try the certificate to come, and beside it what is presented; by itself where that is None.

        What cannot be tried is a ``Look`` of its own: what follows from it is the table's to say.
        """
        lost = None if presented is None else self.lost(presented)
        spec = self.test_invoke
        if spec is None:
            return Look(presented=lost or Standing.UNASKED, coming=Standing.LATER)
        bare, acm = lost is Standing.NOTHING, presented is not None and presented.kind is Presents.ACM
        beside = [] if presented is None or lost is Standing.DEAD or acm else [presented.id]
        try:
            first, *others = self._trials(spec, [coming.id, *beside])
        except errors.RotationError as error:
            return Look(presented=lost or Standing.UNASKED, coming=Standing.UNASKED, unasked=error)
        other = others[0] if others else None
        if acm and presented is not None:
            other = self._tried_acm(spec, presented)
        former = None if presented is None else presented.sha256
        found = standing(
            spec.expected, first, coming.sha256, None if other is None else Beside(trial=other, sha256=former)
        )
        if other is None:
            return Look(presented=lost or Standing.UNASKED, coming=found, coming_trial=first)
        if bare:
            # A stage that serves without any certificate has something to lose.
            shown = Standing.UNPROVEN if other.accepted(spec.expected) else Standing.NOTHING
        else:
            shown = standing(spec.expected, other, former, Beside(trial=first, sha256=coming.sha256))
        return Look(presented=shown, coming=found, presented_trial=other, coming_trial=first)

    def probed(self) -> tuple[Standing, Trial | None, errors.ProbeUnreachable | None]:
        """What one request through the stage says of what it presents now.

        A failure is no proof of a refusal: nobody has seen this probe succeed.
        """
        spec = self.probe_spec
        if spec is None:
            return Standing.LATER, None, None
        try:
            trial = _trial(self.probe(spec.call))
        except errors.ProbeUnreachable as error:
            return Standing.UNASKED, None, error
        return Standing.ACCEPTED if trial.accepted(spec.expected) else Standing.UNPROVEN, trial, None

    def seen_through(self, spec: ProbeSpec, certificate: Presented, former: Presented | None = None) -> Unseen | None:
        """Ask through the deployed stage until the certificate was seen as often as it has to be; None where it was."""
        known = {former.sha256} if former is not None and former.sha256 else set()
        row: list[Sighting] = []
        last: str | errors.ProbeUnreachable = "no request was made"
        for attempt in range(spec.attempts):
            if attempt:
                self.pause(spec.interval.total_seconds())
            try:
                trial = _trial(self.probe(spec.call))
                row.append(sighting(spec.expected, trial, certificate.sha256 or "", known))
                last = wording.sighted(row[-1], trial, spec.expected)
            except errors.ProbeUnreachable as error:
                row.append(Sighting.REFUSED)
                last = error
            verdict = confirmed(row, spec.sightings)
            if verdict is not None:
                return None if verdict else _unseen(row, last)
        return _unseen(row, last if isinstance(last, errors.ProbeUnreachable) else f"{last}, after {len(row)} requests")

    def trial_evidence(self, look: Look, certificate: Presented) -> Evidence | None:
        """What a trial proved; None where it did not."""
        if look.coming is not Standing.ACCEPTED or look.coming_trial is None:
            return None
        proof = "fingerprint" if certificate.sha256 in look.coming_trial.seen else "status"
        return {"testInvoke": {"status": look.coming_trial.status, "proof": proof}}

    def probe_evidence(self) -> Evidence:
        """What the sightings proved."""
        spec = self.probe_spec
        return {} if spec is None else {"probe": {"url": str(spec.call), "sightings": spec.sightings}}

    def lost(self, presented: Presented) -> Standing | None:
        """``NOTHING`` or ``DEAD`` where no request can depend on what is presented, None where it lives."""
        if presented.kind is Presents.NOTHING:
            return Standing.NOTHING
        return None if presented.alive(self.now) else Standing.DEAD

    def _trials(self, spec: TestInvokeSpec, ids: list[str | None]) -> list[Trial]:
        return [_trial(one) for one in self.gateway.try_certificates(self.stage, spec.call, ids)]

    def _tried_acm(self, spec: TestInvokeSpec, presented: Presented) -> Trial | None:
        """The trial of ACM's certificate; None where AWS refuses to try one."""
        # UNVERIFIED: whether TestInvokeMethod takes an ACM ARN (docs/aws.md §1.4). Both answers must do.
        try:
            return self._trials(spec, [presented.id])[0]
        except errors.BadInput:
            return None


def _unseen(row: list[Sighting], failure: str | errors.ProbeUnreachable) -> Unseen:
    if isinstance(failure, errors.ProbeUnreachable):
        return Unseen(standing=Standing.UNASKED, failure=failure)
    refused = bool(row) and row[-1] is Sighting.REFUSED
    return Unseen(standing=Standing.REFUSED if refused else Standing.UNPROVEN, failure=failure)


def _trial(answer: TrialAnswer) -> Trial:
    texts = [answer.body, *(value for values in answer.headers.values() for value in values)]
    return Trial(status=answer.status, seen=fingerprints_in(texts))
