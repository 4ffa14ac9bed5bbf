"""Whose bucket it is: what S3 looks at where a call says whose it expects, and moto does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from moto.s3.models import s3_backends

from apigw_sandbox.messages import Answer, Call, new_request_id

if TYPE_CHECKING:
    from collections.abc import Mapping

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
_HEADER: Final = "HTTP_X_AMZ_EXPECTED_BUCKET_OWNER"
_DENIED: Final = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


def create(name: str, account_id: str) -> None:
    """A bucket of any account's; names are shared by all of them."""
    s3_backends[account_id]["aws"].create_bucket(name, "us-east-1")


def not_the_expected_owners(call: Call) -> Answer | None:
    """S3's 403 where the bucket is another account's than the call expects; None where it does not say, or fits."""
    expected = call.environ.get(_HEADER)
    owners: Mapping[str, tuple[str, str]] = s3_backends.bucket_accounts
    owner = owners.get(call.parameters.get("Bucket", ""))
    if expected is None or owner is None or owner[1] == expected:
        return None
    request_id = new_request_id().replace("-", "")[:16]
    return Answer(
        status=403, body=_DENIED, headers=(("Content-Type", "application/xml"), ("x-amz-request-id", request_id))
    )
