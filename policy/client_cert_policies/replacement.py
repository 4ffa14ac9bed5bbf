"""no-delete-before-replace: a replacement that would take a certificate, trust or a binding away first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .agreed import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .declared import Declared

_LOST: Final = {
    Kind.CERTIFICATE: "the certificate is to be deleted while stages present it, which the provider refuses",
    Kind.BUNDLE: "the record is lost of what its targets hold since when, so every switch waits anew",
    Kind.BINDING: "the stage presents nothing until the new binding exists, and its backend rejects it",
}


def deleted_first(resource: Declared) -> Iterator[str]:
    """What is wrong with ``delete_before_replace`` on one of our resources."""
    if resource.kind is None or not resource.delete_before_replace:
        return
    yield (
        f"{resource.kind.value} {resource.name!r} has delete_before_replace: in a replacement"
        f" {_LOST[resource.kind]}. Remove the option (deleteBeforeReplace); the successor is made first without it."
    )
