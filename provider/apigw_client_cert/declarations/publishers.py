"""What a program's own resources publish, as far as their outputs tell.

Pulumi says that a resource is declared, not that it ran: ``--target`` and ``--exclude`` leave it as it was. What it
holds stands in its outputs.
"""

from __future__ import annotations

import binascii
import hashlib
import json
import re
import ssl
from typing import TYPE_CHECKING, Any

import pulumi

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# How a text may wrap and separate what it names: lines, JSON's escapes for them, a fingerprint's colons.
_SEPARATORS = re.compile(r"\\[nrt]|[\s:]+")
_BODY = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)


def identity_of(publisher: pulumi.Resource) -> pulumi.Output[str]:
    """Its Pulumi name and a digest of its plain outputs: another path or parameter is another place.

    Lists and maps are left out, tags for example, and whatever names a certificate.
    """
    name = publisher.pulumi_resource_name

    def told(outputs: Mapping[str, Any]) -> str:
        plain = {
            key: value
            for key, value in outputs.items()
            if isinstance(value, str | int | float | bool) and not _BODY.search(str(value))
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
            text = _SEPARATORS.sub("", json.dumps(outputs, default=str))
            named = {one["sha256"] for one in trusted if _names(text, one)}
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
    pems = together.apply(lambda told: "".join([told[0], *(f"{one.strip()}\n" for one in told[2] if _der_of(one))]))
    pins = together.apply(
        lambda told: [*told[1], *(hashlib.sha256(der).hexdigest() for der in map(_der_of, told[2]) if der)]
    )
    return pems, pins


def _outputs(resource: pulumi.Resource) -> pulumi.Output[dict[str, Any]]:
    found = {key: value for key, value in vars(resource).items() if isinstance(value, pulumi.Output)}
    return pulumi.Output.all(**{key: value for key, value in found.items() if not key.startswith("_")})


def _names(squeezed: str, generation: Mapping[str, Any]) -> bool:
    body = _BODY.search(generation.get("pem") or "")
    texts = [_SEPARATORS.sub("", body[1])] if body else []
    pins = [generation[key] for key in ("sha256", "sha1") if generation.get(key)]
    return any(one in squeezed for one in texts) or any(one in squeezed.lower() for one in pins)


def _der_of(pem: object) -> bytes | None:
    try:
        return ssl.PEM_cert_to_DER_cert(pem.strip()) if isinstance(pem, str) else None
    except (ValueError, binascii.Error):
        return None
