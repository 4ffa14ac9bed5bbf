"""What people call a rotation, and what is said where nobody owns one that was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apigw_client_cert.cli.fleet import Fleet, Group


def names_of(group: Group) -> set[str]:
    """Resource name, ``stack name``, rotation id, certificate ids and stages; of a consumer alone, what it declares."""
    names = {str(one.stage) for one in group.bindings}
    if group.certificate is None:
        return names | {one.resource.name for one in group.bindings}
    name, rotation = group.certificate.resource.name, group.certificate.rotation
    ids = {one.id for one in rotation.generations}
    return {name, f"{group.stack.label} {name}", rotation.rotation_id} | ids | names


def known_names(fleet: Fleet) -> tuple[str, ...]:
    """The resource names of the rotations whose owner was read."""
    owned = [group.certificate for group in fleet.groups if group.certificate is not None]
    return tuple(sorted({one.resource.name for one in owned}))


def unowned(group: Group) -> str:
    """Why nothing can be said of a rotation of which only others' resources were read."""
    names = ", ".join(sorted(one.name for one in group.resources))
    return f"{names}: the stack that owns the certificate was not read; name it, too"
