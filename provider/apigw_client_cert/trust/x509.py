"""Facts of one X.509 certificate, and the repair of PEM text that people and tools have mangled.

The only module that uses ``cryptography``, and only inside ``read_certificate``: importing this one costs nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apigw_client_cert.errors import BadInput
from apigw_client_cert.rotation.model import TrustedCertificate

if TYPE_CHECKING:
    from datetime import datetime

    from cryptography import x509

_BEGIN = "-----BEGIN "
_END = "-----END "
# RFC 7468 §5: the only label for a certificate; §2: 64 characters a line.
_LABEL = "CERTIFICATE"
_COLUMNS = 64
# RFC 7468 §3 allows more; a label outside this set is not repeated in a message, because it could be anything.
_PRINTABLE_LABEL = re.compile(r"[A-Z0-9 ]{1,40}")
_REMEDY = (
    "Pass certificates only, as PEM (pemEncodedCertificate of GetClientCertificate, or openssl x509 -outform pem)."
)


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


def split_pem(text: str) -> tuple[str, ...]:
    """The certificates in a text, in order, each as 64-column PEM with LF and a final newline.

    Repairs CRLF, a missing final newline, END glued to the next BEGIN on one line, blank lines and other column
    widths; drops text between the blocks, such as comments. AWS has been seen to answer with CRLF and without a
    final newline (docs/aws.md §2). A text without any block gives an empty tuple.
    Not checked: whether the DER inside is a certificate, and whether two are the same.

    Raises:
        BadInput: A block is cut off, is no certificate (a private key, say) or holds something that is not base64,
            or an END stands without its BEGIN.
    """
    pieces = text.split(_BEGIN)
    _refuse_lone_end(pieces[0], "before the first block")
    return tuple(_normalised(piece, number, len(pieces) - 1) for number, piece in enumerate(pieces[1:], start=1))


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
            remedy=_REMEDY if not blocks else "Pass the certificates one by one.",
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
            remedy=_REMEDY,
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


def trusted_certificate(pem: str) -> TrustedCertificate:
    """What a backend needs to accept the certificate of this PEM, for ``trust.render`` and its like.

    Raises:
        BadInput: As ``read_certificate``.
    """
    facts = read_certificate(pem)
    return TrustedCertificate(
        sha256=facts.sha256, sha1=facts.sha1, spki_sha256=facts.spki_sha256, pem=facts.pem, not_after=facts.not_after
    )


def _normalised(piece: str, number: int, total: int) -> str:
    """One block again, from the text that follows its ``-----BEGIN ``."""
    where = f"PEM block {number} of {total}"
    label, _, rest = piece.partition("-----")
    if label != _LABEL:
        named = f"a {label}" if _PRINTABLE_LABEL.fullmatch(label) else "something else"
        raise BadInput(f"{where} is {named}, not a {_LABEL}", means="Only certificates are public.", remedy=_REMEDY)
    body, end, after = rest.partition(f"{_END}{_LABEL}-----")
    if not end:
        raise BadInput(f"{where} has no END line", means="The text was cut off.", remedy=_REMEDY)
    _refuse_lone_end(after, f"after block {number}")
    try:
        der = base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        escaped = " (it holds a literal \\n where a line break belongs)" if "\\n" in body else ""
        raise BadInput(
            f"{where} is not base64{escaped}", means="The certificate is damaged.", remedy=_REMEDY
        ) from error
    if not der:
        raise BadInput(f"{where} is empty", means="The certificate is missing.", remedy=_REMEDY)
    encoded = base64.b64encode(der).decode("ascii")
    lines = [encoded[start : start + _COLUMNS] for start in range(0, len(encoded), _COLUMNS)]
    return "\n".join([f"{_BEGIN}{_LABEL}-----", *lines, f"{_END}{_LABEL}-----", ""])


def _refuse_lone_end(text: str, where: str) -> None:
    """A mangled BEGIN line would otherwise lose a certificate without a word."""
    if _END in text:
        raise BadInput(
            f"an END line stands without its BEGIN line {where}",
            means="A certificate in the text would be lost.",
            remedy=_REMEDY,
        )
