"""rotation-without-publish: stages that move to certificates which nothing in the program tells the backends of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .agreed import COMPONENT, Kind
from .declared import UNKNOWN, Violation, of_kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from .declared import Declared

# The inputs of our own resources that come from a certificate.
_FED: Final[dict[Kind | None, tuple[str, ...]]] = {
    Kind.BUNDLE: ("rotations",),
    Kind.BINDING: ("clientCertificateId", "generations", "rotationId"),
}
# What one may pass on of a certificate without publishing it.
_NAMING: Final = ("clientCertificateId", "rotationId", "expirationDate", "phase", "nextAction", "nextActionAt", "name")


def unpublished(resources: Sequence[Declared], elsewhere: Collection[str] = ()) -> Iterator[Violation]:
    """The certificates that a binding presents and nothing publishes; ``elsewhere`` names those published otherwise.

    A TrustBundle publishes what its ``rotations`` come from. Any other resource counts as publishing when one of its
    inputs comes from the certificate and does more than name it: that is the callable form of ``publish``, whose
    content may be encoded in any way. An input that is unknown at preview has the benefit of the doubt.
    """
    components = {one.urn for one in resources if one.type == COMPONENT}
    for certificate in of_kind(resources, Kind.CERTIFICATE):
        # What uses an output of the plugin's component is not said to use the certificate inside.
        origins = {certificate.urn, *components & {certificate.parent}}
        if certificate.name in elsewhere or any(_publishes(one, certificate, origins) for one in resources):
            continue
        bindings = sorted(repr(one.name) for one in of_kind(resources, Kind.BINDING) if _fed(one, certificate))
        if bindings:
            yield Violation(certificate.urn, _message(certificate, ", ".join(bindings)))


def _publishes(resource: Declared, certificate: Declared, origins: AbstractSet[str]) -> bool:
    if resource.kind is not None:
        return resource.kind is Kind.BUNDLE and _fed(resource, certificate)
    return any(
        origins & sources and not _only_names(key, resource, certificate) for key, sources in resource.uses.items()
    )


def _fed(resource: Declared, certificate: Declared) -> bool:
    return any(certificate.urn in resource.sources_of(key) for key in _FED.get(resource.kind, ()))


def _only_names(key: str, resource: Declared, certificate: Declared) -> bool:
    value = resource.props.get(key, UNKNOWN)
    named = (certificate.props.get(one) for one in _NAMING)
    return key == "clientCertificateId" or (value is not UNKNOWN and value in named)


def _message(certificate: Declared, bindings: str) -> str:
    return (
        f"Certificate {certificate.name!r} is presented through {bindings}, and nothing in this program publishes it."
        " Each rotation generates another certificate: a backend that is not told of it within publish_lead rejects the"
        " stages that move to it. Give publish=[…] (a TrustBundle); or, where something outside this program tells the"
        " backends, list the name under publishedElsewhere in this policy's configuration."
    )
