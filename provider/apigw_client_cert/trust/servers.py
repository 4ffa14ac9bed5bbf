"""How each kind of TLS server is told to accept exactly the given certificates.

Two texts per kind. The *setup* lines are written once, by a person, into the server's own configuration; the
*published* text changes at every rotation and is what a ``TrustBundle`` target holds. Both are templates in
``templates/``. What was run and how: docs/backends.md and tests/backends; why: docs/aws.md §9.

Not here: ``stunnel`` and gRPC, which have no setting that accepts two certificates of one subject in one file, and
Caddy from 2.8 and whatever else is made of Go or GnuTLS, which accept a plain ``pem``.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from string import Template
from typing import TYPE_CHECKING

from apigw_client_cert.errors import BadInput, page, safe_repr
from apigw_client_cert.trust.pem import sha1_of_text, split_pem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from apigw_client_cert.rotation.model import TrustedCertificate

# They look a trust anchor up by subject and try only the first match (docs/aws.md §9).
OPENSSL_FAMILY = ("nginx", "apache", "haproxy", "node", "python", "stunnel", "envoy", "grpc")
# What no certificate's SHA-256 is: Envoy takes an empty list for "no restriction".
_NO_CERTIFICATE = "0" * 64


@dataclass(frozen=True, slots=True)
class _Backend:
    """What differs between kinds, apart from the templates.

    ``path`` is where a user would typically put the published file. ``where`` says where the setup lines belong.
    ``entry`` turns one certificate into its part of the text; ``nobody`` stands for an empty list and must make the
    server accept nobody. ``annotated``: the format allows ``#`` comments, or text before the first PEM block.
    """

    path: str
    where: str
    entry: Callable[[TrustedCertificate], str]
    separator: str = "\n"
    nobody: str = ""
    annotated: bool = True


def pem_of(certificate: TrustedCertificate) -> str:
    """Its normalised PEM.

    Raises:
        BadInput: The text holds no certificate or several, so that pins and PEM would disagree.
    """
    blocks = split_pem(certificate.pem)
    if len(blocks) != 1:
        raise BadInput(
            f"the PEM of certificate {certificate.sha256} holds {len(blocks)} certificates",
            means="Publishing it would trust something other than this certificate.",
            remedy="Run `pulumi up --refresh` so that the certificate is read again.",
            subject=certificate.sha256,
        )
    return blocks[0]


def timestamp(certificate: TrustedCertificate) -> str:
    """When its validity ends: RFC 3339, UTC, whole seconds."""
    return certificate.not_after.strftime("%Y-%m-%dT%H:%M:%SZ")


def pem_text_sha1(certificate: TrustedCertificate) -> str:
    """SHA-1 over the PEM text as Apache sees it: 64 columns, LF, final newline (mod_ssl, SSL_CLIENT_CERT)."""
    return sha1_of_text(pem_of(certificate))


def _colons(digest: str) -> str:
    return ":".join(digest[start : start + 2] for start in range(0, len(digest), 2)).upper()


def _pem_entry(certificate: TrustedCertificate) -> str:
    return pem_of(certificate).removesuffix("\n")


# SHA-1 as a pin is sound: an attacker needs a second preimage of a certificate that AWS made, not a collision.
# It is what nginx has ($ssl_client_fingerprint) and what Apache's expression parser can compute.
_BACKENDS = {
    "nginx": _Backend(
        path="/etc/nginx/conf.d/apigw-client-certs.conf",
        where="in every server block that API Gateway calls; the published file is included in the http block",
        entry=lambda certificate: f"    {certificate.sha1} 1; # until {timestamp(certificate)}",
    ),
    "haproxy": _Backend(
        path="/etc/haproxy/apigw-client-certs.lst",
        where="in the frontend; ca-file has to name some certificate, and the server's own will do",
        entry=lambda certificate: f"# until {timestamp(certificate)}\n{certificate.sha256.upper()}",
    ),
    "apache": _Backend(
        path="/etc/apache2/apigw-client-certs.conf",
        where="in the VirtualHost; no later <If> section may have a Require of its own",
        entry=lambda certificate: f"'{pem_text_sha1(certificate)}'",
        separator=", ",
        # An empty list is a syntax error; no digest is this text.
        nobody="'nobody'",
    ),
    "node": _Backend(
        path="/etc/ssl/apigw-client-certs.json",
        where="in the server's program; every request handler asks fromApiGateway(request) first",
        entry=lambda certificate: f'"{_colons(certificate.sha256)}"',
        separator=",\n ",
        annotated=False,
    ),
    "python": _Backend(
        path="/etc/ssl/apigw-client-certs.pem",
        where="in the server's program, on its ssl.SSLContext",
        entry=_pem_entry,
    ),
    "go": _Backend(
        path="/etc/ssl/apigw-client-certs.pem",
        where="in the server's program; the result goes into http.Server.TLSConfig",
        entry=_pem_entry,
    ),
    "java": _Backend(
        path="/etc/ssl/apigw-client-certs.pem",
        where="in the server's program; trust goes into SSLContext.init, with setNeedClientAuth(true)",
        entry=_pem_entry,
        # Comments are harmless, but the setup lines would fill a third of an SSM standard parameter.
        annotated=False,
    ),
    # UNVERIFIED: no Envoy has run this (docs/aws.md §9). By its source (default_validator.cc) the hash list alone
    # decides while trusted_ca is absent, validity dates included; ACCEPT_UNTRUSTED would let every certificate through.
    "envoy": _Backend(
        path="/etc/envoy/apigw-client-certs.yaml",
        where="in the listener's DownstreamTlsContext; add no trusted_ca and no trust_chain_verification",
        entry=lambda certificate: f"    - {certificate.sha256} # until {timestamp(certificate)}",
        nobody=f"    - {_NO_CERTIFICATE} # nobody",
    ),
}
BACKENDS = tuple(_BACKENDS)


def published_file(kind: str) -> str:
    """The path that the setup lines of this kind name unless told otherwise."""
    return _backend(kind).path


def setup_lines(kind: str, *, path: str | None = None) -> str:
    """The lines that a person writes once into the server's configuration; ``path`` is the published file's.

    Raises:
        BadInput: The kind is unknown.
    """
    return _template(kind, "setup").substitute(path=path or _backend(kind).path)


def setup_place(kind: str) -> str:
    """Where the setup lines belong, as the end of a sentence."""
    return _backend(kind).where


def published(kind: str, certificates: Sequence[TrustedCertificate], *, annotated: bool = True) -> str:
    """What a target of this kind holds, in the given order; no certificates means that nobody is accepted.

    ``annotated`` puts the setup lines above as comments, where the format has comments.

    Raises:
        BadInput: The kind is unknown, or a certificate's PEM is damaged.
    """
    backend = _backend(kind)
    entries = backend.separator.join(map(backend.entry, certificates)) or backend.nobody
    text = _template(kind, "published").substitute(entries=entries)
    return _heading(kind) + text if annotated and backend.annotated else text


def _heading(kind: str) -> str:
    lines = [
        "API Gateway client certificates that may call this server. Written by apigw-client-cert; edits are undone.",
        f"It takes effect with these lines {setup_place(kind)}:",
        *(f"  {line}" if line else "" for line in setup_lines(kind).splitlines()),
    ]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def _template(kind: str, part: str) -> Template:
    _backend(kind)
    template = resources.files("apigw_client_cert.trust") / "templates" / f"{kind}.{part}"
    return Template(template.read_text(encoding="utf-8"))


def _backend(kind: str) -> _Backend:
    try:
        return _BACKENDS[kind]
    except KeyError:
        raise BadInput(
            f"there is no backend configuration for {safe_repr(kind)}",
            means="Nothing was rendered.",
            remedy=f"Use one of {', '.join(BACKENDS)}; {page('backends#others')} says what to do for other servers.",
            subject=kind,
        ) from None
