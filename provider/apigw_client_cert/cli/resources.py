"""A resource of a state as what it is: a certificate, a bundle or a binding; or why it cannot be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apigw_client_cert.cli.properties import INPUTS, OUTPUTS
from apigw_client_cert.cli.states import BINDING, BUNDLE, CERTIFICATE, Resource, StackState, Unread
from apigw_client_cert.errors import RotationError, joined
from apigw_client_cert.gateway.interface import StageKind, StageRef
from apigw_client_cert.lifecycle.binding.outputs import known_generations
from apigw_client_cert.lifecycle.inputs import DURATIONS, known, policy_of
from apigw_client_cert.lifecycle.state import guard_version, instant_or_none, load_rotation, text, undamaged
from apigw_client_cert.lifecycle.trust_bundle.outputs import load_entries
from apigw_client_cert.rotation.waves import Hold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from typing import Any

    from apigw_client_cert.rotation.model import Rotation
    from apigw_client_cert.rotation.policy import Policy
    from apigw_client_cert.rotation.publication import Entry

# What every release writes, and nothing can be said without.
_ALWAYS = {
    CERTIFICATE: ("generations", "highestGeneration", "rotationId"),
    BUNDLE: ("rotations",),
    BINDING: ("apiId", "clientCertificateId", "stageName"),
}
# What else nothing can be said without, where it is encrypted or damaged.
_NEEDED = {
    CERTIFICATE: (*_ALWAYS[CERTIFICATE], "pinGeneration", *DURATIONS),
    BUNDLE: (*_ALWAYS[BUNDLE], "entries"),
    BINDING: (*_ALWAYS[BINDING], "generations", "presentedClientCertificateId"),
}
# What less is said without: that it is encrypted is said instead. Of a step that failed its finding says it, and the
# history of what was confirmed, which a secret in `verify` encrypts.
_MISSED = {
    CERTIFICATE: ("nextAction", "nextActionAt", "retirementBlockedBy"),
    BUNDLE: ("driftedTargets", "lacked", "readFor"),
    BINDING: ("presentedSince", "waitingBecause", "waitingUntil"),
}
#: After the name of a property.
SHUT = "is encrypted in this state; export it with --show-secrets and give the file"
_DAMAGED = (
    "it was edited or damaged. Restore what it was: pulumi stack export --version=N (see pulumi stack history), then"
    " import it"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A ``RotatingClientCertificate`` as its state has it, with the policy of its last run's inputs."""

    stack: StackState
    resource: Resource
    rotation: Rotation
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A ``TrustBundle`` as its state has it."""

    stack: StackState
    resource: Resource
    rotation_ids: tuple[str, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A ``StageBinding`` as its state has it.

    ``told`` is the certificate that its last run was told to present, ``generations`` what it was told of all of them.
    """

    stack: StackState
    resource: Resource
    stage: StageRef
    rotation_id: str | None
    told: str
    presented: str | None
    generations: Mapping[str, Mapping[str, Any]]
    presented_since: datetime | None = None
    waiting_until: datetime | None = None
    waiting_because: str | None = None


def read(stack: StackState, resource: Resource) -> Certificate | Bundle | Binding | Unread:
    """What it is, with what is read of it; and why it cannot be read where that is so."""
    needed = _NEEDED[resource.kind]
    shut = [key for key in needed if key in resource.encrypted]
    if shut:
        return Unread(stack.label, f"{joined(shut)} {SHUT}", resource.name)
    try:
        guard_version(resource.outputs)
        told = resource.outputs if resource.kind == CERTIFICATE else resource.given
        damage = [why for key, why in resource.damaged.items() if key in {INPUTS, OUTPUTS, *needed}]
        damage += [f"{key} is missing" for key in _ALWAYS[resource.kind] if key not in told and not damage]
        if damage:
            return Unread(stack.label, f"{joined(damage, '; ')}: {_DAMAGED}", resource.name)
        with undamaged():
            return _READERS[resource.kind](stack, resource)
    except RotationError as error:
        return Unread(stack.label, str(error), resource.name)


def lacking(stack: StackState, resource: Resource) -> Iterator[Unread]:
    """What a resource that was read is read without."""
    shut = [key for key in _MISSED[resource.kind] if key in resource.encrypted]
    if shut:
        yield Unread(stack.label, f"{joined(shut)} {SHUT}; the rest of it is read", resource.name)
    if resource.damaged:
        why = f"{joined(resource.damaged.values(), '; ')}: {_DAMAGED}; the rest of it is read"
        yield Unread(stack.label, why, resource.name)


def _certificate(stack: StackState, resource: Resource) -> Certificate:
    rotation, policy = load_rotation(resource.outputs), policy_of(resource.given)
    return Certificate(stack=stack, resource=resource, rotation=rotation, policy=policy)


def _bundle(stack: StackState, resource: Resource) -> Bundle:
    rotations = known(resource.given, "rotations") or ()
    ids = tuple(text(one["rotationId"]) for one in rotations)
    return Bundle(stack=stack, resource=resource, rotation_ids=ids, entries=load_entries(resource.outputs))


def _binding(stack: StackState, resource: Resource) -> Binding:
    props, outputs = resource.given, resource.outputs
    presented = outputs.get("presentedClientCertificateId")
    return Binding(
        stack=stack,
        resource=resource,
        stage=StageRef(text(props["apiId"]), text(props["stageName"]), StageKind(props.get("apiKind") or "REST")),
        rotation_id=None if known(props, "rotationId") is None else text(props["rotationId"]),
        told=text(props["clientCertificateId"]),
        presented=None if presented is None else text(presented),
        generations=known_generations(props),
        presented_since=instant_or_none(outputs.get("presentedSince")),
        waiting_until=instant_or_none(outputs.get("waitingUntil")),
        waiting_because=Hold(outputs["waitingBecause"]).value if outputs.get("waitingBecause") else None,
    )


_READERS: dict[str, Callable[[StackState, Resource], Certificate | Bundle | Binding]] = {
    CERTIFICATE: _certificate,
    BUNDLE: _bundle,
    BINDING: _binding,
}
