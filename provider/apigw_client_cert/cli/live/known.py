"""Which certificates and rotations the states that were read name, anywhere in our resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert.gateway.certificates import ROTATION_ID_TAG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apigw_client_cert.cli.fleet import Fleet
    from apigw_client_cert.gateway.interface import IssuedCertificate


def names_in(fleet: Fleet) -> frozenset[str]:
    """Every text in every property of ours: whatever a state knows an id as, active, previous, or another's by now."""
    return frozenset(
        text
        for group in fleet.groups
        for resource in group.resources
        for side in (resource.inputs, resource.outputs)
        for text in _texts(side)
    )


def is_named(certificate: IssuedCertificate, names: frozenset[str]) -> bool:
    """Whether a state names the certificate, or the rotation that its tag names."""
    return certificate.id in names or certificate.tags.get(ROTATION_ID_TAG) in names


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield str(key)
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
