"""The account that the sandbox plays: everything that outlives one request, and the lock that orders the effects."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apigw_sandbox.api_errors import BadRequest, NotFound
from apigw_sandbox.behaviour import Behaviour, UnknownCertificate
from apigw_sandbox.certificates import CertificateStore, is_acm_arn
from apigw_sandbox.clock import SandboxClock, wall_now
from apigw_sandbox.data_plane.plane import DataPlane
from apigw_sandbox.faults.earlier import EarlierStates
from apigw_sandbox.faults.plan import Faults
from apigw_sandbox.journal import Journal, JournalEntry, is_mutating
from apigw_sandbox.minting import KeyPool
from apigw_sandbox.paging import Pager
from apigw_sandbox.throttle import TokenBucket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_sandbox.acm import AcmCertificate
    from apigw_sandbox.faults.hostile import Hostile

DEFAULT_ACCOUNT = "123456789012"
DEFAULT_REGION = "us-east-1"
THROTTLED_SERVICES = frozenset({"apigateway", "apigatewayv2"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the journal is told of one call."""

    service: str
    action: str
    resource: str
    status: int
    region: str
    error: str = ""
    console: bool = False
    patch: Mapping[str, str | None] | None = None
    fault: str = ""


class ControlPlane:
    """State and switches of one sandbox.

    Whoever reads or changes state holds ``lock``: a call's effect and its journal entry are one step,
    so the journal's order is the order of effects.
    """

    def __init__(
        self,
        *,
        account_id: str = DEFAULT_ACCOUNT,
        region: str = DEFAULT_REGION,
        behaviour: Behaviour | None = None,
        hostile: Hostile | None = None,
    ) -> None:
        self.account_id = account_id
        self.region = region
        self.lock = threading.RLock()
        self.clock = SandboxClock()
        self.journal = Journal()
        self._initial_behaviour = behaviour or Behaviour()
        self.behaviour = self._initial_behaviour
        self.keys = KeyPool()
        self.api_pager = Pager()
        self._stores: dict[str, CertificateStore] = {}
        # By ARN: those that somebody gave the sandbox a key for; a stage may name any other.
        self.acm: dict[str, AcmCertificate] = {}
        self._bucket = TokenBucket()
        self.data_plane = DataPlane(self)
        self.earlier = EarlierStates(self)
        self.faults = Faults(self.earlier, hostile)

    def certificates(self, region: str) -> CertificateStore:
        """The certificates of a region, which share nothing with another's."""
        if region not in self._stores:
            self._stores[region] = CertificateStore(self.keys)
        return self._stores[region]

    def certificate_stores(self) -> Mapping[str, CertificateStore]:
        """The stores of the regions that were ever asked for."""
        return dict(self._stores)

    def admit(self, service: str) -> None:
        """Let a call in, or raise ``TooManyRequests`` while the throttle is on."""
        if self.behaviour.throttle and service in THROTTLED_SERVICES:
            self._bucket.take(rate=self.behaviour.throttle_rate, burst=self.behaviour.throttle_burst)

    def checked_binding(self, value: str, *, region: str, acm: bool) -> str | None:
        """What a stage's ``clientCertificateId`` becomes: None for ``""``; ``acm`` says whether an ACM ARN will do.

        Raises:
            NotFound | BadRequest: no such certificate, by the switch ``unknown_certificate``.
        """
        if not value:
            return None
        if (acm and is_acm_arn(value)) or value in self.certificates(region):
            return value
        if self.behaviour.unknown_certificate is UnknownCertificate.BAD_REQUEST:
            raise BadRequest("Invalid client certificate specified")
        raise NotFound("Invalid Client Certificate identifier specified")

    def record(self, outcome: Outcome) -> JournalEntry:
        """Write one call into the journal, at this instant."""
        with self.lock:
            entry = JournalEntry(
                number=self.journal.last_number + 1,
                at=self.clock.now(),
                wall=wall_now(),
                service=outcome.service,
                action=outcome.action,
                resource=outcome.resource,
                status=outcome.status,
                mutates=is_mutating(outcome.service, outcome.action),
                error=outcome.error,
                region=outcome.region,
                console=outcome.console,
                patch=dict(outcome.patch or {}),
                fault=outcome.fault,
            )
            self.journal.append(entry)
            self.earlier.changed(entry)
        return entry

    def forget(self) -> None:
        """Certificates, journal, requests, switches and clock as at the start.

        The caller resets moto's part, and then ``faults``, which may look at the account.
        """
        self._stores.clear()
        self.acm.clear()
        self._bucket.reset()
        self.api_pager = Pager()
        self.journal.clear()
        self.data_plane.forget()
        self.clock.reset()
        self.earlier.forget()
        self.behaviour = self._initial_behaviour
