"""Every rotation of the states that were read, with the bundles and bindings of all stacks that belong to it.

This is what the commands ask: ``Group.certificate`` has the ``Rotation`` and the ``Policy`` that ``rotation/`` takes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apigw_client_cert.cli.states import BINDING, BUNDLE, CERTIFICATE, Resource, StackState, Unread, distinct
from apigw_client_cert.errors import RotationError, joined
from apigw_client_cert.gateway.interface import StageKind, StageRef
from apigw_client_cert.lifecycle.binding.outputs import binding_policy, known_generations
from apigw_client_cert.lifecycle.inputs import DURATIONS, known, policy_of
from apigw_client_cert.lifecycle.state import guard_version, instant_or_none, load_rotation, text, undamaged
from apigw_client_cert.lifecycle.trust_bundle.outputs import load_entries
from apigw_client_cert.rotation.waves import Hold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime, timedelta
    from typing import Any

    from apigw_client_cert.rotation.model import Rotation
    from apigw_client_cert.rotation.policy import Policy
    from apigw_client_cert.rotation.publication import Entry

# What nothing can be said without, where it is encrypted.
_NEEDED = {
    CERTIFICATE: ("generations", "highestGeneration", "pinGeneration", "rotationId", *DURATIONS),
    BUNDLE: ("entries", "rotations"),
    BINDING: ("apiId", "clientCertificateId", "generations", "presentedClientCertificateId", "stageName"),
}


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


@dataclass(slots=True, kw_only=True)
class Group:
    """What belongs to one rotation; ``certificate`` None: the stack that owns it was not read.

    A bundle of several rotations belongs to each; ``published_as`` is the id that bundles know it by.
    """

    certificate: Certificate | None = None
    published_as: str | None = None
    bundles: list[Bundle] = field(default_factory=list)
    bindings: list[Binding] = field(default_factory=list)

    @property
    def stack(self) -> StackState:
        """The stack that the row stands for: the owner's, else the first that uses it."""
        if self.certificate is not None:
            return self.certificate.stack
        return (self.bindings or self.bundles)[0].stack

    @property
    def resources(self) -> list[Resource]:
        """All that was read of it, the owner's first."""
        own = [] if self.certificate is None else [self.certificate.resource]
        return [*own, *(one.resource for one in self.bundles), *(one.resource for one in self.bindings)]

    @property
    def name(self) -> str:
        """What the row is called: the certificate's name, else that of the first resource that uses it."""
        if self.certificate is not None:
            return self.certificate.resource.name
        return (self.bindings or self.bundles)[0].resource.name

    @property
    def rotation_id(self) -> str | None:
        """Whose generations they are; None where a binding is not told."""
        if self.certificate is not None:
            return self.certificate.rotation.rotation_id
        return self.bindings[0].rotation_id if self.bindings else self.published_as

    def speaks_for(self, bundle: Bundle) -> bool:
        """Whether this is the first of the bundle's rotations: what is to say of the bundle itself is said there."""
        return self.published_as is None or self.published_as == bundle.rotation_ids[0]

    @property
    def activate_by(self) -> timedelta:
        """The certificate's ``activate_by``, as its owner says or a binding is told."""
        if self.certificate is not None:
            return self.certificate.policy.activate_by
        return binding_policy(self.bindings[0].resource.inputs if self.bindings else {}).activate_by

    @property
    def stacks(self) -> list[StackState]:
        """All stacks that have a part in it, the row's first."""
        found = [self.stack, *(one.stack for one in self.bundles), *(one.stack for one in self.bindings)]
        return list({stack.label: stack for stack in found}.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """All rotations of all states, and what could not be read."""

    groups: tuple[Group, ...]
    unread: tuple[Unread, ...]


def fleet_of(states: Iterable[StackState | Unread]) -> Fleet:
    """Read every resource of every state and join them by rotation id.

    A resource that cannot be read, or that a newer release wrote, is ``Unread``; the rest goes on without it. Of what
    follows a certificate that was found and not read nothing is said: its owner is no other stack.
    """
    read: list[Certificate | Bundle | Binding] = []
    unread: list[Unread] = []
    unjudged: set[object] = set()
    for state in distinct(states):
        if isinstance(state, Unread):
            unread.append(state)
            continue
        for resource in state.resources:
            one = _read(state, resource)
            if isinstance(one, Unread):
                unread.append(one)
                unjudged |= {resource.outputs.get("rotationId")} if resource.kind == CERTIFICATE else set()
            else:
                read.append(one)
    groups = (one for one in _joined(read) if one.certificate is not None or one.rotation_id not in unjudged - {None})
    return Fleet(groups=tuple(groups), unread=tuple(unread))


def _read(stack: StackState, resource: Resource) -> Certificate | Bundle | Binding | Unread:
    shut = [key for key in _NEEDED[resource.kind] if key in resource.encrypted]
    if shut:
        why = f"{joined(shut)} is encrypted in this state; export it with --show-secrets and give the file"
        return Unread(stack.label, f"{resource.name}: {why}")
    try:
        guard_version(resource.outputs)
        with undamaged():
            return _READERS[resource.kind](stack, resource)
    except RotationError as error:
        return Unread(stack.label, f"{resource.name}: {error}")


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


def _joined(read: Sequence[Certificate | Bundle | Binding]) -> Iterator[Group]:
    owners: dict[str, list[Group]] = {}
    by_certificate: dict[str, str] = {}
    for one in read:
        if isinstance(one, Certificate):
            owners.setdefault(one.rotation.rotation_id, []).append(Group(certificate=one))
            by_certificate |= {each.id: one.rotation.rotation_id for each in one.rotation.generations}
    for one in read:
        if isinstance(one, Bundle):
            for rotation_id in dict.fromkeys(one.rotation_ids):
                group = _group(owners.setdefault(rotation_id, []), one)
                group.bundles.append(one)
                group.published_as = rotation_id
        elif isinstance(one, Binding):
            _group(owners.setdefault(_key(one, by_certificate), []), one).bindings.append(one)
    for groups in owners.values():
        yield from groups


def _group(owners: list[Group], one: Bundle | Binding) -> Group:
    """The owner's, else one without an owner; in a copied state each copy has its own."""
    if not owners:
        owners.append(Group())
    return next((each for each in owners if each.certificate and each.certificate.stack is one.stack), owners[0])


def _key(binding: Binding, by_certificate: dict[str, str]) -> str:
    """The rotation's id; where a binding is not told it, that of the certificate that it is to present."""
    if binding.rotation_id is not None:
        return binding.rotation_id
    return next(
        (by_certificate[one] for one in (binding.told, *binding.generations) if one in by_certificate), binding.told
    )
