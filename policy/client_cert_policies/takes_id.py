"""binding-takes-id: a stage that is given the certificate resource's id in place of a client certificate's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .agreed import Kind
from .declared import Violation, of_kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .declared import Declared

PROPERTY: Final = "clientCertificateId"


def takes_id(resources: Sequence[Declared]) -> Iterator[Violation]:
    """Whatever has a ``clientCertificateId`` that is the id of one of our certificates.

    The id of a certificate resource is its ``name``, and policies are not shown ids. Says nothing while the value is
    unknown. An imported certificate of the plugin has AWS's id as its own: that cannot be told apart.
    """
    certificates = {one.text("name") or one.name: one for one in of_kind(resources, Kind.CERTIFICATE)}
    for resource in resources:
        value = resource.text(PROPERTY)
        if resource.kind is Kind.CERTIFICATE or value is None or value not in certificates:
            continue
        certificate = certificates[value]
        # A name may look like AWS's ids: what the certificate calls its own is right.
        if value in _own(certificate):
            continue
        yield Violation(
            resource.urn,
            f"{resource.name!r} takes {value!r}, the resource id of certificate {certificate.name!r}, as its"
            f" {PROPERTY}. That id is a name and never changes: AWS knows no such certificate, and a rotation would not"
            " reach the stage. Pass the certificate's client_certificate_id instead.",
        )


def _own(certificate: Declared) -> set[object]:
    generations = certificate.props.get("generations")
    listed = generations if isinstance(generations, list) else []
    return {certificate.text(PROPERTY), *(one.get("id") for one in listed if isinstance(one, dict))}
