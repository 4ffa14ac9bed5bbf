"""What a binding's verification works with: its inputs, what was confirmed last, and what the targets hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.gateway.interface import Redeploy
from apigw_client_cert.lifecycle.binding_look import Seen, look_at_certificate, look_at_targets
from apigw_client_cert.lifecycle.binding_state import binding_policy, is_open, place_to_go_back_to
from apigw_client_cert.lifecycle.inputs import changed
from apigw_client_cert.lifecycle.ownership import facts_of
from apigw_client_cert.lifecycle.verification import Verifier
from apigw_client_cert.lifecycle.verification_inputs import INPUTS, probe_of, test_invoke_of
from apigw_client_cert.lifecycle.verification_steps import Last, VerifiedSwitch
from apigw_client_cert.rotation.binding import Presented, Presents

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apigw_client_cert.gateway.interface import Gateway, StageRef
    from apigw_client_cert.lifecycle.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """How the switches of one binding are confirmed, in one create or update."""

    gateway: Gateway
    stage: StageRef
    olds: Mapping[str, Any]
    news: Mapping[str, Any]
    world: World
    now: datetime

    def switch(self, coming: str) -> VerifiedSwitch | None:
        """The verification of a switch to this certificate; None where none is asked for."""
        verifier = Verifier(
            gateway=self.gateway,
            stage=self.stage,
            test_invoke=test_invoke_of(self.news),
            probe_spec=probe_of(self.news),
            probe=self.world.probe,
            pause=self.world.pause,
            now=self.now,
        )
        if not verifier.asked_for:
            return None
        seen = look_at_certificate(self.gateway, coming, self.olds, self.news)
        return VerifiedSwitch(
            verifier=verifier,
            coming=self._known_by_fingerprint(seen.presented),
            redeploy=Redeploy(self.news.get("redeploy") or "never"),
            last=lambda: self._last(coming, seen.number),
            say=self.world.say,
        )

    def of_what_is_presented(self, desired: str) -> dict[str, Any] | None:
        """The evidence for what the stage presents and should present; the recorded one where there is one."""
        if self.olds.get("verifiedClientCertificateId") == desired and not changed(self.olds, self.news, INPUTS):
            return self.olds.get("evidence")
        switch = self.switch(desired)
        return None if switch is None else switch.settle()

    def while_waiting(self, presented: Presented) -> dict[str, Any] | None:
        """The evidence for a switch that is open while the next one waits: it is tried in each run all the same."""
        seen = {**self.olds, "presentedClientCertificateId": presented.id, "generations": self.news.get("generations")}
        if presented.id is None or not is_open(seen, ""):
            return None
        switch = self.switch(presented.id)
        return None if switch is None else switch.settle()

    def _known_by_fingerprint(self, certificate: Presented) -> Presented:
        """A program may hand on generations without fingerprints; a certificate without one would be believed."""
        if certificate.sha256 is not None or certificate.id is None:
            return certificate
        found = self.gateway.get(certificate.id)
        if found is None:
            return replace(certificate, kind=Presents.GONE)
        return replace(certificate, sha256=facts_of(found).sha256)

    def _last(self, coming: str, number: int) -> Last | None:
        """Where a stage may go back to that presents ``coming``: it is ours, lives, and the targets hold it."""
        certificate_id = place_to_go_back_to(self.olds)
        if certificate_id is None or certificate_id == coming:
            return None
        seen = look_at_certificate(self.gateway, certificate_id, self.olds, self.news)
        if seen.presented.kind is not Presents.OURS or not seen.presented.alive(self.now):
            return None
        nothing = Seen(presented=Presented(kind=Presents.NOTHING))
        try:
            held = look_at_targets(self.gateway, nothing, certificate_id, self.news, self.world)
        except errors.RotationError:
            # What the look cannot see counts as harm.
            return None
        if held is not None and not held.desired:
            return None
        ending = seen.presented.ends_within(binding_policy(self.news).activate_by, self.now)
        return Last(certificate=self._known_by_fingerprint(seen.presented), left=ending or seen.number > number)
