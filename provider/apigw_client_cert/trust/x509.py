"""Facts of one X.509 certificate.

The only module that uses ``cryptography``, and only inside ``read_certificate``: importing this one costs nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apigw_client_cert.errors import BadInput
from apigw_client_cert.rotation.model import TrustedCertificate
from apigw_client_cert.trust.pem import REMEDY, split_pem

if TYPE_CHECKING:
    from datetime import datetime

    from cryptography import x509


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """What one certificate says of itself.

    Instants are aware UTC. ``serial`` and the digests are lower-case hex without colons or leading zeros in the
    serial; ``sha256`` and ``sha1`` are over the DER certificate, ``spki_sha256`` over the DER SubjectPublicKeyInfo.
    ``subject`` is an RFC 4514 string; it authenticates nobody (docs/aws.md §2). ``authority``: its
    extensions say that it issues others; an authority of version 1 has none, and looks like a leaf. ``pem`` is
    normalised.
    """

    not_before: datetime
    not_after: datetime
    serial: str
    sha256: str
    sha1: str
    spki_sha256: str
    subject: str
    authority: bool
    pem: str = field(repr=False)


def read_certificate(pem: str) -> CertificateFacts:
    """Read the facts of a text that holds exactly one certificate.

    Not checked: signature, validity at any instant, who issued it.

    Raises:
        BadInput: The text holds no certificate, more than one, or one that cannot be parsed.
    """
    # A preview with nothing due must not load cryptography.
    from cryptography import x509  # noqa: PLC0415 - loaded at first need
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - loaded at first need
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415 - see above

    blocks = split_pem(pem)
    if len(blocks) != 1:
        raise BadInput(
            f"a text that should hold one PEM certificate holds {len(blocks)}",
            means="It is not clear which certificate is meant.",
            remedy=REMEDY if not blocks else "Pass the certificates one by one.",
        )
    try:
        certificate = x509.load_pem_x509_certificate(blocks[0].encode("ascii"))
        spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        subject = certificate.subject.rfc4514_string()
        not_before, not_after = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except (ValueError, TypeError, x509.InvalidVersion, UnsupportedAlgorithm) as error:
        raise BadInput(
            "the PEM block decodes to something that is not a readable X.509 certificate",
            means="Some of its bytes are missing or changed, or its key is of an unknown kind.",
            remedy=REMEDY,
        ) from error
    der = certificate.public_bytes(Encoding.DER)
    return CertificateFacts(
        not_before=not_before,
        not_after=not_after,
        serial=format(certificate.serial_number, "x"),
        sha256=hashlib.sha256(der).hexdigest(),
        sha1=hashlib.sha1(der, usedforsecurity=False).hexdigest(),
        spki_sha256=hashlib.sha256(spki).hexdigest(),
        subject=subject,
        authority=_issues_others(certificate),
        pem=blocks[0],
    )


def _issues_others(certificate: x509.Certificate) -> bool:
    from cryptography import x509  # noqa: PLC0415 - loaded at first need

    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
        return False


def made_by_api_gateway(certificate: TrustedCertificate) -> bool:
    """Whether its subject is the one that all of API Gateway's have (docs/aws.md §2); anybody can make one with it."""
    return "CN=ApiGateway" in read_certificate(certificate.pem).subject.split(",")


def trusted_certificate(pem: str) -> TrustedCertificate:
    """What a backend needs to accept the certificate of this PEM, for ``trust.render`` and its like.

    Raises:
        BadInput: As ``read_certificate``.
    """
    facts = read_certificate(pem)
    return TrustedCertificate(
        sha256=facts.sha256, sha1=facts.sha1, spki_sha256=facts.spki_sha256, pem=facts.pem, not_after=facts.not_after
    )
