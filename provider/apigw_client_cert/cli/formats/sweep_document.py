"""The JSON of ``sweep``: what ``sweep.schema.json`` describes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert.cli.formats.frame import framed
from apigw_client_cert.cli.live.account import rotation_by_tags
from apigw_client_cert.clock import format_instant
from apigw_client_cert.gateway.certificates import ROTATION_ID_TAG

if TYPE_CHECKING:
    from apigw_client_cert.cli.live.sweeping import Sweep, Swept

SCHEMA_VERSION: Final = 1


def render(sweep: Sweep) -> str:
    """The document."""
    content = {
        "applied": sweep.applying,
        "refused": list(sweep.refused),
        "certificates": [_certificate(one) for one in sweep.certificates],
    }
    return framed(sweep, content, version=SCHEMA_VERSION)


def _certificate(one: Swept) -> dict[str, Any]:
    tags = one.certificate.tags
    return {
        "id": one.certificate.id,
        "accountId": one.account_id,
        "region": one.region,
        "createdDate": format_instant(one.certificate.created_date),
        "expirationDate": format_instant(one.certificate.expiration_date),
        "rotationId": tags.get(ROTATION_ID_TAG),
        "rotation": rotation_by_tags(tags) if ROTATION_ID_TAG in tags else None,
        "verdict": one.verdict,
        "reason": one.reason,
        "message": one.message,
    }
