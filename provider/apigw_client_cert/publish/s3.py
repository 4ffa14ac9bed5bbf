"""An S3 object; the bucket is the user's, and its encryption and versioning apply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from apigw_client_cert.errors import BadInput
from apigw_client_cert.gateway.answers import Answered, Call
from apigw_client_cert.gateway.failures import translated
from apigw_client_cert.publish.last_read import LastRead

if TYPE_CHECKING:
    from collections.abc import Callable

    from apigw_client_cert.gateway.client import Client

_CONTENT_TYPE: Final = "text/plain; charset=utf-8"


class S3Target:
    """One object by bucket and key."""

    def __init__(self, bucket: str, key: str, client: Callable[[], Client]) -> None:
        self._bucket = bucket
        self._key = key
        self._client = client
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
            answer = self._client().call(
                "s3",
                call.operation,
                subject=call.subject,
                expected={"NoSuchKey", "NoSuchBucket"},
                Bucket=self._bucket,
                Key=self._key,
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
            self._client().call(
                "s3",
                "PutObject",
                subject=f"{self._bucket}/{self._key}",
                expected={"NoSuchBucket"},
                look_again=self._last.unchanged_until(content),
                Bucket=self._bucket,
                Key=self._key,
                Body=content.encode(),
                ContentType=_CONTENT_TYPE,
            )
        except Answered as answered:
            raise self._no_bucket() from answered
        self._last.written(content)

    def _no_bucket(self) -> BadInput:
        return BadInput(
            f"there is no S3 bucket {self._bucket}",
            means="Nothing was published there.",
            remedy="Create the bucket first (depends_on), or correct `bucket`.",
            subject=self.address,
        )
