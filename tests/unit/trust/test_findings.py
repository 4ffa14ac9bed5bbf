"""What is said of a text that its reader takes otherwise than meant."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from apigw_client_cert.rotation.model import Severity, TrustedCertificate
from apigw_client_cert.trust.contents import BACKENDS, OPENSSL_FAMILY, PIN_CONTENTS
from apigw_client_cert.trust.findings import reader_findings
from apigw_client_cert.trust.x509 import read_certificate, trusted_certificate
from tests.x509 import twins

OLD, NEW = (twin.trusted for twin in twins(2))
_CA = trustme.CA(organization_name="Partner")
PARTNER = trusted_certificate(_CA.cert_pem.bytes().decode())
RENEWED = trusted_certificate(trustme.CA(organization_name="Partner").cert_pem.bytes().decode())
LEAF = trusted_certificate(_CA.issue_cert("client.example.com").cert_chain_pems[0].bytes().decode())


def signed(name: str, *extensions: x509.ExtensionType) -> TrustedCertificate:
    """A certificate that its own key signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 7)
    begins, ends = (dt.datetime(year, 1, 1, tzinfo=dt.timezone.utc) for year in (2026, 2030))
    builder = builder.not_valid_before(begins).not_valid_after(ends)
    for one in extensions:
        builder = builder.add_extension(one, critical=False)
    return trusted_certificate(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode())


@pytest.mark.parametrize("backend", OPENSSL_FAMILY)
def test_plain_list_of_two_for_openssl_is_found(backend: str) -> None:
    """The documented procedure breaks there: the finding says who is refused and what to do."""
    (finding,) = reader_findings("pem", backend, [OLD, NEW])
    assert finding.reason == "same-subject"
    assert finding.severity is Severity.WARNING
    assert OLD.sha256[:16] in finding.message
    assert (f'content="{backend}"' in finding.message) is (backend in BACKENDS)


def test_plain_list_without_a_named_reader_is_a_note() -> None:
    """Nobody said who reads it; it may be Go."""
    (finding,) = reader_findings("pem", None, [OLD, NEW])
    assert finding.severity is Severity.NOTE


@pytest.mark.parametrize(
    ("content", "backend", "certificates"),
    [
        pytest.param("pem", "nginx", [OLD], id="one certificate"),
        pytest.param("pem", "nginx", [OLD, OLD], id="one certificate twice"),
        pytest.param("pem", "go", [OLD, NEW], id="Go tries them all"),
        pytest.param("pem", "java", [OLD, NEW], id="Java tries them all"),
        pytest.param("nginx", "nginx", [OLD, NEW], id="pinned"),
        pytest.param("python", "python", [OLD, NEW], id="partial chain"),
        pytest.param("go", None, [OLD, NEW], id="the content names the reader"),
        pytest.param("pem", "nginx", [OLD, PARTNER], id="another subject"),
        pytest.param("pem", None, [OLD, PARTNER, LEAF], id="three subjects, nobody said who reads"),
        pytest.param("pem", "nginx", [OLD, PARTNER, RENEWED], id="a CA and its renewal, told apart by their keys"),
        pytest.param("python", "python", [OLD, NEW, PARTNER], id="partial chain, and a CA"),
        pytest.param("json", None, [OLD, PARTNER], id="the whole certificates are there"),
        pytest.param("nginx", "nginx", [OLD, LEAF], id="a partner's own certificate, pinned"),
    ],
)
def test_lists_that_every_certificate_passes_raise_no_finding(
    content: str, backend: str | None, certificates: list[TrustedCertificate]
) -> None:
    """A finding that cries without need is soon ignored."""
    assert reader_findings(content, backend, certificates) == ()


def test_bundle_for_another_reader_is_found_too() -> None:
    """``content="go"`` is a plain CA file to nginx."""
    assert len(reader_findings("go", "nginx", [OLD, NEW])) == 1


def test_certificates_are_grouped_by_subject() -> None:
    """Two of API Gateway's, a partner's CA and two of another subject: each group is one finding, the CA is none."""
    other, same = signed("Partner Client"), signed("partner  client")
    first, second = reader_findings("pem", "haproxy", [OLD, PARTNER, other, NEW, same])
    assert "only the first of 2 certificates of one subject" in first.message
    assert OLD.sha256[:16] in first.message
    assert "only the first of 2 certificates of one subject" in second.message
    assert other.sha256[:16] in second.message


@pytest.mark.parametrize("content", PIN_CONTENTS)
def test_a_pinned_authority_is_a_finding_of_its_own(content: str) -> None:
    """Its fingerprint is no leaf's: whoever it vouches for is refused."""
    (finding,) = reader_findings(content, None, [OLD, PARTNER, NEW])
    assert (finding.reason, finding.severity) == ("pinned-authority", Severity.WARNING)
    assert PARTNER.sha256[:16] in finding.message
    assert "Put the clients' own certificates into also_trust" in finding.message
    assert OLD.sha256[:16] not in finding.message


@pytest.mark.parametrize("backend", [one for one in BACKENDS if one in OPENSSL_FAMILY])
def test_the_way_out_of_the_trap_locks_no_partner_out(backend: str) -> None:
    """The pins that are advised trust no CA, and the advice says so; Python's setup lines trust it all the same."""
    (finding,) = reader_findings("pem", backend, [OLD, NEW, PARTNER])
    assert f'Publish content="{backend}"' in finding.message
    assert ("its clients are locked out" in finding.message) is (backend != "python")
    assert (PARTNER.sha256[:16] in finding.message) is (backend != "python")


def test_what_says_that_it_issues_others_is_an_authority() -> None:
    """By its basic constraints alone; a leaf may have them too."""
    constrained = signed("leaf", x509.BasicConstraints(ca=False, path_length=None))
    issuing = signed("root", x509.BasicConstraints(ca=True, path_length=None))
    found = [read_certificate(one.pem).authority for one in (PARTNER, issuing, LEAF, constrained, signed("bare"), OLD)]
    assert found == [True, True, False, False, False, False]


def test_a_certificate_that_cannot_be_read_stops_no_publication() -> None:
    """It was published; a remark about it is not worth a failed run."""
    damaged = dataclasses.replace(OLD, pem="-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    assert reader_findings("pem", "nginx", [damaged, NEW]) == ()
    assert reader_findings("nginx", None, [damaged, PARTNER])[0].reason == "pinned-authority"
