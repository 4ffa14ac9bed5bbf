"""What backends must trust, as texts: the PEM bundle, lists of pins, and one form per kind of server.

Pure: takes ``TrustedCertificate`` values, parses no X.509 and reads no clock. Order is the caller's (oldest live
generation first) and is kept everywhere; a certificate given twice appears once, by SHA-256.
Not checked: that the fingerprints of a certificate belong to its PEM, and whether it has expired.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from typing import TYPE_CHECKING

from apigw_client_cert.errors import BadInput, safe_repr
from apigw_client_cert.trust.pem import sha1_of_text, split_pem
from apigw_client_cert.trust.servers import (
    BACKENDS,
    OPENSSL_FAMILY,
    pem_of,
    published,
    published_file,
    setup_lines,
    setup_place,
    timestamp,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apigw_client_cert.rotation.model import TrustedCertificate

__all__ = [
    "BACKENDS",
    "CONTENTS",
    "JSON_VERSION",
    "OPENSSL_FAMILY",
    "PIN_CONTENTS",
    "PLACEHOLDERS",
    "backend_config",
    "fingerprints",
    "fingerprints_in",
    "holds",
    "known_by",
    "marks_of",
    "render",
    "setup_lines",
    "trust_bundle",
    "trusts_nobody",
]

CONTENTS = ("pem", "sha256", "sha1", "json", *BACKENDS)
# Contents that name certificates by fingerprint alone.
PIN_CONTENTS = ("sha256", "sha1", "nginx", "haproxy", "apache", "node", "envoy")
# What ``render`` gave for Apache and no certificates, as it refused less; files hold it still.
_FORMERLY_EMPTY = tuple(
    f"""SSLVerifyClient optional_no_ca
<If "! (sha1(%{{SSL_CLIENT_CERT}}) in {{ 'nobody' }})">
    Require all denied{satisfy}
