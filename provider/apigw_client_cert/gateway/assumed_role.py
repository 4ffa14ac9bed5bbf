"""Credentials of an assumed role, for boto3's session; boto3 itself assumes roles of a profile only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

#: Names our sessions in CloudTrail.
SESSION_NAME: Final = "apigw-client-cert"


class AssumedRole:
    """botocore's ``credential_provider`` component for one role; credentials are fetched anew before they expire.

    Args:
        source: The boto3 session whose credentials may assume the role.
        role_arn: The role.
        new_client: Makes an STS client from a service name and credentials, as botocore's fetcher calls it.
    """

    def __init__(self, source: Any, role_arn: str, new_client: Callable[..., Any]) -> None:  # noqa: ANN401 - boto3 ships no types
        self._source = source
        self._role_arn = role_arn
        self._new_client = new_client

    def load_credentials(self) -> Any:  # noqa: ANN401 - boto3 ships no types
        """Credentials that ask STS when the first request is signed."""
        from botocore import credentials  # noqa: PLC0415 - loaded on first need
        from botocore.exceptions import NoCredentialsError  # noqa: PLC0415 - loaded on first need

        source = self._source.get_credentials()
        if source is None:
            raise NoCredentialsError
        fetcher: Any = credentials.AssumeRoleCredentialFetcher(
            self._new_client, source, self._role_arn, extra_args={"RoleSessionName": SESSION_NAME}
        )
        return credentials.DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")
