"""The world that the lifecycle acts in: the real gateway and the real targets over the one client of the cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apigw_client_cert.gateway.api_gateway import ApiGateway
from apigw_client_cert.lifecycle.world import World
from apigw_client_cert.publish.file import FileTarget
from apigw_client_cert.publish.ssm import SsmTarget
from apigw_client_cert.publish.targets import ReadBack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_client_cert.publish.interface import Target
    from tests.model.cloud import Cloud, Tripwire


class TrippedTarget:
    """A file target whose writes can kill the run, as API calls can."""

    def __init__(self, path: str, tripwire: Tripwire) -> None:
        self._file = FileTarget(path)
        self._tripwire = tripwire

    @property
    def address(self) -> str:
        """The file's."""
        return self._file.address

    def read(self) -> str | None:
        """The file's text."""
        return self._file.read()

    def write(self, content: str) -> None:
        """Write the file, unless the run is killed."""
        self._tripwire.before()
        self._file.write(content)
        self._tripwire.after()


class Surroundings:
    """Makes the worlds of one example: rotation ids count up, and what is said is kept."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._minted = 0
        self.said: list[str] = []

    def world(self) -> World:
        """A world as a new process has it."""
        return World(
            now=self._cloud.now,
            gateway=lambda _connection: ApiGateway(self._cloud.client),
            target=lambda spec, _connection: self._target(spec),
            say=self.said.append,
            token=self._token,
        )

    def _target(self, spec: Mapping[str, Any]) -> Target:
        if spec["type"] == "file":
            return ReadBack(TrippedTarget(spec["path"], self._cloud.tripwire))
        return ReadBack(SsmTarget(spec["name"], lambda: self._cloud.client), pause=self._cloud.client.pause)

    def _token(self) -> str:
        self._minted += 1
        return f"rotation-{self._minted}"
