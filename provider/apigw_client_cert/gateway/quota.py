"""How many client certificates an account may have in a region, as Service Quotas says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from apigw_client_cert.errors import RotationError
from apigw_client_cert.gateway.answers import Answered, Call
from apigw_client_cert.gateway.certificates import QUOTA_CODE

if TYPE_CHECKING:
    from apigw_client_cert.gateway.client import Client

#: What every account begins with (docs/aws.md §3.5).
DEFAULT_QUOTA: Final = 60
_CALL: Final = Call("service-quotas", "GetServiceQuota", QUOTA_CODE)


def certificate_quota(client: Client) -> int | None:
    """The quota in force; None where Service Quotas does not say: it is denied, silent, or knows no such quota."""
    try:
        answer = client.call(
            _CALL.service,
            _CALL.operation,
            subject=_CALL.subject,
            expected={"NoSuchResourceException"},
            ServiceCode="apigateway",
            QuotaCode=QUOTA_CODE,
        )
    except (Answered, RotationError):
        return None
    value = (answer.get("Quota") or {}).get("Value")
    return int(value) if isinstance(value, (int, float)) and value >= 0 else None
