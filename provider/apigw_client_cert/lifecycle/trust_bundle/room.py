"""Whether what will be published a year from now fits its places; found while there is nothing to lose.

A rotation publishes two certificates at once: the presented one, and its successor for the whole lead, or its
predecessor for the whole overlap. A place that holds one of each only fails at the first rotation, in every run until
the stages run into the expiry.
"""

from __future__ import annotations

import contextlib
import hashlib
from base64 import b64encode
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert.errors import BadInput
from apigw_client_cert.gateway.certificates import QUOTA_CODE, ROTATION_ID_TAG
from apigw_client_cert.lifecycle.inputs import UNKNOWN
from apigw_client_cert.publish.specs import MOST_BYTES
from apigw_client_cert.rotation.model import TrustedCertificate
from apigw_client_cert.trust.contents import render
from apigw_client_cert.trust.pem import sha1_of_text, split_pem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apigw_client_cert.gateway.interface import IssuedCertificate

# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html, client certificates per account and region.
QUOTA: Final = 60
# What API Gateway generates: 750 bytes of DER are the 1070 bytes of PEM that AWS was seen to answer
# (docs/aws.md §2).
_DER_BYTES: Final = 750
_AT_ONCE: Final = 2


def short_of_room(spec: Mapping[str, Any], rotations: Sequence[object], also: Sequence[object]) -> str | None:
    """Why this target cannot hold every certificate with its successor, without a full stop; None where it can.

    Args:
        spec: A checked target.
        rotations: The bundle's, as inputs; what is not known at preview counts as one certificate.
        also: PEMs of other certificates, checked; unknown ones count as one of API Gateway's.
    """
    most = MOST_BYTES.get(spec["type"])
    if most is None:
        return None
    content = str(spec.get("content") or "pem")
    others = [_stand_in(number, pem) for number, pem in enumerate(also)]
    today = sum(map(_live, rotations))
    then = sum(max(live, _AT_ONCE) for one in rotations if (live := _live(one)))
    now, later = (len(render(content, [*_made_up(count), *others]).encode()) for count in (today, then))
    if later <= most:
        return None
    return (
        f"{now} bytes with the certificates of today, and {later} during a rotation, when each has its successor beside"
        f" it; a place of type {spec['type']} holds {most}. Publish pins instead of PEM (content= with the name of the"
        ' server that reads it, or "sha256"), publish to S3, or spread the certificates over several bundles and places'
    )


def crowded(listed: Sequence[IssuedCertificate], *, more: int) -> str | None:
    """Why the rotations of a region will not all find room for their successors; None where they will.

    Only a warning: 60 is what an account has unless AWS raised it, and nobody can see from here whether it did.
    ``more`` certificates, each of a rotation of its own, are about to be made.
    """
    rotations = len({one.tags[ROTATION_ID_TAG] for one in listed if ROTATION_ID_TAG in one.tags}) + more
    if len(listed) + more + rotations <= QUOTA:
        return None
    return (
        f"this account and region will have {len(listed) + more} client certificates, and {rotations} rotations that"
        f" need one more each for a successor; an account has {QUOTA} unless AWS raised its quota. A rotation without"
        f" room fails when it is due: have Service Quotas raise {QUOTA_CODE}, or delete what no stage presents"
    )


def _live(rotation: object) -> int:
    """How many certificates of a rotation are trusted; one where nobody knows yet."""
    generations = rotation.get("generations") if isinstance(rotation, dict) else UNKNOWN
    if not isinstance(generations, list):
        return 1
    return sum(isinstance(one, dict) and one.get("trusted") is not False for one in generations)


def _made_up(count: int) -> list[TrustedCertificate]:
    return [_stand_in(-number) for number in range(1, count + 1)]


def _stand_in(number: int, pem: object = UNKNOWN) -> TrustedCertificate:
    """As long as the certificate in every content; its fingerprints are of nothing."""
    mark = hashlib.sha256(str(number).encode()).hexdigest()
    body = b64encode(mark.encode().ljust(_DER_BYTES, b"0")).decode()
    blocks = split_pem(f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
    if isinstance(pem, str) and pem != UNKNOWN:
        # What was in state before is not checked again, and may be damaged.
        with contextlib.suppress(BadInput):
            blocks = split_pem(pem)[:1] or blocks
    return TrustedCertificate(
        sha256=mark,
        sha1=sha1_of_text(mark),
        spki_sha256=mark,
        pem=blocks[0],
        not_after=datetime(2027, 1, 1, tzinfo=timezone.utc),
    )
