"""Every rotation of the states that were read, with the bundles and bindings of all stacks that belong to it.

This is what the commands ask: ``Group.certificate`` has the ``Rotation`` and the ``Policy`` that ``rotation/`` takes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apigw_client_cert.cli.resources import Binding, Bundle, Certificate, lacking, read
from apigw_client_cert.cli.states import CERTIFICATE, Unread, distinct
from apigw_client_cert.lifecycle.binding.outputs import binding_policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import timedelta

    from apigw_client_cert.cli.states import Resource, StackState


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

    A resource that cannot be read, or that a newer release wrote, is ``Unread``; the rest goes on without it. So is a
    property that cannot, and its resource is read without it where that is possible. Of what follows a certificate that
    was found and not read nothing is said: its owner is no other stack.
    """
    found: list[Certificate | Bundle | Binding] = []
    unread: list[Unread] = []
    unjudged: set[object] = set()
    for state in distinct(states):
        if isinstance(state, Unread):
            unread.append(state)
            continue
        for resource in state.resources:
            one = read(state, resource)
            if isinstance(one, Unread):
                unread.append(one)
                unjudged |= {resource.outputs.get("rotationId")} if resource.kind == CERTIFICATE else set()
            else:
                found.append(one)
                unread += lacking(state, resource)
    groups = (one for one in _joined(found) if one.certificate is not None or one.rotation_id not in unjudged - {None})
    return Fleet(groups=tuple(groups), unread=tuple(unread))


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
