"""What a program's own resources publish, as far as their outputs tell.

Pulumi says that a resource is declared, not that it ran: ``--target`` and ``--exclude`` leave it as it was. What it
holds stands in its outputs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pulumi

from apigw_client_cert.errors import BadInput
from apigw_client_cert.trust.contents import fingerprints_in
from apigw_client_cert.trust.pem import split_pem

if TYPE_CHECKING:
    from collections.abc import Iterable


def identity_of(publisher: pulumi.Resource) -> pulumi.Output[str]:
    """Its Pulumi name and a digest of its plain outputs: another path or parameter is another place.

    Lists and maps are left out, tags for example, and whatever names a certificate.
    """
    name = publisher.pulumi_resource_name

    def told(outputs: Mapping[str, Any]) -> str:
        plain = {
            key: value
            for key, value in outputs.items()
            if isinstance(value, str | int | float | bool) and not _named_in(value)
        }
        return f"{name} {hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]}"

    return pulumi.Output.unsecret(_outputs(publisher).apply(told))


def unpublished(
    publishers: Iterable[pulumi.Resource], generations: Sequence[pulumi.Input[Sequence[Mapping[str, Any]]]]
) -> pulumi.Output[list[str]]:
    """The SHA-256 fingerprints that one of these resources does not hold, though it names others of the same.

    Args:
        publishers: What publishes.
        generations: Each certificate's, with ``sha256``, ``sha1``, ``pem`` and ``trusted``.

    A resource whose outputs name none of them says nothing.
    """
    everything = pulumi.Output.all(pulumi.Output.all(*map(_outputs, publishers)), pulumi.Output.all(*generations))

    def lacking(found: Sequence[Any]) -> list[str]:
        trusted = [one for several in found[1] for one in several if one.get("trusted") and one.get("sha256")]
        missing: set[str] = set()
        for outputs in found[0]:
            pins = _named_in(outputs)
            named = {one["sha256"] for one in trusted if not pins.isdisjoint({one["sha256"], one.get("sha1")})}
            missing |= {one["sha256"] for one in trusted} - named if named else set()
        return sorted(missing)

    return pulumi.Output.unsecret(everything.apply(lacking))


def with_others(
    pem: pulumi.Input[str],
    fingerprints: pulumi.Input[Sequence[str]],
    also_trust: pulumi.Input[Sequence[pulumi.Input[str]]],
) -> tuple[pulumi.Output[str], pulumi.Output[list[str]]]:
    """What a callable publishes: the certificate's own, then ``also_trust``; what is no PEM there is left out."""
    together = pulumi.Output.all(pem, fingerprints, also_trust)
    pems = together.apply(lambda told: "".join([told[0], *_certificates(told[2])]))
    pins = together.apply(lambda told: [*told[1], *map(_sha256_of, _certificates(told[2]))])
    return pems, pins


def _outputs(resource: pulumi.Resource) -> pulumi.Output[dict[str, Any]]:
    found = {key: value for key, value in vars(resource).items() if isinstance(value, pulumi.Output)}
    return pulumi.Output.all(**{key: value for key, value in found.items() if not key.startswith("_")})


def _named_in(value: object) -> frozenset[str]:
    """The fingerprints that a value names, wherever in it."""
    if isinstance(value, str):
        return fingerprints_in(value)
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, Sequence) else ()
    return frozenset().union(*map(_named_in, parts))


def _certificates(texts: Iterable[object]) -> list[str]:
    return [pem for one in texts for pem in _blocks(str(one))]


def _blocks(text: str) -> tuple[str, ...]:
    """Its PEMs; none of a damaged one, of which the bundle's ``check`` speaks."""
    try:
        return split_pem(text)
    except BadInput:
        return ()


def _sha256_of(pem: str) -> str:
    (found,) = (pin for pin in fingerprints_in(pem) if len(pin) == hashlib.sha256().digest_size * 2)
    return found
