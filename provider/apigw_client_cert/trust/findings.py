"""What is wrong with a published text for the server that reads it: values for a person to read, never exceptions.

Reads X.509, so it is for the moment of publishing; the texts themselves are ``trust.py``'s.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from apigw_client_cert.errors import BadInput, page, safe_repr
from apigw_client_cert.rotation.model import Finding, Severity
from apigw_client_cert.trust.contents import PIN_CONTENTS
from apigw_client_cert.trust.servers import BACKENDS, OPENSSL_FAMILY
from apigw_client_cert.trust.x509 import read_certificate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from apigw_client_cert.rotation.model import TrustedCertificate
    from apigw_client_cert.trust.x509 import CertificateFacts

# Contents that are a plain list of PEM certificates, whoever reads it.
_PLAIN_PEM = ("pem", "python", "go", "java")
# Readers that accept every certificate of such a list with their own setup lines.
_READS_PLAIN_PEM = {("python", "python")}
_CA_BESIDE_PINS = page("backends#a-ca-beside-the-pins")


def reader_findings(
    content: str, backend: str | None, certificates: Iterable[TrustedCertificate]
) -> tuple[Finding, ...]:
    """All that goes wrong when this backend reads this content of these certificates.

    Args:
        content: One of ``trust.CONTENTS``.
        backend: A name of ``OPENSSL_FAMILY``, another server's, or None where nobody said who reads it.
        certificates: In the order of the text; one that is given twice counts once. One that cannot be read counts
            for nothing: no remark may stop what is published.
    """
    facts = list({one.sha256: one for one in _readable(certificates)}.values())
    authorities = [one for one in facts if one.authority]
    return (*_same_subject(content, backend, facts), *_pinned_authorities(content, authorities))


def _readable(certificates: Iterable[TrustedCertificate]) -> Iterator[CertificateFacts]:
    for one in certificates:
        with contextlib.suppress(BadInput):
            yield read_certificate(one.pem)


def _same_subject(content: str, backend: str | None, facts: Sequence[CertificateFacts]) -> list[Finding]:
    """OpenSSL and BoringSSL try only the first anchor of a subject (docs/aws.md §9).

    What an authority issued names its issuer's key besides, and is found among several of one subject.
    """
    if content not in _PLAIN_PEM or (content, backend) in _READS_PLAIN_PEM:
        return []
    by_subject: dict[str, list[CertificateFacts]] = {}
    for one in facts:
        if not one.authority:
            # As X509_NAME_cmp compares: without regard to case and to the number of spaces.
            by_subject.setdefault(" ".join(one.subject.lower().split()), []).append(one)
    trapped = [same for same in by_subject.values() if len(same) > 1]
    if backend is None and content == "pem":
        return [_unknown_reader(same) for same in trapped]
    if backend not in OPENSSL_FAMILY:
        return []
    return [_trapped(backend, same, [one for one in facts if one.authority]) for same in trapped]


def _unknown_reader(same: Sequence[CertificateFacts]) -> Finding:
    return Finding(
        "same-subject",
        f"{len(same)} certificates of one subject are published as plain PEM. A reader built on OpenSSL or"
        f" BoringSSL ({', '.join(OPENSSL_FAMILY)}) accepts only the first; Go, Java and GnuTLS accept all. Such a"
        " reader needs content= with its own name.",
        Severity.NOTE,
    )


def _trapped(backend: str, same: Sequence[CertificateFacts], authorities: Sequence[CertificateFacts]) -> Finding:
    remedy = f"It has no setting for this: give each certificate its own listener ({page('backends')})."
    if backend in BACKENDS:
        remedy = f'Publish content="{backend}" and use its setup lines ({page("backends")}).'
        if authorities and backend in PIN_CONTENTS:
            remedy += (
                f" They trust no CA: {_named(authorities)} stays in a file of the server's own ({_CA_BESIDE_PINS}), or"
                " its clients are locked out."
            )
    return Finding(
        "same-subject",
        f"{backend} as a plain CA file reader accepts only the first of {len(same)} certificates of one subject,"
        f" {same[0].sha256[:16]}…, and refuses the others: the switch would fail every request. {remedy}",
    )


def _pinned_authorities(content: str, authorities: Sequence[CertificateFacts]) -> list[Finding]:
    if content not in PIN_CONTENTS or not authorities:
        return []
    return [
        Finding(
            "pinned-authority",
            f'content="{content}" compares the fingerprint of the certificate that a client presents, and that of a CA'
            f" is none of those that it issued: {_named(authorities)} in also_trust lets nobody in. Put the clients'"
            f" own certificates into also_trust, or keep the CA in a file of the server's own ({_CA_BESIDE_PINS}).",
        )
    ]


def _named(authorities: Sequence[CertificateFacts]) -> str:
    return ", ".join(f"the CA {safe_repr(one.subject)} ({one.sha256[:16]}…)" for one in authorities)
