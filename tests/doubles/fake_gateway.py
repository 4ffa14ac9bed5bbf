"""A Gateway that behaves: certificates, stages, quota and refusals in memory.

The contract suite holds it to the same answers as the real one. Not modelled: propagation, and an API as a thing of its
own (only stages exist).
"""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

from apigw_client_cert.gateway.certificates import certificate_gone, quota_exhausted, still_in_use
from apigw_client_cert.gateway.interface import (
    IssuedCertificate,
    Redeploy,
    StageKind,
    StageRef,
    TrialAnswer,
    TrialCall,
    Usage,
)
from apigw_client_cert.gateway.stages import certificate_refused, stage_not_found
from tests.doubles.aws_shaped import VALIDITY, issue_pem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

START = datetime(2026, 1, 1, tzinfo=timezone.utc)


class Called(NamedTuple):
    """One entry of the call log: the Gateway method and what it was about."""

    method: str
    subject: str = ""


@dataclass
class FakeStage:
    """One stage: what it presents and which deployment it serves."""

    client_certificate_id: str | None = None
    deployment_id: str = "dep001"
    redeployed: int = 0


@dataclass
class _Fault:
    method: str
    error: Exception
    after_effect: bool


@dataclass
class FakeGateway:
    """API Gateway in one account and region.

    Attributes:
        now: The clock that dates certificates; set ``clock`` to a callable to share one.
        quota: How many certificates fit.
        refuses_delete_in_use: Whether a certificate on a stage cannot be deleted (AWS's own answer is unknown).
        gaps: What scans report as unreadable.
        unfound: What ``get`` does not find although it is there: one stale answer of AWS.
        account: What ``account_id`` answers.
        arn: What ``caller`` answers, once the account was asked for.
        validity: How long newly generated certificates live.
        calls: The log, every call in order, failed ones included.
        backend: What trial calls answer.
    """

    clock: Callable[[], datetime] = lambda: START
    region_name: str = "eu-west-1"
    account: str | None = "123456789012"
    arn: str | None = "arn:aws:sts::123456789012:assumed-role/rotation/daily"
    quota: int = 60
    refuses_delete_in_use: bool = True
    validity: timedelta = VALIDITY
    gaps: tuple[str, ...] = ()
    unfound: set[str] = field(default_factory=set)
    certificates: dict[str, IssuedCertificate] = field(default_factory=dict)
    stages: dict[StageRef, FakeStage] = field(default_factory=dict)
    calls: list[Called] = field(default_factory=list)
    backend: Callable[[StageRef, TrialCall, str | None], TrialAnswer] = lambda *_what: TrialAnswer(status=404)
    _faults: list[_Fault] = field(default_factory=list)
    _minted: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # What tests arrange.

    def add_stage(
        self,
        api_id: str,
        stage_name: str,
        presented: str | None = None,
        kind: StageKind = StageKind.REST,
    ) -> StageRef:
        """A stage that presents an id, an ACM ARN, or nothing."""
        ref = StageRef(api_id, stage_name, kind)
        self.stages[ref] = FakeStage(presented)
        return ref

    def add_certificate(
        self, *, tags: Mapping[str, str] | None = None, description: str = "", created: datetime | None = None
    ) -> IssuedCertificate:
        """A certificate that somebody else made, not in the call log."""
        with self._lock:
            return self._issue(description, tags or {}, created or self.clock())

    def fail_next(self, method: str, error: Exception, *, after_effect: bool = False, times: int = 1) -> None:
        """Make the next calls of a method raise: before anything happens, or after it has."""
        self._faults += [_Fault(method, error, after_effect) for _ in range(times)]

    def called(self, *methods: str) -> list[Called]:
        """The calls of these methods, in order."""
        return [call for call in self.calls if call.method in methods]

    # The Gateway.

    @property
    def region(self) -> str:
        """The region."""
        return self.region_name

    def account_id(self) -> str | None:
        """The account."""
        with self._call("account_id"):
            pass
        return self.account

    def caller(self) -> str | None:
        """Who calls, as STS said with the account."""
        return self.arn if self.account is not None and self.called("account_id") else None

    def generate(self, *, description: str, tags: Mapping[str, str]) -> IssuedCertificate:
        """A new certificate, unless the quota is used up."""
        with self._call("generate"):
            if len(self.certificates) >= self.quota:
                raise quota_exhausted(self.certificates.values(), self.region)
            issued = self._issue(description, tags, self.clock())
        return issued  # noqa: RET504 - a return inside the block would hide from mypy that there is one

    def get(self, certificate_id: str) -> IssuedCertificate | None:
        """The certificate, or None."""
        with self._call("get", certificate_id):
            pass
        return None if certificate_id in self.unfound else self.certificates.get(certificate_id)

    def list_certificates(self) -> tuple[IssuedCertificate, ...]:
        """All certificates, by id."""
        with self._call("list_certificates"):
            pass
        return tuple(self.certificates[certificate_id] for certificate_id in sorted(self.certificates))

    def delete(self, certificate_id: str) -> None:
        """Delete it, unless a stage presents it."""
        with self._call("delete", certificate_id):
            if self.refuses_delete_in_use and certificate_id in self.certificates and self._users(certificate_id):
                raise still_in_use(certificate_id)
            self.certificates.pop(certificate_id, None)

    def tag(self, certificate_id: str, tags: Mapping[str, str]) -> None:
        """Add or overwrite tags."""
        with self._call("tag", certificate_id):
            if certificate_id not in self.certificates and tags:
                raise certificate_gone(certificate_id)
            if tags:
                self._retag(certificate_id, {**self.certificates[certificate_id].tags, **tags})

    def untag(self, certificate_id: str, keys: Collection[str]) -> None:
        """Remove tags."""
        with self._call("untag", certificate_id):
            if certificate_id in self.certificates:
                kept = {key: value for key, value in self.certificates[certificate_id].tags.items() if key not in keys}
                self._retag(certificate_id, kept)

    def presented(self, stage: StageRef) -> str | None:
        """What the stage presents."""
        with self._call("presented", str(stage)):
            found = self._stage(stage)
        return found.client_certificate_id

    def list_presented(self, api_id: str, kind: StageKind) -> dict[StageRef, str | None]:
        """What the stages of an API present."""
        with self._call("list_presented", api_id):
            pass
        return {
            ref: found.client_certificate_id
            for ref, found in self.stages.items()
            if ref.api_id == api_id and ref.kind is kind
        }

    def bind(self, stage: StageRef, certificate_id: str, redeploy: Redeploy = Redeploy.NEVER) -> None:
        """Make the stage present a certificate that exists, or any ACM ARN."""
        with self._call("bind", str(stage)):
            found = self._stage(stage)
            if certificate_id not in self.certificates and not certificate_id.startswith("arn:"):
                raise certificate_refused(stage, certificate_id, "unknown client certificate")
            found.client_certificate_id = certificate_id
            found.redeployed += redeploy is Redeploy.SAME_DEPLOYMENT

    def unbind(self, stage: StageRef) -> None:
        """Make the stage present nothing."""
        with self._call("unbind", str(stage)):
            if self._known(stage):
                self.stages[stage].client_certificate_id = None

    def try_certificates(
        self, stage: StageRef, trial: TrialCall, certificate_ids: Sequence[str | None]
    ) -> tuple[TrialAnswer, ...]:
        """What the backend answers to each."""
        with self._call("try_certificates", str(stage)):
            self._stage(stage)
        return tuple(self.backend(stage, trial, one) for one in certificate_ids)

    def scan(self) -> Usage:
        """Who presents what."""
        with self._call("scan"):
            pass
        presented = {stage.client_certificate_id for stage in self.stages.values()} - {None, ""}
        return Usage(users={one: self._users(one) for one in sorted(map(str, presented))}, gaps=self.gaps)

    @contextlib.contextmanager
    def _call(self, method: str, subject: str = "") -> Iterator[None]:
        """Log, then let the body run, with the fault that is due before or after it."""
        with self._lock:
            self.calls.append(Called(method, subject))
            fault = next((fault for fault in self._faults if fault.method == method), None)
            if fault is not None:
                self._faults.remove(fault)
                if not fault.after_effect:
                    raise fault.error
            yield
            if fault is not None:
                raise fault.error

    def _issue(self, description: str, tags: Mapping[str, str], created: datetime) -> IssuedCertificate:
        created = created.astimezone(timezone.utc).replace(microsecond=0)
        pem, _key = issue_pem(created, self.validity)
        self._minted += 1
        while f"cert{self._minted:02d}" in self.certificates:  # put there by a test that restores an account
            self._minted += 1
        issued = IssuedCertificate(
            id=f"cert{self._minted:02d}",
            pem=pem,
            created_date=created,
            expiration_date=created + self.validity,
            description=description,
            tags=dict(tags),
        )
        self.certificates[issued.id] = issued
        return issued

    def _retag(self, certificate_id: str, tags: Mapping[str, str]) -> None:
        self.certificates[certificate_id] = replace(self.certificates[certificate_id], tags=tags)

    def _known(self, stage: StageRef) -> bool:
        return any(ref == stage and ref.kind is stage.kind for ref in self.stages)

    def _stage(self, stage: StageRef) -> FakeStage:
        if not self._known(stage):
            raise stage_not_found(stage)
        return self.stages[stage]

    def _users(self, certificate_id: str) -> tuple[StageRef, ...]:
        return tuple(sorted(ref for ref, stage in self.stages.items() if stage.client_certificate_id == certificate_id))
