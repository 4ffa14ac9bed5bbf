"""Certificates in the shape that API Gateway issues, for doubles: real X.509, made fast.

Shape: docs/aws.md §2. Keys are few and made once per process, because making one takes longer than
everything else here; certificates that share a key differ in serial, dates and signature, so in every fingerprint but
the SPKI one.
"""

from __future__ import annotations

import functools
import itertools
import secrets
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from datetime import datetime

VALIDITY = timedelta(days=365)
_KEYS = 4
_wave_order = itertools.count()
_lock = threading.Lock()


def issue_pem(not_before: datetime, validity: timedelta = VALIDITY) -> tuple[str, rsa.RSAPrivateKey]:
    """A self-signed certificate and its key; ``not_before`` is aware and has whole seconds."""
    key = _key(next(_wave_order) % _KEYS)
    subject = x509.Name(
        [
            _attribute(NameOID.COUNTRY_NAME, "US"),
            _attribute(NameOID.LOCALITY_NAME, "Seattle"),
            _attribute(NameOID.COMMON_NAME, "ApiGateway"),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(secrets.randbits(64) or 1)
        .not_valid_before(not_before)
        .not_valid_after(not_before + validity)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode(), key


def _attribute(oid: x509.ObjectIdentifier, value: str) -> x509.NameAttribute[str]:
    return x509.NameAttribute(oid, value, _type=_ASN1Type.PrintableString)


def _key(index: int) -> rsa.RSAPrivateKey:
    with _lock:
        return _made_key(index)


@functools.cache
def _made_key(_index: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
