"""The client certificates of one account and region, as five API Gateway operations and the tags see them.

Shapes: docs/aws.md §1.1. Nothing here knows what a rotation is.
"""

from __future__ import annotations

import contextlib
import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert.errors import (
    BadInput,
    ConcurrentModification,
    QuotaExhausted,
    RotationError,
    StillInUse,
)
from apigw_client_cert.gateway.answers import Answered, Call
from apigw_client_cert.gateway.certificate_looks import CertificateLooks
from apigw_client_cert.gateway.emulators import is_literal, no_client_certificates
from apigw_client_cert.gateway.failures import outcome_unknown, unreadable_answer
from apigw_client_cert.gateway.interface import IssuedCertificate

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from apigw_client_cert.gateway.client import Client
    from apigw_client_cert.gateway.interface import Usage
    from apigw_client_cert.gateway.sending import Look

#: Marks what this package generated; its value is the rotation id.
ROTATION_ID_TAG: Final = "apigw-client-cert:rotation-id"
#: Service Quotas code of "client certificates per account per Region" (docs/aws.md §3.5).
QUOTA_CODE: Final = "L-824C9E42"
#: The largest page that GetClientCertificates gives (docs/aws.md §1.1).
PAGE_SIZE: Final = 500
_MOST_NAMED: Final = 10
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
#: What a rotation counts with (rotation/model.py).
_YEARS: Final = (1970, 9000)


class Certificates:
    """Generate, read, delete and tag; every method raises ``errors.py``'s tree only."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._looks = CertificateLooks(self.get, ROTATION_ID_TAG)

    def generate(self, *, description: str, tags: Mapping[str, str]) -> IssuedCertificate:
        """One new certificate; sent again after a 429 only, because a second generate makes a second certificate.

        Raises:
            QuotaExhausted: names how many there are and which of them carry this tool's tag.
            OutcomeUnknown: no answer, a server error, or an answer without a certificate.
        """
        call = Call("apigateway", "GenerateClientCertificate")
        try:
            answer = self._client.call(call.service, call.operation, description=description, tags=dict(tags))
        except QuotaExhausted as error:
            raise self._quota_exhausted() from error
        _refuse_literal(answer, call, answer)
        issued = _issued(answer)
        if issued is None:
            raise outcome_unknown(call)
        return self._looks.read(issued)

    def get(self, certificate_id: str) -> IssuedCertificate | None:
        """The certificate, or None for AWS's NotFound; an ACM ARN is NotFound too (docs/aws.md §1.6)."""
        try:
            answer = self._client.call(
                "apigateway",
                "GetClientCertificate",
                subject=certificate_id,
                expected={"NotFoundException"},
                clientCertificateId=certificate_id,
            )
        except Answered:
            return None
        return self._looks.read(_readable(answer, Call("apigateway", "GetClientCertificate", certificate_id), answer))

    def list(self) -> tuple[IssuedCertificate, ...]:
        """All of them, every page, in AWS's order."""
        pages = self._client.pages("apigateway", "GetClientCertificates", page_size=PAGE_SIZE)
        call = Call("apigateway", "GetClientCertificates")
        return tuple(self._looks.read(_readable(item, call, page)) for page in pages for item in page.get("items", ()))

    def delete(self, certificate_id: str, scan: Callable[[], Usage]) -> None:
        """Delete it; gone already is success.

        Args:
            certificate_id: Which one.
            scan: Who presents it; asked before the deletion is sent again, as a rollback may have come in between.

        Raises:
            StillInUse: AWS's 400, a 409 that outlasts a few repetitions, or what the scan says.
            NotOurs: its rotation id was changed before the deletion could be sent again.
        """
        # UNVERIFIED: whether AWS refuses at all, and with 400 or 409 (docs/aws.md §3.1).
        try:
            self._client.call(
                "apigateway",
                "DeleteClientCertificate",
                subject=certificate_id,
                expected={"NotFoundException", "BadRequestException"},
                look_again=self._looks.still_unused(certificate_id, scan),
                clientCertificateId=certificate_id,
            )
        except Answered as answer:
            if answer.code != "NotFoundException":
                raise still_in_use(certificate_id) from answer
        except ConcurrentModification as error:
            raise still_in_use(certificate_id) from error

    def tag(self, certificate_id: str, tags: Mapping[str, str]) -> None:
        """Add or overwrite tags; TagResource, because a PATCH of tags is refused (docs/aws.md §1.2).

        Raises:
            BadInput: the certificate is gone.
            NotOurs: its rotation id was changed before the call could be sent again.
        """
        if not tags:
            return
        try:
            self._on_tags(certificate_id, "TagResource", self._looks.same_owner(certificate_id, tags), tags=dict(tags))
        except Answered as answer:
            raise certificate_gone(certificate_id) from answer
        self._looks.written(certificate_id, tags)

    def untag(self, certificate_id: str, keys: Collection[str]) -> None:
        """Remove tags; keys that are not there are no error, nor is a certificate that is gone."""
        if keys:
            with contextlib.suppress(Answered):
                self._on_tags(certificate_id, "UntagResource", tagKeys=sorted(keys))

    def _on_tags(
        self, certificate_id: str, operation: str, look_again: Look | None = None, **parameters: object
    ) -> None:
        self._client.call(
            "apigateway",
            operation,
            subject=certificate_id,
            expected={"NotFoundException"},
            look_again=look_again,
            resourceArn=self._arn(certificate_id),
            **parameters,
        )

    def _arn(self, certificate_id: str) -> str:
        """No account id in it, and a slash after the colons (docs/aws.md §1.3)."""
        return f"arn:{self._client.partition}:apigateway:{self._client.region}::/clientcertificates/{certificate_id}"

    def _quota_exhausted(self) -> QuotaExhausted:
        try:
            present = self.list()
        except RotationError:
            # The quota is the news; that the list cannot be read must not hide it.
            return quota_exhausted(None, self._client.region)
        return quota_exhausted(present, self._client.region)


