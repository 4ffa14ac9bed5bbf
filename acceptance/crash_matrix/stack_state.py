"""What the file backend holds of one stack, read from its checkpoint: cheaper than ``pulumi stack export``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


class StackState:
    """The resources in a checkpoint of Pulumi's file backend; none where there is no file yet."""

    def __init__(self, backend: Path, project: str, stack: str) -> None:
        file = backend / ".pulumi" / "stacks" / project / f"{stack}.json"
        state = json.loads(file.read_text()) if file.exists() else {}
        latest = (state.get("checkpoint") or {}).get("latest") or {}
        self._resources: list[dict[str, Any]] = latest.get("resources") or []

    def outputs(self, kind: str) -> list[dict[str, Any]]:
        """The outputs of our resources of a kind, such as ``StageBinding``."""
        found = [one for one in self._resources if one["type"].endswith(f"/apigw:{kind}")]
        return [one.get("outputs") or {} for one in found]

    @property
    def empty(self) -> bool:
        """Whether no resource of ours is left."""
        return not any("/apigw:" in one["type"] for one in self._resources)

    @property
    def generations(self) -> list[dict[str, Any]]:
        """The generations in state."""
        return [one for made in self.outputs("RotatingClientCertificate") for one in made.get("generations") or ()]

    @property
    def listed(self) -> frozenset[str]:
        """Their ids."""
        return frozenset(str(one["id"]) for one in self.generations)

    @property
    def active(self) -> str | None:
        """What may be presented now."""
        return self._certificate("clientCertificateId")

    @property
    def phase(self) -> str | None:
        """Where the rotation is."""
        return self._certificate("phase")

    @property
    def bound(self) -> frozenset[str]:
        """The stages of the bindings in state, as ``api/stage``."""
        return frozenset(f"{one['apiId']}/{one['stageName']}" for one in self.outputs("StageBinding"))

    @property
    def written(self) -> frozenset[str]:
        """The targets that the bundle in state says it wrote."""
        return frozenset(address for one in self.outputs("TrustBundle") for address in one.get("digests") or ())

    def _certificate(self, key: str) -> str | None:
        made = self.outputs("RotatingClientCertificate")
        return made[0].get(key) if made else None
