"""Certificates of the exact shape that API Gateway generates.

Every sample from nine years agrees (docs/aws.md §2): X.509 v3 without any extension,
subject = issuer = ``C=US, L=Seattle, CN=ApiGateway`` as PrintableString, RSA 2048, SHA-256, a random
64-bit serial, 748 or 749 bytes of DER.
"""

from __future__ import annotations

import secrets
import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from datetime import datetime, timedelta

SERIAL_BITS = 64
KEYS_AHEAD = 2


def _printable(oid: x509.ObjectIdentifier, value: str) -> x509.NameAttribute[str]:
    return x509.NameAttribute(oid, value, _type=_ASN1Type.PrintableString)


API_GATEWAY_NAME = x509.Name(
    [
        _printable(NameOID.COUNTRY_NAME, "US"),
        _printable(NameOID.LOCALITY_NAME, "Seattle"),
        _printable(NameOID.COMMON_NAME, "ApiGateway"),
    ]
)


class KeyPool:
    """Distinct RSA-2048 keys, a few made ahead in one thread: a key takes about 0.1 s.

    The thread starts with the first key, so a sandbox that mints nothing costs nothing.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ahead: deque[Future[rsa.RSAPrivateKey]] = deque()
        self._executor: ThreadPoolExecutor | None = None

    def take(self) -> rsa.RSAPrivateKey:
        """A key that nobody else gets."""
        with self._lock:
            if self._executor is None:
                self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="apigw-sandbox-keys")
            while len(self._ahead) <= KEYS_AHEAD:
                self._ahead.append(self._executor.submit(_new_key))
            key = self._ahead.popleft()
        return key.result()

    def close(self) -> None:
        """Stop the thread, waiting for at most one key in the making."""
        with self._lock:
            if self._executor is not None:
                self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None
            self._ahead.clear()


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def mint(key: rsa.RSAPrivateKey, *, not_before: datetime, validity: timedelta) -> x509.Certificate:
    """One self-signed certificate; dates are cut to whole seconds, which is all that X.509 holds."""
    start = not_before.replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(API_GATEWAY_NAME)
        .issuer_name(API_GATEWAY_NAME)
        .public_key(key.public_key())
        .serial_number(secrets.randbits(SERIAL_BITS) or 1)
        .not_valid_before(start)
        .not_valid_after(start + validity)
        .sign(key, hashes.SHA256())
    )


def pem_text(certificate: x509.Certificate, *, crlf: bool = False, final_newline: bool = True) -> str:
    """The PEM, 1070 bytes with LF; AWS has been seen to answer with CRLF and nothing after END (docs/aws.md §2)."""
    text = certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")
    if crlf:
        text = text.replace("\n", "\r\n")
    return text if final_newline else text.rstrip("\r\n")
