"""PEM text as nobody should write it: read, repaired or refused, and never repeated."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from cryptography import x509
from hypothesis import example, given
from hypothesis import strategies as st

from apigw_client_cert.errors import BadInput
from apigw_client_cert.lifecycle.trust_bundle import crud as trust_bundle
from apigw_client_cert.rotation.model import TrustedCertificate
from apigw_client_cert.trust.contents import CONTENTS, holds, render
from apigw_client_cert.trust.pem import split_pem
from apigw_client_cert.trust.x509 import read_certificate
from tests.hostile.audit import audited_error, audited_failures
from tests.hostile.odd import CERTIFICATE, OTHER, PRIVATE_KEY, fewer, steady, texts

ENDS = datetime(2027, 3, 1, tzinfo=timezone.utc)
_PIECES = (
    "-----BEGIN CERTIFICATE-----",
    "-----END CERTIFICATE-----",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN ",
    "-----END ",
    "-----",
    "\n",
    "\r\n",
    "\\n",
    "\0",
    "=",
    "\ufeff",
    *CERTIFICATE.splitlines()[1:-1],
    CERTIFICATE,
    OTHER,
    PRIVATE_KEY,
)
shuffled = st.lists(st.sampled_from(_PIECES) | texts, max_size=12).map("".join)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """One certificate with some of its characters cut out, doubled or replaced."""
    text = CERTIFICATE
    for _ in range(draw(st.integers(1, 4))):
        at, length = draw(st.integers(0, len(text))), draw(st.integers(0, 80))
        text = text[:at] + draw(st.sampled_from(["", "A", "\n", "-", text[at : at + 9] * 2])) + text[at + length :]
    return text


def trusted(pem: str) -> TrustedCertificate:
    """A certificate of this text, whatever it holds."""
    return TrustedCertificate(sha256="1" * 64, sha1="2" * 40, spki_sha256="3" * 64, pem=pem, not_after=ENDS)


@steady
@given(shuffled | damaged())
@example(PRIVATE_KEY)
@example(CERTIFICATE + PRIVATE_KEY)
@example(CERTIFICATE.replace("\n", "\\n"))
def test_any_text_is_read_or_refused_without_being_repeated(text: str) -> None:
    """What comes out of a text can be parsed by somebody else; what goes wrong is said without a byte of it."""
    try:
        facts = read_certificate(text)
    except BadInput as error:
        said = str(audited_error(error))
        repeated = [line for line in text.split() if len(line) > 40 and line in said]
        assert repeated == []
    else:
        assert x509.load_pem_x509_certificate(facts.pem.encode()).serial_number == int(facts.serial, 16)


@steady
@given(shuffled | damaged())
def test_no_certificate_of_a_text_is_lost_without_a_word(text: str) -> None:
    """As many blocks as BEGIN lines, or an error."""
    try:
        blocks = split_pem(text)
    except BadInput as error:
        audited_error(error)
    else:
        assert len(blocks) == text.count("-----BEGIN ")


@fewer
@given(pem=shuffled | damaged(), content=st.sampled_from(CONTENTS))
def test_nothing_is_rendered_from_a_damaged_certificate_but_its_pins(pem: str, content: str) -> None:
    """A text for a backend holds one PEM per certificate, or is not made."""
    try:
        text = render(content, [trusted(pem)])
    except BadInput as error:
        audited_error(error)
    else:
        assert "PRIVATE" not in text
        assert text.count("-----BEGIN ") <= 1


@fewer
@given(shuffled | damaged())
def test_what_somebody_else_published_is_searched_without_being_trusted(text: str) -> None:
    """A target may hold anything at all."""
    body = "".join(CERTIFICATE.splitlines()[1:-1])
    try:
        found = holds(text, trusted(CERTIFICATE))
    except BadInput as error:
        raise AssertionError("the certificate is sound, whatever the text") from error
    assert not found or body in "".join(text.replace("\\n", "").split())
    assert holds(f"{text}\n{CERTIFICATE}", trusted(CERTIFICATE))


@fewer
@given(st.lists(shuffled | damaged() | st.none() | st.integers() | st.just(CERTIFICATE), min_size=1, max_size=3))
def test_also_trust_is_refused_in_check_or_works(entries: list[object]) -> None:
    """Invariant 10: what check lets pass can be read when the bundle is made."""
    news = {
        "name": "trust",
        "rotations": [{"rotationId": "r1", "generations": []}],
        "targets": [{"type": "file", "path": "x"}],
        "alsoTrust": entries,
    }
    failures = audited_failures(trust_bundle.check({}, news).failures)
    if not failures:
        assert all(isinstance(entry, str) and read_certificate(entry) for entry in entries)


@pytest.mark.parametrize("value", ["one", 7, {"a": "b"}, True, PRIVATE_KEY])
def test_also_trust_that_is_no_list_is_refused(value: object) -> None:
    """A forgotten pair of brackets would make a list of characters."""
    news = {"name": "trust", "alsoTrust": value}
    assert "must be a list" in audited_failures(trust_bundle.check({}, news).failures)["alsoTrust"]
