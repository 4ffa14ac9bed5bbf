"""What holds of every bundle and every published text, whatever the certificates and the damage."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import textwrap

from hypothesis import given
from hypothesis import strategies as st

from apigw_client_cert.rotation.model import TrustedCertificate
from apigw_client_cert.trust.contents import CONTENTS, fingerprints, holds, render, trust_bundle
from apigw_client_cert.trust.pem import split_pem

BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


def pem_of(der: bytes, newline: str = "\n", columns: int = 64) -> str:
    """A PEM as some tool might write it."""
    return newline.join([BEGIN, *textwrap.wrap(base64.b64encode(der).decode("ascii"), columns), END])


def trusted(der: bytes, pem: str | None = None) -> TrustedCertificate:
    """A certificate of arbitrary bytes: trust texts never look inside."""
    return TrustedCertificate(
        sha256=hashlib.sha256(der).hexdigest(),
        sha1=hashlib.sha1(der, usedforsecurity=False).hexdigest(),
        spki_sha256=hashlib.sha256(b"spki" + der).hexdigest(),
        pem=pem or pem_of(der),
        not_after=dt.datetime(2027, 3, 1, tzinfo=dt.timezone.utc),
    )


ders = st.binary(min_size=1, max_size=300)
newlines = st.sampled_from(["\n", "\r\n", "\n\n", "\n  "])
columns = st.integers(1, 100)
noise = st.text(alphabet=st.characters(exclude_characters="-", exclude_categories=["Cs"]), max_size=30)


@st.composite
def mangled(draw: st.DrawFn) -> tuple[list[bytes], str]:
    """Certificates and a text that holds exactly these, in order, however badly written."""
    whole = draw(st.lists(ders, max_size=6))
    text = draw(noise)
    for der in whole:
        text += pem_of(der, draw(newlines), draw(columns)) + draw(st.one_of(st.just(""), noise))
    return whole, text


@given(mangled())
def test_split_finds_every_certificate_in_order(case: tuple[list[bytes], str]) -> None:
    """As many come out as BEGIN lines went in, each with its own bytes, in one canonical spelling."""
    whole, text = case
    blocks = split_pem(text)
    assert blocks == tuple(pem_of(der) + "\n" for der in whole)
    assert len(blocks) == text.count(BEGIN)
    assert split_pem("".join(blocks)) == blocks


@given(st.lists(st.tuples(ders, newlines, columns), max_size=6))
def test_bundle_keeps_first_occurrences_in_order(written: list[tuple[bytes, str, int]]) -> None:
    """De-duplication never reorders, damage never changes the text, and a bundle of the bundle is the bundle."""
    certificates = [trusted(der, pem_of(der, newline, width)) for der, newline, width in written]
    order = list(dict.fromkeys(der for der, _, _ in written))
    bundle = trust_bundle(certificates)
    assert split_pem(bundle) == tuple(pem_of(der) + "\n" for der in order)
    assert fingerprints(certificates) == tuple(hashlib.sha256(der).hexdigest() for der in order)
    assert trust_bundle([trusted(der, block) for der, block in zip(order, split_pem(bundle), strict=True)]) == bundle


@given(st.sampled_from(CONTENTS), st.lists(ders, max_size=5), ders)
def test_published_text_holds_its_certificates_and_no_stranger(content: str, whole: list[bytes], other: bytes) -> None:
    """Reading back what was rendered gives the same set, and the text does not depend on the PEM's spelling."""
    text = render(content, [trusted(der) for der in whole])
    assert all(holds(text, trusted(der)) for der in whole)
    assert holds(text, trusted(other)) is (other in whole)
    assert render(content, [trusted(der, pem_of(der, "\r\n", 76)) for der in whole]) == text


@given(st.sampled_from(CONTENTS), st.lists(ders, min_size=1, max_size=5, unique=True), st.data())
def test_order_of_certificates_is_order_of_text(content: str, whole: list[bytes], data: st.DataObject) -> None:
    """A longer list begins where the shorter one stood: publishing a new certificate moves no old one."""
    kept = data.draw(st.integers(1, len(whole)))
    shorter = render(content, [trusted(der) for der in whole[:kept]])
    longer = render(content, [trusted(der) for der in whole])
    assert [holds(shorter, trusted(der)) for der in whole] == [index < kept for index in range(len(whole))]
    if content in {"pem", "sha256", "sha1", "haproxy", "python", "go", "java"}:
        assert longer.startswith(shorter)
