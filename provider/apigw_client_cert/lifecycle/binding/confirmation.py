"""What a binding's verification works with: its inputs, and what state says of the switches before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apigw_client_cert.gateway.interface import Redeploy
from apigw_client_cert.lifecycle.binding.last_refusal import refusal_in_force
from apigw_client_cert.lifecycle.binding.look import look_at_certificate
from apigw_client_cert.lifecycle.binding.outputs import TAKEN_OVER, binding_policy, is_open, taken_over
from apigw_client_cert.lifecycle.binding.verify import Verifier
from apigw_client_cert.lifecycle.binding.verify_inputs import INPUTS, probe_of, test_invoke_of
from apigw_client_cert.lifecycle.binding.verify_steps import VerifiedSwitch
from apigw_client_cert.lifecycle.binding.ways_back import Places
from apigw_client_cert.lifecycle.inputs import changed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apigw_client_cert.gateway.interface import Gateway, StageRef
    from apigw_client_cert.lifecycle.environment import Environment
    from apigw_client_cert.rotation.binding import Presented


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """How the switches of one binding are confirmed, in one create or update."""

    gateway: Gateway
    stage: StageRef
    olds: Mapping[str, Any]
    news: Mapping[str, Any]
    environment: Environment
    now: datetime

    def switch(self, coming: str, *, presents_it: bool = False) -> VerifiedSwitch | None:
        """The verification of a switch to this certificate, which may have been made; None where none is asked for."""
        verifier = Verifier(
            gateway=self.gateway,
            stage=self.stage,
            test_invoke=test_invoke_of(self.news),
            probe_spec=probe_of(self.news),
            probe=self.environment.probe,
            pause=self.environment.pause,
            now=self.now,
        )
        if not verifier.asked_for:
            return None
        seen = look_at_certificate(self.gateway, coming, self.olds, self.news)
        places = Places(
            gateway=self.gateway,
            olds=self.olds,
            news=self.news,
            environment=self.environment,
            now=self.now,
            guess=presents_it,
        )
        return VerifiedSwitch(
            verifier=verifier,
            coming=places.known_by_fingerprint(seen.presented),
            redeploy=Redeploy(self.news.get("redeploy") or "never"),
            last=lambda: places.last(seen),
            say=self.environment.say,
            activate_by=binding_policy(self.news).activate_by,
            before=refusal_in_force(self.olds, self.news, coming, self.now),
        )

    def of_what_is_presented(self, desired: str) -> dict[str, Any] | None:
        """The evidence for what the stage presents and should present; the recorded one where there is one."""
        if self.olds.get("verifiedClientCertificateId") == desired and not changed(self.olds, self.news, INPUTS):
            return self.olds.get("evidence")
        switch = self.switch(desired, presents_it=True)
        return None if switch is None else switch.settle()

    def while_waiting(self, presented: Presented, *, made: bool = False) -> dict[str, Any] | None:
        """The evidence for a switch that is open while the next one waits: it is tried in each run all the same.

        ``made``: this run made it.
        """
        seen = {
            **self.olds,
            "presentedClientCertificateId": presented.id,
            "generations": self.news.get("generations"),
            TAKEN_OVER: taken_over(self.olds, presented.id),
        }
        if presented.id is None or not (made or is_open(seen, "")):
            return None
        switch = self.switch(presented.id)
        return None if switch is None else switch.settle()
