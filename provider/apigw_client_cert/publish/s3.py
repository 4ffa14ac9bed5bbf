"""An S3 object; the bucket is the user's, and its encryption and versioning apply."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert.errors import AccessDenied, BadInput
from apigw_client_cert.gateway.answers import Answered, Call
from apigw_client_cert.gateway.failures import translated
from apigw_client_cert.publish.last_read import LastRead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apigw_client_cert.gateway.client import Client

_WHOSE: Final = (
    "If the bucket is meant to be another account's, name that account: expected_bucket_owner (expectedBucketOwner) of"
    " the target."
)
_CONTENT_TYPE: Final = "text/plain; charset=utf-8"


class S3Target:
    """One object by bucket and key.

    A bucket's name is anybody's once it is free: who makes one of that name would decide whom a backend trusts, or
    read and change what this publishes. So every call says whose bucket it expects, and S3 refuses where it is not.

    Args:
        bucket: Its name, or the ARN of an access point.
        key: The object's.
        client: Makes the client at the first call.
        owner: The account that the bucket belongs to; None for that of the credentials. Where STS does not say which
            that is, nothing can be expected.
    """

    def __init__(self, bucket: str, key: str, client: Callable[[], Client], owner: str | None = None) -> None:
        self._bucket = bucket
        self._key = key
        self._client = client
        self._owner = owner
        self._last = LastRead(self.address, self._get)

    @property
    def address(self) -> str:
        """``s3 BUCKET/KEY``."""
        return f"s3 {self._bucket}/{self._key}"

    def read(self) -> str | None:
        """The text, None for a key that does not exist; no UTF-8 comes as surrogates.

        Raises:
            BadInput: the bucket does not exist.
        """
        return self._last.look()

    def _get(self) -> str | None:
        call = Call("s3", "GetObject", f"{self._bucket}/{self._key}")
        try:
            with self._denied():
                answer = self._client().call(
                    "s3",
                    call.operation,
                    subject=call.subject,
                    expected={"NoSuchKey", "NoSuchBucket"},
                    **self._place(),
                )
        except Answered as answered:
            if answered.code == "NoSuchKey":
                return None
            raise self._no_bucket() from answered
        # The body is still on the wire.
        with translated(call):
            content: bytes = answer["Body"].read()
        return content.decode(errors="surrogateescape")

    def write(self, content: str) -> None:
        """Put the object.

        Raises:
            BadInput: the bucket does not exist.
            ConcurrentModification: the object was changed before the call could be sent again.
        """
        try:
            with self._denied():
                self._client().call(
                    "s3",
                    "PutObject",
                    subject=f"{self._bucket}/{self._key}",
                    expected={"NoSuchBucket"},
                    look_again=self._last.unchanged_until(content),
                    **self._place(),
                    Body=content.encode(),
                    ContentType=_CONTENT_TYPE,
                )
        except Answered as answered:
            raise self._no_bucket() from answered
        self._last.written(content)

    def _place(self) -> dict[str, Any]:
        owner = self._owner or self._client().account_id()
        # UNVERIFIED: that S3 judges it for an access point as for a bucket: by the bucket's account, not the point's
        # (docs/aws.md §6).
        expected = {} if owner is None else {"ExpectedBucketOwner": owner}
        return {"Bucket": self._bucket, "Key": self._key, **expected}

    @contextlib.contextmanager
    def _denied(self) -> Iterator[None]:
        """S3 answers alike where a permission is missing and where the bucket is another account's."""
        try:
            yield
        except AccessDenied as error:
            owner = self._owner or self._client().account_id()
            # A look between two tries of a write has said it.
            if owner is None or _WHOSE in error.remedy:
                raise
            raise AccessDenied(
                error.what,
                means=f"{error.means} S3 answers so, too, where the bucket does not belong to account {owner}.",
                remedy=f"{error.remedy} {_WHOSE}",
                subject=error.subject,
            ) from error.__cause__

    def _no_bucket(self) -> BadInput:
        return BadInput(
            f"there is no S3 bucket {self._bucket}",
            means="Nothing was published there.",
            remedy="Create the bucket first (depends_on), or correct `bucket`.",
            subject=self.address,
        )
