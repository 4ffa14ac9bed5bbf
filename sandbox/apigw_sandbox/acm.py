"""Certificates of ACM that a test has given the sandbox the keys of, so that stages can present them.

The sandbox serves no ACM: what AWS asks of such a certificate is checked when it is imported
(docs/aws.md §1.6).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
LONGEST_CHAIN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AcmCertificate:
    """One imported certificate; ``pem`` is the leaf, then its chain."""

    arn: str
    pem: str = field(repr=False)
    private_key: Key = field(repr=False)


def new_arn(account_id: str, region: str) -> str:
    """A name that nothing has yet."""
    return f"arn:aws:acm:{region}:{account_id}:certificate/{uuid.uuid4()}"


def imported(arn: str, certificate_pem: str, private_key_pem: str, chain_pem: str) -> AcmCertificate:
    """The certificate, as API Gateway would take it.

    Raises:
        ValueError: Not PEM, a key of another certificate, a chain that is too long, or no certificate for clients.
    """
    leaf = x509.load_pem_x509_certificate(certificate_pem.encode())
    chain = x509.load_pem_x509_certificates(chain_pem.encode()) if chain_pem else []
    key = serialization.load_pem_private_key(private_key_pem.encode(), password=None)
    if not isinstance(key, Key) or key.public_key() != leaf.public_key():
        raise ValueError("the private key is not the certificate's, or neither RSA nor elliptic")
    if len(chain) > LONGEST_CHAIN:
        raise ValueError(f"a chain has at most {LONGEST_CHAIN} certificates")
    if not _for_clients(leaf):
        raise ValueError("the certificate's extended key usage is not for clients")
    pem = "".join(one.public_bytes(serialization.Encoding.PEM).decode("ascii") for one in (leaf, *chain))
    return AcmCertificate(arn=arn, pem=pem, private_key=key)


def _for_clients(leaf: x509.Certificate) -> bool:
    try:
        usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return ExtendedKeyUsageOID.CLIENT_AUTH in usage
