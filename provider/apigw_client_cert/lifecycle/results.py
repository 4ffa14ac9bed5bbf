"""What hosts ask of a resource's lifecycle, and what it returns: neutral to the host."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_client_cert.lifecycle.environment import Environment


@dataclass(frozen=True, slots=True)
class Checked:
    """Inputs as they go into state, and at most one failure per property (property -> reason)."""

    # Not in tracebacks: also_trust is whole PEMs.
    inputs: dict[str, Any] = field(repr=False)
    failures: dict[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """Whether an update is due, the properties that force a replacement, and the line that was said, if any."""

    changes: bool
    replaces: tuple[str, ...] = ()
    line: str | None = None


class Lifecycle(Protocol):
    """What the modules of ``lifecycle/`` offer for one resource."""

    def check(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Checked:
        """Validate the inputs."""
        ...

    def diff(self, olds: Mapping[str, Any], news: Mapping[str, Any], environment: Environment) -> Difference:
        """Say whether an update is due."""
        ...

    def create(self, props: Mapping[str, Any], environment: Environment) -> tuple[str, dict[str, Any]]:
        """Make it; returns id and state."""
        ...

    def read(
        self, resource_id: str, props: Mapping[str, Any], environment: Environment
    ) -> tuple[str, dict[str, Any]] | None:
        """What is there now; None when it is gone."""
        ...

    def update(self, olds: Mapping[str, Any], news: Mapping[str, Any], environment: Environment) -> dict[str, Any]:
        """Perform the step that is due; returns the complete state."""
        ...

    def delete(self, props: Mapping[str, Any], environment: Environment) -> None:
        """Remove it."""
        ...
