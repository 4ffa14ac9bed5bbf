"""From a spec to a target whose every write is read back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert.errors import BadInput, ConcurrentModification
from apigw_client_cert.gateway.client import client_for
from apigw_client_cert.publish.file import FileTarget
from apigw_client_cert.publish.s3 import S3Target
from apigw_client_cert.publish.secretsmanager import SecretsManagerTarget
from apigw_client_cert.publish.specs import spec_findings
from apigw_client_cert.publish.ssm import SsmTarget

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from apigw_client_cert.gateway.client import Client
    from apigw_client_cert.gateway.connection import Connection
    from apigw_client_cert.publish.interface import Target

#: Before each further look: SSM and Secrets Manager may answer with the former value for a moment
#: (https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html, eventual consistency).
_PAUSES_SECONDS: Final = (0.5, 1.0, 2.0)


def target_for(spec: Mapping[str, Any], connection: Connection) -> Target:
    """The target of a spec; makes no AWS client before the first read or write.

    Args:
        spec: As ``specs.py`` describes; keys that are not about the place are ignored.
        connection: As whom to write; a file needs none.

    Raises:
        BadInput: the spec is wrong, in ``spec_findings``'s words.
    """
    finding = spec_findings(spec, other_keys=spec.keys())
    if finding is not None:
        raise BadInput(finding, means="Nothing was published.", remedy="Correct the entry of `publish`.")
    if spec["type"] == "file":
        # What is read here is what the disk holds: a second look later would tell nothing new.
        return ReadBack(FileTarget(spec["path"]))
    client = partial(client_for, connection)
    return ReadBack(_remote(spec, client), pause=lambda seconds: client().pause(seconds))


class ReadBack:
    """A target whose ``write`` returns only after a read gave the same text.

    Args:
        target: Where to write.
        pause: Waits some seconds, for places that answer with the former value for a moment; None looks once.
    """

    def __init__(self, target: Target, pause: Callable[[float], object] | None = None) -> None:
        self._target = target
        self._pause = pause

    @property
    def address(self) -> str:
        """The target's own."""
        return self._target.address

    def read(self) -> str | None:
        """The target's own."""
        return self._target.read()

    def write(self, content: str) -> None:
        """Write, then read until it is there.

        Raises:
            ConcurrentModification: it still holds something else after a few looks.
        """
        self._target.write(content)
        if not self._holds(content):
            raise ConcurrentModification(
                f"{self.address} does not hold what was written to it a moment ago",
                means="Somebody else writes to the same place; backends may not trust the new certificate yet.",
                remedy="Give the place one writer; the next run publishes again.",
                subject=self.address,
            )

    def _holds(self, content: str) -> bool:
        if self._target.read() == content:
            return True
        if self._pause is None:
            return False
        for seconds in _PAUSES_SECONDS:
            self._pause(seconds)
            if self._target.read() == content:
                return True
        return False


def _remote(spec: Mapping[str, Any], client: Callable[[], Client]) -> Target:
    if spec["type"] == "ssm":
        return SsmTarget(spec["name"], client)
    if spec["type"] == "s3":
        return S3Target(spec["bucket"], spec["key"], client, spec.get("expectedBucketOwner"))
    return SecretsManagerTarget(spec["secretId"], client)
