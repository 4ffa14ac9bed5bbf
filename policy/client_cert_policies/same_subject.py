"""openssl-family-pem: a plain CA file for a backend that accepts only its first certificate of a subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .agreed import BACKENDS, OPENSSL_FAMILY, PLAIN_PEM, READ_WITH_SETUP_LINES, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .declared import Declared

# The package is there wherever a program declares its resources in Python.
_PAGE = "`python -m apigw_client_cert.docs backends`"


def read_as_plain_pem(resource: Declared) -> Iterator[str]:
    """The targets of a bundle whose reader would refuse the successor during every rotation."""
    targets = resource.props.get("targets")
    if resource.kind is not Kind.BUNDLE or not isinstance(targets, list):
        return
    for number, target in enumerate(targets, start=1):
        if isinstance(target, dict) and _trapped(target):
            yield _message(f"Target {number} ({_place(target)}) of {resource.name!r}", target)


def _trapped(target: Mapping[str, Any]) -> bool:
    content, backend = target.get("content") or "pem", target.get("backend")
    plain = content in PLAIN_PEM and (content, backend) not in READ_WITH_SETUP_LINES
    return plain and backend in OPENSSL_FAMILY


def _message(target: str, props: Mapping[str, Any]) -> str:
    content, backend = props.get("content") or "pem", props["backend"]
    remedy = (
        f'Publish content="{backend}" and put its setup lines into the backend once ({_PAGE}).'
        if backend in BACKENDS
        else f"{backend} has no setting for this: give each certificate its own listener ({_PAGE})."
    )
    return (
        f'{target} is content="{content}" for {backend}. All certificates of API Gateway have one subject, and'
        f" {backend} tries only the first of a CA file that bears it: it would refuse every request after the switch."
        f" {remedy}"
    )


def _place(target: Mapping[str, Any]) -> str:
    places = (target.get(key) for key in ("path", "name", "key", "secretId"))
    named = next((place for place in places if isinstance(place, str)), None)
    return f"{target.get('type', 'target')}{'' if named is None else f' {named}'}"
