"""A run whose switches are verified, and the backend that is asked: it is told what to do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from apigw_client_cert.gateway.interface import TrialAnswer
from tests.lifecycle.conftest import FakeRun

if TYPE_CHECKING:
    from apigw_client_cert.gateway.interface import StageRef, TrialCall
    from apigw_client_cert.gateway.probe import ProbeCall
    from apigw_client_cert.lifecycle.world import World

VERIFY = {"resource": "/health", "backend": "nginx"}
CONFIRM = {"url": "https://orders.example.com/health", "interval": "2s", "attempts": 6}


@dataclass
class Backend:
    """Accepts the certificates in ``accepts`` (all where it is None) and echoes what it saw."""

    run: FakeRun
    accepts: set[str] | None = None
    echoes: str = "truth"
    demands: bool = True
    tried: list[str | None] = field(default_factory=list)

    def answer(self, _stage: StageRef, _trial: TrialCall, certificate_id: str | None) -> TrialAnswer:
        """As a server would."""
        self.tried.append(certificate_id)
        if self.demands and (
            certificate_id is None or (self.accepts is not None and certificate_id not in self.accepts)
        ):
            return TrialAnswer(status=403)
        seen = {"truth": self.sha256(certificate_id), "nothing": ""}.get(self.echoes, self.echoes)
        return TrialAnswer(status=200, headers={"X-Client-Cert": (seen.upper(),)})

    def sha256(self, certificate_id: str | None) -> str:
        """The fingerprint of a generation in state."""
        found = {one["id"]: one["sha256"] for one in self.run.state["certificate"]["generations"]}
        return str(found.get(certificate_id or "", ""))


@dataclass
class VerifiedRun(FakeRun):
    """A run whose world has a probe."""

    answers: list[TrialAnswer | Exception] = field(default_factory=list)
    probes: list[ProbeCall] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    @property
    def world(self) -> World:
        """The fake world, with canned probes."""
        return replace(super().world, probe=self._probe, pause=self.waits.append)

    def _probe(self, call: ProbeCall) -> TrialAnswer:
        self.probes.append(call)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def published(run: VerifiedRun, **config: Any) -> tuple[str, str]:
    """Day 337: generation 2 is active, and the stage, which presents generation 1, is next to move."""
    run.rotate_to("published")
    run.binding_config = config
    run.at(337)
    run.certificate()
    run.bundle()
    first, second = (one["id"] for one in run.state["certificate"]["generations"])
    return first, second
