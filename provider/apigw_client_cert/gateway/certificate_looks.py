"""What is looked at before a deletion or a change of owner is sent again: the owner's tag, and who presents it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert.errors import NotOurs, StillInUse, joined, safe_repr

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from apigw_client_cert.gateway.interface import IssuedCertificate, Usage
    from apigw_client_cert.gateway.sending import Look, SoFar


class CertificateLooks:
    """Remembers each certificate's owner, as it was last read or written here: what was decided upon.

    Args:
        get: Reads a certificate, None for one that is gone.
        tag: The tag that names the owner.
    """

    def __init__(self, get: Callable[[str], IssuedCertificate | None], tag: str) -> None:
        self._get = get
        self._tag = tag
        self._owners: dict[str, str | None] = {}

    def read(self, issued: IssuedCertificate) -> IssuedCertificate:
        """Take note of a certificate as AWS describes it, and hand it on."""
        self._owners[issued.id] = issued.tags.get(self._tag)
        return issued

    def written(self, certificate_id: str, tags: Mapping[str, str]) -> None:
        """Take note of tags that AWS took."""
        if self._tag in tags:
            self._owners[certificate_id] = tags[self._tag]

    def still_unused(self, certificate_id: str, scan: Callable[[], Usage]) -> Look:
        """Before a deletion: the certificate is its owner's still, and nobody presents it (invariants 3, 4)."""
        known = certificate_id in self._owners
        owner = self._owners.get(certificate_id)

        def look_again(so_far: SoFar) -> bool:
            found = self._get(certificate_id)
            if found is None:
                return True
            if known and found.tags.get(self._tag) != owner:
                raise self._owner_changed(found, owner, "DeleteClientCertificate", so_far)
            usage = scan()
            if usage.gaps or usage.users.get(certificate_id):
                raise _presented_by_now(certificate_id, usage)
            return False

        return look_again

    def same_owner(self, certificate_id: str, tags: Mapping[str, str]) -> Look | None:
        """Before tags that name an owner: nobody else has become it (invariant 4)."""
        if self._tag not in tags:
            return None
        wanted = tags[self._tag]
        owner = self._owners.get(certificate_id, wanted)

        def look_again(so_far: SoFar) -> bool:
            found = self._get(certificate_id)
            if found is not None and found.tags.get(self._tag) not in {owner, wanted}:
                raise self._owner_changed(found, owner, "TagResource", so_far)
            # There are other tags beside the owner's; and a certificate that is gone is refused by AWS.
            return False

        return look_again

    def _owner_changed(self, found: IssuedCertificate, owner: str | None, operation: str, so_far: SoFar) -> NotOurs:
        now = found.tags.get(self._tag)
        return NotOurs(
            f"the tag {self._tag} of client certificate {found.id} was changed from {_value(owner)} to {_value(now)}"
            f" before {operation} could be sent again",
            means=f"The call was not sent again. {so_far.value}",
            remedy="Find out whose the certificate is to be. The next run looks at it first.",
            subject=found.id,
        )


def _presented_by_now(certificate_id: str, usage: Usage) -> StillInUse:
    stages = usage.users.get(certificate_id, ())
    if stages:
        return StillInUse(
            f"by now client certificate {certificate_id} is presented by {joined(stages)}: its deletion was not sent"
            " again",
            means="It was not deleted.",
            remedy="Switch those stages to another certificate, or keep this one; the next run looks again.",
            subject=certificate_id,
        )
    return StillInUse(
        f"the in-use scan before the deletion of client certificate {certificate_id} could be sent again could not"
        f" read everything: {joined(usage.gaps, '; ')}",
        means="A stage that was not seen may present it; it was not deleted.",
        remedy="Grant apigateway:GET on /restapis and /apis and what is below them, or run again later.",
        subject=certificate_id,
    )


def _value(tag: str | None) -> str:
    return "no value" if tag is None else safe_repr(tag)
