"""A run whose switches are verified, and the backend that is asked: it is told what to do."""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.gateway.interface import TrialAnswer
from tests.lifecycle.conftest import FakeRun

if TYPE_CHECKING:
    from collections.abc import Callable

    from apigw_client_cert.gateway.http_probe import ProbeCall
    from apigw_client_cert.gateway.interface import StageRef, TrialCall
    from apigw_client_cert.lifecycle.environment import Environment

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
        """The fingerprint of a certificate of the account."""
        found = self.run.gateway.certificates.get(certificate_id or "")
        return "" if found is None else hashlib.sha256(ssl.PEM_cert_to_DER_cert(found.pem)).hexdigest()


@dataclass
class VerifiedRun(FakeRun):
    """A run whose world has a probe."""

    answers: list[TrialAnswer | Exception] = field(default_factory=list)
    probes: list[ProbeCall] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    @property
    def environment(self) -> Environment:
        """The fake world, with canned probes."""
        return replace(super().environment, probe=self._probe, pause=self.waits.append)

    def _probe(self, call: ProbeCall) -> TrialAnswer:
        self.probes.append(call)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class ProbedRun(VerifiedRun):
    """The probe reaches the backend through the stage, as callers do; ``meanwhile`` is what else happens then."""

    meanwhile: list[Callable[[], object]] = field(default_factory=list)

    def _probe(self, call: ProbeCall) -> TrialAnswer:
        if self.answers:
            return super()._probe(call)
        for happens in list(self.meanwhile):
            happens()
        return self.gateway.backend(self.ref, None, self.presented("prod"))  # type: ignore[arg-type]

    @property
    def ref(self) -> Any:
        """The stage."""
        (found,) = [one for one in self.gateway.stages if one.stage_name == "prod"]
        return found

    def console(self, certificate_id: str | None) -> None:
        """What the stage presents, whoever did it: also a run that was killed after the PATCH."""
        self.gateway.stages[self.ref].client_certificate_id = certificate_id

    def red(self, *, whole: bool = False) -> str:
        """The error that a run ends with, "" where it succeeds."""
        try:
            if whole:
                self.up()
            else:
                self.binding("prod")
        except errors.RotationError as error:
            return str(error)
        return ""

    def goes_on(self) -> list[str]:
        """What the stage presented after each of three more runs, whatever they said."""
        seen = []
        for _ in range(3):
            self.begin()
            self.lines.append(self.red())
            seen.append(str(self.presented("prod")))
        return seen


def published(run: VerifiedRun, **config: Any) -> tuple[str, str]:
    """Day 337: generation 2 is active, and the stage, which presents generation 1, is next to move."""
    run.rotate_to("published")
    run.binding_config = config
    run.at(337)
    run.certificate()
    run.bundle()
    first, second = (one["id"] for one in run.state["certificate"]["generations"])
    return first, second
