"""The client certificates of one region, with their private keys, which never leave this process."""

from __future__ import annotations

import contextlib
import re
import secrets
import string
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from apigw_sandbox import minting, tagging
from apigw_sandbox.api_errors import BadRequest, Conflict, LimitExceeded, NotFound
from apigw_sandbox.behaviour import Behaviour, InUseDeletion
from apigw_sandbox.paging import Pager

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cryptography.hazmat.primitives.asymmetric import rsa

ID_LENGTH = 6
ID_ALPHABET = string.ascii_lowercase + string.digits
_ACM_ARN = re.compile(r"arn:aws(?:-[a-z]+)*:acm:[a-z0-9-]+:\d{12}:certificate/[A-Za-z0-9-]+")


def is_acm_arn(value: str) -> bool:
    """Whether a stage's ``clientCertificateId`` names a certificate of ACM (docs/aws.md §1.6)."""
    return _ACM_ARN.fullmatch(value) is not None


@dataclass(kw_only=True)
class ClientCertificate:
    """One generated certificate. ``pem`` is the text that the API answers with."""

    id: str
    pem: str = field(repr=False)
    private_key: rsa.RSAPrivateKey = field(repr=False)
    created_date: datetime
    expiration_date: datetime
    description: str | None = None
    tags: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """The ``ClientCertificate`` of the API: dates in whole epoch seconds, absent members left out."""
        wire: dict[str, object] = {
            "clientCertificateId": self.id,
            "pemEncodedCertificate": self.pem,
            "createdDate": int(self.created_date.timestamp()),
            "expirationDate": int(self.expiration_date.timestamp()),
        }
        if self.description is not None:
            wire["description"] = self.description
        if self.tags:
            wire["tags"] = dict(self.tags)
        return wire


class CertificateStore:
    """Generate, read, describe, tag, delete. Not thread-safe: the control plane's lock guards it."""

    def __init__(self, keys: minting.KeyPool) -> None:
        self._keys = keys
        self._certificates: dict[str, ClientCertificate] = {}
        self._ids_ever_used: set[str] = set()
        self._pager = Pager()

    def generate(
        self,
        *,
        now: datetime,
        behaviour: Behaviour,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> ClientCertificate:
        """One more; raises ``LimitExceeded`` at the quota and ``BadRequest`` for a bad tag."""
        checked_tags = tagging.merged({}, tags or {})
        if len(self._certificates) >= behaviour.certificate_quota:
            quota = behaviour.certificate_quota
            raise LimitExceeded(f"Maximum number of client certificates for this account has been reached: {quota}")
        key = self._keys.take()
        twin = minting.mint(key, not_before=now, validity=timedelta(seconds=behaviour.validity_seconds))
        certificate = ClientCertificate(
            id=self._new_id(),
            pem=minting.pem_text(twin, crlf=behaviour.pem_crlf, final_newline=behaviour.pem_final_newline),
            private_key=key,
            created_date=twin.not_valid_before_utc,
            expiration_date=twin.not_valid_after_utc,
            description=description,
            tags=checked_tags,
        )
        self._certificates[certificate.id] = certificate
        return certificate

    def get(self, certificate_id: str) -> ClientCertificate:
        """The certificate; raises ``NotFound``, also for an ACM ARN, whose certificates are not ours."""
        try:
            return self._certificates[certificate_id]
        except KeyError:
            raise NotFound("Invalid Client Certificate identifier specified") from None

    def __contains__(self, certificate_id: object) -> bool:
        return certificate_id in self._certificates

    def all(self) -> tuple[ClientCertificate, ...]:
        """Every certificate, oldest first."""
        return tuple(self._certificates.values())

    def copied(self) -> dict[str, ClientCertificate]:
        """The certificates as they are now, by id, for ``on_display``; what changes later does not change these."""
        return {one.id: replace(one, tags=dict(one.tags)) for one in self._certificates.values()}

    @contextlib.contextmanager
    def on_display(self, certificates: dict[str, ClientCertificate]) -> Iterator[None]:
        """Answer reads from a copy for a while; nobody may change anything meanwhile."""
        present, self._certificates = self._certificates, certificates
        try:
            yield
        finally:
            self._certificates = present

    def page(self, *, position: str | None, limit: str | None) -> tuple[list[ClientCertificate], str | None]:
        """One page, and the position of the next or None; raises ``BadRequest``."""
        return self._pager.page(self.all(), lambda certificate: certificate.id, position=position, limit=limit)

    def delete(self, certificate_id: str, *, users: Sequence[str], behaviour: Behaviour) -> None:
        """Remove it; ``users`` are the stages that present it, which may forbid this."""
        self.get(certificate_id)
        if users and behaviour.in_use_deletion is not InUseDeletion.ALLOWED:
            refusal = BadRequest if behaviour.in_use_deletion is InUseDeletion.BAD_REQUEST else Conflict
            raise refusal(
                f"Cannot delete Client Certificate {certificate_id} because it is used by stages: {', '.join(users)}"
            )
        del self._certificates[certificate_id]

    def _new_id(self) -> str:
        while True:
            candidate = "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_LENGTH))
            if candidate not in self._ids_ever_used:
                self._ids_ever_used.add(candidate)
                return candidate
