"""A Secrets Manager secret, made when it is missing.

A certificate is no secret; some backends read everything from Secrets Manager all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from apigw_client_cert.errors import BadInput, NeedsOperator
from apigw_client_cert.gateway.answers import Answered
from apigw_client_cert.publish.last_read import LastRead
from apigw_client_cert.publish.specs import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from apigw_client_cert.gateway.client import Client
    from apigw_client_cert.gateway.sending import Look

#: docs/aws.md §6: 61 certificates.
SECRET_BYTES: Final = MOST_BYTES["secretsmanager"]
_MISSING: Final = "ResourceNotFoundException"
#: What AWS answers for a secret that is scheduled for deletion
#: (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html).
_UNUSABLE: Final = "InvalidRequestException"


class SecretsManagerTarget:
    """One secret by name or ARN; its SecretString is the text."""

    def __init__(self, secret_id: str, client: Callable[[], Client]) -> None:
        self._secret_id = secret_id
        self._client = client
        self._last = LastRead(self.address, self._get)

    @property
    def address(self) -> str:
        """``secretsmanager NAME``."""
        return f"secretsmanager {self._secret_id}"

    def read(self) -> str | None:
        """The text, None for a secret that is missing or has no value; a binary one comes as surrogates."""
        return self._last.look()

    def _get(self) -> str | None:
        try:
            answer = self._client().call(
                "secretsmanager",
                "GetSecretValue",
                subject=self._secret_id,
                expected={_MISSING, _UNUSABLE},
                SecretId=self._secret_id,
            )
        except Answered as answered:
            if answered.code == _MISSING:
                return None
            raise self._unusable(answered) from answered
        if "SecretString" in answer:
            return str(answer["SecretString"])
        return bytes(answer.get("SecretBinary", b"")).decode(errors="surrogateescape")

    def write(self, content: str) -> None:
        """Put a new version, and make the secret where there is none.

        Raises:
            BadInput: empty or more than 64 KB, or an ARN of a secret that does not exist.
            NeedsOperator: the secret is scheduled for deletion.
            ConcurrentModification: the secret was changed before the call could be sent again.
        """
        size = len(content.encode())
        if not 0 < size <= SECRET_BYTES:
            raise BadInput(
                f"{size} bytes do not fit into {self.address}: a secret holds 1 to {SECRET_BYTES}",
                means="Nothing was published there.",
                remedy="Publish fingerprints (content sha256) instead of PEM, or publish to S3.",
                subject=self.address,
            )
        look_again = self._last.unchanged_until(content)
        try:
            self._call("PutSecretValue", look_again, SecretId=self._secret_id, SecretString=content)
        except Answered as answered:
            if answered.code == _UNUSABLE:
                raise self._unusable(answered) from answered
            self._create(content, look_again, answered)
        self._last.written(content)

    def _create(self, content: str, look_again: Look, cause: Answered) -> None:
        if self._secret_id.startswith("arn:"):
            raise BadInput(
                f"there is no secret {self._secret_id}",
                means="Nothing was published there: AWS chooses the ARN of a new secret.",
                remedy="Give the name as `secretId` to have it made, or correct the ARN.",
                subject=self.address,
            ) from cause
        try:
            self._call("CreateSecret", look_again, Name=self._secret_id, SecretString=content)
        except Answered as answered:
            raise self._unusable(answered) from answered

    def _call(self, operation: str, look_again: Look, **parameters: str) -> None:
        self._client().call(
            "secretsmanager",
            operation,
            subject=self._secret_id,
            expected={_MISSING, _UNUSABLE},
            look_again=look_again,
            **parameters,
        )

    def _unusable(self, answered: Answered) -> NeedsOperator:
        return NeedsOperator(
            f"{self.address} cannot be used: {answered.message}",
            means="Most likely the secret is scheduled for deletion.",
            remedy="Restore the secret (`aws secretsmanager restore-secret`), or choose another `secretId`.",
            subject=self.address,
        )
