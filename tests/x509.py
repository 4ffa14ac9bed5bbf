"""Twins of the certificates that API Gateway generates, with their private keys; made by this file alone.

Shape: docs/aws.md §2. Shares no code with the package or the sandbox, so that a bug in their PEM or
fingerprint code shows.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import secrets
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from apigw_client_cert.rotation.model import TrustedCertificate

LIFETIME = dt.timedelta(days=365)
_SUBJECT = x509.Name(
    [
        x509.NameAttribute(oid, value, _type=_ASN1Type.PrintableString)
        for oid, value in (
            (NameOID.COUNTRY_NAME, "US"),
            (NameOID.LOCALITY_NAME, "Seattle"),
            (NameOID.COMMON_NAME, "ApiGateway"),
        )
    ]
)


@dataclass(frozen=True, kw_only=True)
class Twin:
    """One certificate and its private key, both PEM, with the facts as they were put in."""

    certificate: x509.Certificate = field(repr=False)
    key: rsa.RSAPrivateKey = field(repr=False)
    not_before: dt.datetime
    not_after: dt.datetime
    serial: int

    @property
    def der(self) -> bytes:
        """The certificate's DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> str:
        """The certificate as OpenSSL would write it."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")

    @property
    def key_pem(self) -> str:
        """The private key, PKCS #8, not encrypted."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode("ascii")

    @property
    def trusted(self) -> TrustedCertificate:
        """What a backend would be told of it."""
        spki = self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return TrustedCertificate(
            sha256=hashlib.sha256(self.der).hexdigest(),
            sha1=hashlib.sha1(self.der, usedforsecurity=False).hexdigest(),
            spki_sha256=hashlib.sha256(spki).hexdigest(),
            pem=self.pem,
            not_after=self.not_after,
        )


def mint(not_before: dt.datetime, lifetime: dt.timedelta = LIFETIME) -> Twin:
    """A new twin, valid from this aware instant (cut to seconds)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    start = not_before.replace(microsecond=0)
    # RFC 5280 §4.1.2.2 wants a positive serial.
    serial = secrets.randbits(64) or 1
    certificate = (
        x509.CertificateBuilder()
        .subject_name(_SUBJECT)
        .issuer_name(_SUBJECT)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(start + lifetime)
        .sign(key, hashes.SHA256())
    )
    return Twin(certificate=certificate, key=key, not_before=start, not_after=start + lifetime, serial=serial)


@functools.cache
def twins(count: int) -> tuple[Twin, ...]:
    """Some twins a day apart; made once a process, because RSA keys are slow."""
    start = dt.datetime(2026, 3, 1, 10, tzinfo=dt.timezone.utc)
    return tuple(mint(start + dt.timedelta(days=number)) for number in range(count))
