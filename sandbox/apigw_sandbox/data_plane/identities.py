"""TLS contexts that present a client certificate. The private key goes from here into OpenSSL and nowhere else."""

from __future__ import annotations

import secrets
import ssl
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import serialization

if TYPE_CHECKING:
    from apigw_sandbox.acm import Key
    from apigw_sandbox.data_plane.authority import Authority

_VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
_CERTIFICATE_REQUEST = 13
"""The handshake message's number: RFC 5246 §7.4 and RFC 8446 §4."""
_HANDSHAKE = 22
"""The record type: RFC 8446 §5.1."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A client certificate with the key that proves it; ``pem`` may go on with its chain."""

    id: str
    pem: str = field(repr=False)
    private_key: Key = field(repr=False)


class BackendSocket(ssl.SSLSocket):
    """A client's TLS socket that knows whether the server has asked for a certificate."""

    certificate_requested = False


class Contexts:
    """One context per identity, highest TLS version and way of checking the server. Thread-safe."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._lock = threading.Lock()
        self._made: dict[tuple[str, str, str, bool], ssl.SSLContext] = {}

    def get(self, identity: Identity | None, version: str, *, verify: bool) -> ssl.SSLContext:
        """The context. ``version`` is the highest that is offered, 1.2 the lowest.

        Without ``verify`` the caller must check the server's name and dates (``server_checks``).
        """
        # The PEM too: ACM renews a certificate under its ARN.
        key = (identity.id if identity else "", identity.pem if identity else "", version, verify)
        with self._lock:
            if key not in self._made:
                self._made[key] = self._context(identity, version, verify=verify)
            return self._made[key]

    def forget(self) -> None:
        """Drop every context and the keys in them."""
        with self._lock:
            self._made.clear()

    def _context(self, identity: Identity | None, version: str, *, verify: bool) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.maximum_version = _VERSIONS[version]
        context.sslsocket_class = BackendSocket
        _watch(context)
        if verify:
            context.load_verify_locations(cadata=self._authority.pem)
        else:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if identity is not None:
            _load(context, identity)
        return context


def _load(context: ssl.SSLContext, identity: Identity) -> None:
    """Give the context certificate and key. ``ssl`` reads files only, so the key lies there for a moment, encrypted."""
    password = secrets.token_bytes(32).hex().encode("ascii")
    key = identity.private_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "identity.pem"
        path.write_bytes(identity.pem.encode("ascii") + b"\n" + key)
        context.load_cert_chain(path, password=password)


def _watch(context: ssl.SSLContext) -> None:
    """Note CertificateRequest messages on the socket that they came by.

    OpenSSL tells a client of them in no other way that Python shows; the hook has no public name, and
    a test fails on a Python that lacks it.
    """

    def noted(socket: BackendSocket, _direction: str, _version: int, kind: int, message: int, _data: bytes) -> None:
        if kind == _HANDSHAKE and message == _CERTIFICATE_REQUEST:
            socket.certificate_requested = True

    hooked: Any = context
    hooked._msg_callback = noted  # noqa: SLF001 - see above