def quota_exhausted(present: Collection[IssuedCertificate] | None, region: str) -> QuotaExhausted:
    """The error for a full quota.

    Args:
        present: What the region holds, None where that could not be read.
        region: The region that is full.
    """
    tagged = sorted(certificate.id for certificate in present or () if ROTATION_ID_TAG in certificate.tags)
    more = f" and {len(tagged) - _MOST_NAMED} more" if len(tagged) > _MOST_NAMED else ""
    holds = f"{region} holds {'an unknown number of' if present is None else len(present)} client certificates"
    named = f" ({', '.join(tagged[:_MOST_NAMED])}{more})" if tagged else ""
    return QuotaExhausted(
        f"the quota of client certificates is used up: {holds}, {len(tagged)} of them with the tag"
        f" {ROTATION_ID_TAG}{named}",
        means="No certificate was generated.",
        remedy=(
            "Delete those that no stack keeps any more, or have Service Quotas raise"
            f" {QUOTA_CODE}. A red run deletes nothing: what you have removed from this program goes with"
            " pulumi destroy --target URN --target-dependents."
        ),
        subject=region,
    )


def certificate_gone(certificate_id: str) -> BadInput:
    """The error for tagging a certificate that AWS does not know."""
    return BadInput(
        f"there is no client certificate {certificate_id} in this account and region",
        means="This call changed nothing.",
        remedy="Correct the id; if the certificate was deleted by hand, run `pulumi up --refresh`.",
        subject=certificate_id,
    )


def still_in_use(certificate_id: str) -> StillInUse:
    """The error for a certificate that AWS keeps."""
    return StillInUse(
        f"AWS refuses to delete client certificate {certificate_id}",
        means="It was not deleted.",
        remedy="Look for a stage that presents it (REST and WebSocket APIs of this account and region) and move it,"
        " then run again.",
        subject=certificate_id,
    )


def _refuse_literal(item: Mapping[str, Any] | None, call: Call, answer: Mapping[str, Any]) -> None:
    if is_literal(str((item or {}).get("pemEncodedCertificate") or "")):
        raise no_client_certificates(call, "a text that is no PEM", answer)


def _readable(item: Mapping[str, Any], call: Call, answer: Mapping[str, Any]) -> IssuedCertificate:
    _refuse_literal(item, call, answer)
    issued = _issued(item)
    if issued is None:
        raise unreadable_answer(call)
    return issued


def _issued(answer: Mapping[str, Any] | None) -> IssuedCertificate | None:
    """The certificate in an answer; None where a field is missing, or is none that AWS would send."""
    answer = answer or {}
    identifier = answer.get("clientCertificateId")
    created, expires = answer.get("createdDate"), answer.get("expirationDate")
    if not isinstance(created, datetime) or not isinstance(expires, datetime):
        return None
    # Where an id goes: into URLs, tags' ARNs, messages. Dates outside are refused by the rotation.
    if not _ID.fullmatch(str(identifier)) or not all(_YEARS[0] <= one.year <= _YEARS[1] for one in (created, expires)):
        return None
    return IssuedCertificate(
        id=str(identifier),
        pem=str(answer.get("pemEncodedCertificate") or ""),
        created_date=_utc(created),
        expiration_date=_utc(expires),
        description=str(answer.get("description") or ""),
        tags={str(key): str(value) for key, value in (answer.get("tags") or {}).items()},
    )


def _utc(instant: datetime) -> datetime:
    """Turned to UTC: botocore gives the local zone and, for some emulators, fractions of a second."""
    return instant.astimezone(timezone.utc).replace(microsecond=0)
