"""How a request travels, and the draws that decide what it did not say; the same seed draws the same."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from apigw_sandbox.behaviour import TLS_VERSIONS, Shape
from apigw_sandbox.data_plane import failures
from apigw_sandbox.data_plane.failures import NotForwardedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apigw_sandbox.behaviour import Behaviour
    from apigw_sandbox.data_plane.routes import Invocation

Choice = TypeVar("Choice")

SHAPE_HEADER = "x-sandbox-shape"
TLS_HEADER = "x-sandbox-tls"


@dataclass(frozen=True, slots=True)
class Travel:
    """Shape and highest TLS version of one request."""

    shape: Shape
    tls_version: str


def travel(invocation: Invocation, behaviour: Behaviour, number: int) -> Travel:
    """By the headers ``x-sandbox-shape`` and ``x-sandbox-tls``, else drawn from the switches.

    Raises:
        NotForwardedError: a header that names no shape or version.
    """
    shape = invocation.header(SHAPE_HEADER) or drawn(behaviour.shapes.split(","), behaviour, number, "shape")
    version = invocation.header(TLS_HEADER) or drawn(behaviour.tls_versions.split(","), behaviour, number, "tls")
    if shape not in {one.value for one in Shape} or version not in TLS_VERSIONS:
        raise NotForwardedError(failures.BAD_HEADER, f"no such shape or TLS version: {shape}, {version}")
    return Travel(Shape(shape), version)


def drawn(choices: Sequence[Choice], behaviour: Behaviour, number: int, purpose: str) -> Choice:
    """One of the choices: by seed, request and purpose, whatever other threads do."""
    text = f"{behaviour.data_plane_seed}:{number}:{purpose}"
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return choices[int.from_bytes(digest, "big") % len(choices)]