</If>"""
    for satisfy in ("", "<IfModule mod_access_compat.c> Satisfy all </IfModule>")
)
#: Words that make no reader accept anybody; white space, quotes, < > and case do not count.
PLACEHOLDERS = frozenset(
    (
        *("-", "{}", "changeme", "change-me", "dummy", "empty", "initial", "n/a", "nobody", "none", "null", "pending"),
        *("placeholder", "replaceme", "replace-me", "tbd", "todo", "unset"),
    )
)
# Raised when a field changes its meaning or goes; new fields do not raise it.
JSON_VERSION = 1

_COMMENT = re.compile(r"#.*")
_COMMENT_BY_ITSELF = re.compile(r"(?:^|(?<=\s))#.*")
_HEX = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{40})(?![0-9a-f])")
_COLON_HEX = re.compile(r"(?<![0-9a-f])(?:(?:[0-9a-f]{2}:){31}|(?:[0-9a-f]{2}:){19})[0-9a-f]{2}(?![0-9a-f])")
_PEM_BODY = re.compile(r"-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----")


def trust_bundle(certificates: Iterable[TrustedCertificate]) -> str:
    """Their PEMs in the given order, normalised and de-duplicated; empty for no certificates.

    Raises:
        BadInput: A PEM is damaged, or holds other than one certificate.
    """
    return "".join(map(pem_of, _distinct(certificates)))


def fingerprints(certificates: Iterable[TrustedCertificate]) -> tuple[str, ...]:
    """Their SHA-256 fingerprints, lower-case hex, in the given order, each once."""
    return tuple(certificate.sha256 for certificate in _distinct(certificates))


def render(content: str, certificates: Iterable[TrustedCertificate]) -> str:
    """The text that a publish target of this content holds.

    ``pem``: the bundle. ``sha256``, ``sha1``: one lower-case hex fingerprint of the DER certificate a line. ``json``:
    ``{"version": 1, "certificates": [{"sha256", "sha1", "spkiSha256", "notAfter", "pem"}]}``, the date in RFC 3339.
    Others: what that backend reads next to its setup lines. No certificates give a text that accepts nobody.

    Raises:
        BadInput: The content is unknown, or a PEM is damaged.
    """
    distinct = _distinct(certificates)
    if content in BACKENDS:
        return published(content, distinct)
    if content == "pem":
        return trust_bundle(distinct)
    if content == "sha256":
        return "".join(f"{certificate.sha256}\n" for certificate in distinct)
    if content == "sha1":
        return "".join(f"{certificate.sha1}\n" for certificate in distinct)
    if content == "json":
        return _json(distinct)
    raise BadInput(
        f"there is no content {safe_repr(content)}",
        means="Nothing was rendered.",
        remedy=f"Use one of {', '.join(CONTENTS)}.",
        subject=content,
    )


def backend_config(kind: str, certificates: Iterable[TrustedCertificate], *, path: str | None = None) -> str:
    """The whole configuration of one backend, for a person to read: setup lines, then the published file.

    ``path`` is where the published file will be; by default a usual place for this kind.

    Raises:
        BadInput: The kind is unknown, or a PEM is damaged.
    """
    place = path or published_file(kind)
    body = published(kind, _distinct(certificates), annotated=False)
    return (
        f"# Once, {setup_place(kind)}:\n\n{setup_lines(kind, path=place)}\n"
        f'# {place}, published with content="{kind}":\n\n{body}'
    )


def holds(text: str, certificate: TrustedCertificate) -> bool:
    """Whether a published text of any content mentions this certificate, by PEM or by fingerprint.

    PEM bodies compare without white space, fingerprints in any case and with or without colons. What follows a ``#``
    on a line does not count: a pin that somebody commented out is gone.
    Not understood: a format's own way of saying no, such as ``<pin> 0;`` in an nginx map.
    """
    return not fingerprints_in(text).isdisjoint(known_by(certificate) - {certificate.spki_sha256})


def fingerprints_in(text: str) -> frozenset[str]:
    """Every fingerprint that a published text of any content mentions, lower-case hex.

    Those that are written there, 64 or 40 digits with or without colons, and SHA-256 and SHA-1 of each PEM block.
    What follows a ``#`` on a line does not count. Not checked: what a fingerprint is of; a PEM block that is no
    base64 counts for nothing.
    """
    # JSON writes the line breaks of a PEM as escapes.
    said = _COMMENT.sub("", text).replace("\\r", "").replace("\\n", "\n")
    lower = _PEM_BODY.sub("", said).lower()
    found = {*_HEX.findall(lower), *(pin.replace(":", "") for pin in _COLON_HEX.findall(lower))}
    for body in _PEM_BODY.findall(said):
        try:
            der = base64.b64decode("".join(body.split()), validate=True)
        except (binascii.Error, ValueError):
            continue
        found |= {hashlib.sha256(der).hexdigest(), hashlib.sha1(der, usedforsecurity=False).hexdigest()}
    return frozenset(found)


def trusts_nobody(text: str) -> bool:
    """Whether nobody can be cut off by replacing this text, because it is known to trust nobody.

    Known are: nothing but white space and comments (``#``); what ``render`` gives for no certificates, in any
    content and layout; and a single word that stands for a value to come (``PLACEHOLDERS``), as tools write it that
    cannot make an empty SSM parameter. Any other text may mean something to its reader, whether or not it holds a
    fingerprint or a PEM block.
    """
    said = _obeyed(text)
    empty = {_obeyed(one) for one in (*(render(content, ()) for content in CONTENTS), *_FORMERLY_EMPTY)}
    return said in empty or said.strip("\"'<>").lower() in PLACEHOLDERS


def _obeyed(text: str) -> str:
    return "".join(_COMMENT_BY_ITSELF.sub("", text).split())


def known_by(certificate: TrustedCertificate) -> frozenset[str]:
    """Every fingerprint by which a text that this package publishes may mention the certificate."""
    return marks_of(certificate.pem) | {certificate.sha256, certificate.sha1, certificate.spki_sha256}


def _distinct(certificates: Iterable[TrustedCertificate]) -> list[TrustedCertificate]:
    """Each certificate once, where it stood first."""
    first: dict[str, TrustedCertificate] = {}
    for certificate in certificates:
        first.setdefault(certificate.sha256, certificate)
    return list(first.values())


def _json(certificates: list[TrustedCertificate]) -> str:
    listed = [
        {
            "sha256": certificate.sha256,
            "sha1": certificate.sha1,
            "spkiSha256": certificate.spki_sha256,
            "notAfter": timestamp(certificate),
            "pem": pem_of(certificate),
        }
        for certificate in certificates
    ]
    return json.dumps({"version": JSON_VERSION, "certificates": listed}, indent=2) + "\n"


def marks_of(pem: str) -> frozenset[str]:
    """All by which a published text of any content may name the certificate of a PEM; see ``fingerprints_in``.

    Raises:
        BadInput: The PEM is damaged.
    """
    text = "".join(split_pem(pem))
    return fingerprints_in(text) | {sha1_of_text(text)}
