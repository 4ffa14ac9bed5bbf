"""One target in one pass of a bundle: what it held, what came of the write, and what it holds as seen last.

A target that cannot be read or written ends nothing but its own part of the pass: the others are looked after, and
what is known of each is what was seen of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.trust.contents import holds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_client_cert.gateway.connection import Connection
    from apigw_client_cert.gateway.interface import Gateway
    from apigw_client_cert.lifecycle.environment import Environment
    from apigw_client_cert.lifecycle.looks import LookedAtTarget
    from apigw_client_cert.rotation.model import TrustedCertificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One target, what is asked for there, and what was seen of it.

    Attributes:
        found: What it held when the pass began; None where it does not exist, or could not be read.
        holds: What it holds as seen last; the same.
        unread: Why what it holds is not known; None where it was seen.
        looked_at: Whether ``found`` was seen.
        failure: Why it does not hold what it should, as far as this pass knows.
    """

    target: LookedAtTarget
    spec: Mapping[str, Any]
    found: str | None = field(repr=False)
    holds: str | None = field(repr=False)
    unread: str | None = None
    looked_at: bool = True
    failure: errors.RotationError | None = None

    @property
    def address(self) -> str:
        """The target's own."""
        return self.target.address

    @property
    def content(self) -> str:
        """The form that is asked for."""
        return str(self.spec.get("content") or "pem")

    @property
    def answered(self) -> bool:
        """Whether AWS was asked for it and answered: it takes this machine's time for its own."""
        return self.looked_at and self.spec["type"] != "file"

    def lacked(self, certificate: TrustedCertificate) -> bool:
        """Whether it was seen not to hold a certificate: when the pass began, or in the end where the pass failed."""
        seen = [self.found] if self.looked_at else []
        seen += [self.holds] if self.failure is not None and self.unread is None else []
        return any(text is None or not holds(text, certificate) for text in seen)

    def has(self, certificate: TrustedCertificate) -> bool:
        """Whether it was seen, in the end, to hold a certificate; what was written and read back is not asked again."""
        return self.failure is None or (self.holds is not None and holds(self.holds, certificate))


def files_alone(props: Mapping[str, Any]) -> bool:
    """Whether nothing of what is published to is in AWS."""
    return all(spec["type"] == "file" for spec in props["targets"])


def targets_of(
    props: Mapping[str, Any],
    connection: Connection,
    gateway: Gateway | errors.RotationError | None,
    environment: Environment,
) -> list[LookedAtTarget]:
    """What is published to; a file is reached whatever keeps this run from AWS."""
    if not isinstance(gateway, errors.RotationError):
        return [environment.looked_at_target(spec, connection) for spec in props["targets"]]
    return [
        environment.looked_at_target(spec, connection)
        if spec["type"] == "file"
        else environment.unreached_target(spec, connection, gateway)
        for spec in props["targets"]
    ]


def look_at(target: LookedAtTarget, spec: Mapping[str, Any]) -> Place:
    """Read a target; one that cannot be read is nothing that anything may be concluded from."""
    try:
        found = target.read()
    except errors.RotationError as error:
        return unlooked(target, spec, error)
    return Place(target=target, spec=spec, found=found, holds=found)


def unlooked(target: LookedAtTarget, spec: Mapping[str, Any], error: errors.RotationError) -> Place:
    """A place that nothing is known of, and why."""
    return Place(target=target, spec=spec, found=None, holds=None, unread=error.what, looked_at=False, failure=error)


def written(place: Place, content: str) -> Place:
    """Write where something is to be written and nothing stands against it; afterwards ``holds`` is what was seen."""
    if place.failure is not None or place.found == content:
        return place
    try:
        place.target.write(content)
    except errors.RotationError as error:
        return _seen_after(place, content, error)
    return replace(place, holds=content)


def _seen_after(place: Place, content: str, failure: errors.RotationError) -> Place:
    """What a write left that failed: its answer may have been lost, and nothing else."""
    try:
        now = place.target.read()
    except errors.RotationError as error:
        return replace(place, holds=None, unread=error.what, failure=failure)
    return replace(place, holds=now, failure=None if now == content else failure)
