"""PEM text: its repair where people and tools have mangled it, and a digest of it.

Apart from the facts of a certificate, because every program needs the one and none the other.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

from apigw_client_cert.errors import BadInput

_BEGIN = "-----BEGIN "
_END = "-----END "
# RFC 7468 §5: the only label for a certificate; §2: 64 characters a line.
_LABEL = "CERTIFICATE"
_COLUMNS = 64
# RFC 7468 §3 allows more; a label outside this set is not repeated in a message, because it could be anything.
_PRINTABLE_LABEL = re.compile(r"[A-Z0-9 ]{1,40}")
REMEDY = "Pass certificates only, as PEM (pemEncodedCertificate of GetClientCertificate, or openssl x509 -outform pem)."


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


def sha1_of_text(pem: str) -> str:
    """SHA-1 over a normalised PEM text."""
    return hashlib.sha1(pem.encode("ascii"), usedforsecurity=False).hexdigest()


def _normalised(piece: str, number: int, total: int) -> str:
    """One block again, from the text that follows its ``-----BEGIN ``."""
    where = f"PEM block {number} of {total}"
    label, _, rest = piece.partition("-----")
    if label != _LABEL:
        named = f"a {label}" if _PRINTABLE_LABEL.fullmatch(label) else "something else"
        raise BadInput(f"{where} is {named}, not a {_LABEL}", means="Only certificates are public.", remedy=REMEDY)
    body, end, after = rest.partition(f"{_END}{_LABEL}-----")
    if not end:
        raise BadInput(f"{where} has no END line", means="The text was cut off.", remedy=REMEDY)
    _refuse_lone_end(after, f"after block {number}")
    try:
        der = base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        escaped = " (it holds a literal \\n where a line break belongs)" if "\\n" in body else ""
        raise BadInput(f"{where} is not base64{escaped}", means="The certificate is damaged.", remedy=REMEDY) from error
    if not der:
        raise BadInput(f"{where} is empty", means="The certificate is missing.", remedy=REMEDY)
    encoded = base64.b64encode(der).decode("ascii")
    lines = [encoded[start : start + _COLUMNS] for start in range(0, len(encoded), _COLUMNS)]
    return "\n".join([f"{_BEGIN}{_LABEL}-----", *lines, f"{_END}{_LABEL}-----", ""])


def _refuse_lone_end(text: str, where: str) -> None:
    """A mangled BEGIN line would otherwise lose a certificate without a word."""
    if _END in text:
        raise BadInput(
            f"an END line stands without its BEGIN line {where}",
            means="A certificate in the text would be lost.",
            remedy=REMEDY,
        )
