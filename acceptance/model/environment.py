"""The world that the lifecycle acts in: the real gateway and the real targets over the one client of the cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from acceptance.model.seen import ACM
from apigw_client_cert.errors import AccessDenied
from apigw_client_cert.gateway.api_gateway import ApiGateway
from apigw_client_cert.gateway.interface import TrialAnswer
from apigw_client_cert.lifecycle.environment import Environment
from apigw_client_cert.publish.file import FileTarget
from apigw_client_cert.publish.ssm import SsmTarget
from apigw_client_cert.publish.targets import ReadBack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acceptance.model.cloud import Cloud, Tripwire
    from apigw_client_cert.gateway.http_probe import ProbeCall
    from apigw_client_cert.publish.interface import Target


class WatchedTarget:
    """A target whose writes are noted, and fail while its place is closed; a file's kill the run, as API calls can."""

    def __init__(self, target: Target, cloud: Cloud, tripwire: Tripwire | None) -> None:
        self._target = target
        self._cloud = cloud
        self._tripwire = tripwire

    @property
    def address(self) -> str:
        """The target's."""
        return self._target.address

    def read(self) -> str | None:
        """The target's text."""
        return self._target.read()

    def write(self, content: str) -> None:
        """Write the target, unless it is closed or the run is killed."""
        if self.address in self._cloud.closed:
            raise AccessDenied(f"{self.address} is closed", means="Nothing was published there.", remedy="Wait.")
        if self._tripwire is not None:
            self._tripwire.before()
        with self._cloud.noting_write(self.address):
            self._target.write(content)
        if self._tripwire is not None:
            self._tripwire.after()


class Surroundings:
    """Makes the worlds of one example: rotation ids count up, and what is said is kept."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._minted = 0
        self.refused: set[str] = set()
        """The fingerprints that the backend of every stage answers with 403."""
        self.said: list[str] = []

    def environment(self) -> Environment:
        """A world as a new process has it."""
        return Environment(
            now=self._cloud.now,
            gateway=lambda _connection: ApiGateway(self._cloud.client),
            target=lambda spec, _connection: self._target(spec),
            say=self.said.append,
            token=self._token,
            probe=self._probe,
            pause=lambda _seconds: None,
        )

    def _target(self, spec: Mapping[str, Any]) -> Target:
        if spec["type"] == "file":
            return ReadBack(WatchedTarget(FileTarget(spec["path"]), self._cloud, self._cloud.tripwire))
        parameter = SsmTarget(spec["name"], lambda: self._cloud.client)
        return ReadBack(WatchedTarget(parameter, self._cloud, None), pause=self._cloud.client.pause)

    def _probe(self, call: ProbeCall) -> TrialAnswer:
        """What callers of a stage get, whose path ends the URL: the backend names what it was shown."""
        seen = self._cloud.snapshot(())
        path = "/".join(call.url.split("/")[-2:])
        shown = seen.presents.get(path) or ""
        found = seen.certificates.get(shown)
        if shown == ACM:
            return TrialAnswer(status=200)
        if found is None or found.sha256 in self.refused:
            return TrialAnswer(status=403)
        return TrialAnswer(status=200, body=found.sha256)

    def _token(self) -> str:
        self._minted += 1
        return f"rotation-{self._minted}"
