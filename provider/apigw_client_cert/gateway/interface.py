"""What the lifecycle may ask of API Gateway, and the records it gets back.

The lifecycle knows this file only, never boto3: tests put a ``FakeGateway`` that behaves in its place,
and the contract suite holds the fake and the real one to the same answers.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime


class StageKind(enum.Enum):
    """Which API family owns a stage; HTTP APIs cannot hold a client certificate (docs/aws.md §1.5)."""

    REST = "REST"
    WEBSOCKET = "WEBSOCKET"


class Redeploy(enum.Enum):
    """Whether a switch also re-sends the stage's deployment id (docs/aws.md §3.3)."""

    NEVER = "never"
    SAME_DEPLOYMENT = "same-deployment"


@dataclass(frozen=True, slots=True, order=True)
class StageRef:
    """One stage of one API."""

    api_id: str
    stage_name: str
    kind: StageKind = field(default=StageKind.REST, compare=False)

    def __str__(self) -> str:
        """``api/stage``, with ``@websocket`` behind it for a WebSocket stage."""
        return f"{self.api_id}/{self.stage_name}" + ("@websocket" if self.kind is StageKind.WEBSOCKET else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCertificate:
    """A client certificate as API Gateway describes it; the private key never leaves AWS."""

    id: str
    pem: str = field(repr=False)
    created_date: datetime
    expiration_date: datetime
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What an in-use scan saw.

    ``users`` has every id and ARN that some stage presents, also of certificates that are gone.
    ``gaps`` names what could not be read (an API without permission, a throttled page).
    A scan with gaps proves nothing: whoever decides must count it as in use.
    """

    users: Mapping[str, tuple[StageRef, ...]]
    gaps: tuple[str, ...] = ()

    def of(self, certificate_id: str) -> tuple[str, ...]:
        """Who presents it, as words; what the scan could not see counts as a user (invariant 3)."""
        stages = tuple(str(stage) for stage in self.users.get(certificate_id, ()))
        return stages + tuple(f"unknown: {gap}" for gap in self.gaps)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialCall:
    """A call of one method of a REST API, as a user names it.

    ``resource`` is the path of the API's resource, such as ``/orders/{id}``; ``path`` the one to call, where they
    differ. ``stage_variables`` overrule the stage's own. Headers may hold an API key, so they are in no repr.
    """

    resource: str
    method: str = "GET"
    path: str | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    stage_variables: Mapping[str, str] = field(default_factory=dict)
    body: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialAnswer:
    """What came back through the gateway: its own 5xx where the backend refused the connection."""

    status: int
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    body: str = field(default="", repr=False)


class Gateway(Protocol):
    """API Gateway in one account and region.

    Every method raises the errors of ``errors.py`` and nothing of botocore's.
    """

    @property
    def region(self) -> str:
        """The region that this client talks to, as boto3 resolved it."""
        ...

    def account_id(self) -> str | None:
        """The account of the credentials, or None where STS does not answer."""
        ...

    def caller(self) -> str | None:
        """The ARN of the credentials, where STS has given it beside the account; this asks nobody."""
        ...

    def generate(self, *, description: str, tags: Mapping[str, str]) -> IssuedCertificate:
        """Generate one certificate; raises ``QuotaExhausted``, and ``OutcomeUnknown`` when no answer came.

        A repeated generate makes a second certificate, so nothing here repeats one whose outcome is unknown.
        """
        ...

    def get(self, certificate_id: str) -> IssuedCertificate | None:
        """The certificate, or None when AWS says NotFound (the only answer that means gone)."""
        ...

    def list_certificates(self) -> tuple[IssuedCertificate, ...]:
        """All generated certificates of the account and region, every page."""
        ...

    def delete(self, certificate_id: str) -> None:
        """Delete it; gone already is success; raises ``StillInUse`` for AWS's 400 or 409."""
        ...

    def tag(self, certificate_id: str, tags: Mapping[str, str]) -> None:
        """Add or overwrite tags of a certificate."""
        ...

    def untag(self, certificate_id: str, keys: Collection[str]) -> None:
        """Remove tags of a certificate."""
        ...

    def presented(self, stage: StageRef) -> str | None:
        """The id or ACM ARN that the stage presents; raises ``StageNotFound``."""
        ...

    def list_presented(self, api_id: str, kind: StageKind) -> Mapping[StageRef, str | None]:
        """What each stage of an API presents; that one is not in it proves nothing, and ``presented`` says why."""
        ...

    def bind(self, stage: StageRef, certificate_id: str, redeploy: Redeploy = Redeploy.NEVER) -> None:
        """Make the stage present this certificate."""
        ...

    def unbind(self, stage: StageRef) -> None:
        """Make the stage present nothing; a stage that is gone is success."""
        ...

    def try_certificates(
        self, stage: StageRef, trial: TrialCall, certificate_ids: Sequence[str | None]
    ) -> tuple[TrialAnswer, ...]:
        """What a method answers with each of these certificates, and with none for None; changes nothing in AWS.

        Raises ``BadInput`` for a method that the API has not. The backend is called for real.
        """
        ...

    def scan(self) -> Usage:
        """Which REST and WebSocket stages of the account and region present what."""
        ...
