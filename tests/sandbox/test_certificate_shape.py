"""Generated certificates are what API Gateway generates, byte for byte of form (docs/aws.md §2)."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from apigw_sandbox.minting import KeyPool, mint

if TYPE_CHECKING:
    from apigw_sandbox import Sandbox

# SEQUENCE of three SETs; 0x13 is PrintableString.
NAME_DER = bytes.fromhex(
    "3034310b30090603550406130255533110300e0603550407130753656174746c65311330110603550403130a41706947617465776179"
)
OPENSSL = shutil.which("openssl")


def _generated(client: Any) -> x509.Certificate:
    return x509.load_pem_x509_certificate(client.generate_client_certificate()["pemEncodedCertificate"].encode())


def test_subject_and_issuer_are_api_gateways_own_in_printable_strings(rest: Any) -> None:
    """C=US, L=Seattle, CN=ApiGateway in this order, the same name twice."""
    certificate = _generated(rest)
    assert [(one.rfc4514_attribute_name, one.value) for one in certificate.subject] == [
        ("C", "US"),
        ("L", "Seattle"),
        ("CN", "ApiGateway"),
    ]
    assert certificate.subject == certificate.issuer
    assert certificate.subject.public_bytes() == NAME_DER


def test_version_3_without_any_extension(rest: Any) -> None:
    """No basicConstraints, no key usage, no identifiers: what makes the same-subject trap."""
    certificate = _generated(rest)
    assert certificate.version is x509.Version.v3
    assert list(certificate.extensions) == []


def test_key_is_rsa_2048_and_signs_itself_with_sha256(rest: Any) -> None:
    """Self-signed, e=65537; the signature verifies with its own key."""
    certificate = _generated(rest)
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert (key.key_size, key.public_numbers().e) == (2048, 65537)
    assert isinstance(certificate.signature_hash_algorithm, hashes.SHA256)
    key.verify(certificate.signature, certificate.tbs_certificate_bytes, padding.PKCS1v15(), hashes.SHA256())


def test_serial_is_random_positive_and_of_64_bits(rest: Any) -> None:
    """Different every time and never above 64 bits."""
    serials = {_generated(rest).serial_number for _ in range(5)}
    assert len(serials) == 5
    assert all(0 < serial < 2**64 for serial in serials)


def test_validity_is_365_days_to_the_second_over_a_leap_day(sandbox: Sandbox, rest: Any) -> None:
    """From 2027-06-01 the year holds 2028-02-29, so it ends on 31 May."""
    sandbox.clock.freeze()
    sandbox.clock.set(datetime(2027, 6, 1, 12, 30, 45, 678900, tzinfo=timezone.utc))
    answer = rest.generate_client_certificate()
    certificate = x509.load_pem_x509_certificate(answer["pemEncodedCertificate"].encode())
    assert certificate.not_valid_before_utc == datetime(2027, 6, 1, 12, 30, 45, tzinfo=timezone.utc)
    assert certificate.not_valid_after_utc == datetime(2028, 5, 31, 12, 30, 45, tzinfo=timezone.utc)
    assert answer["createdDate"] == certificate.not_valid_before_utc
    assert answer["expirationDate"] == certificate.not_valid_after_utc


def test_pem_has_1070_bytes_and_lf_and_ends_in_one(rest: Any) -> None:
    """748 or 749 bytes of DER make 1070 bytes of PEM."""
    for _ in range(4):
        pem = rest.generate_client_certificate()["pemEncodedCertificate"]
        der = ssl.PEM_cert_to_DER_cert(pem)
        assert len(der) in {748, 749}
        assert len(pem) == 1070
        assert "\r" not in pem
        assert pem.startswith("-----BEGIN CERTIFICATE-----\n")
        assert pem.endswith("-----END CERTIFICATE-----\n")


def test_der_is_748_bytes_for_a_serial_without_top_bit_and_749_with_it() -> None:
    """The serial's sign byte is the only thing that moves the size."""
    pool = KeyPool()
    key = pool.take()
    pool.close()
    start = datetime(2027, 1, 1, tzinfo=timezone.utc)
    sizes = set()
    for _ in range(200):
        certificate = mint(key, not_before=start, validity=timedelta(days=365))
        length = (certificate.serial_number.bit_length() // 8) + 1
        sizes.add((length, len(certificate.public_bytes(serialization.Encoding.DER))))
    assert {(8, 748), (9, 749)} <= sizes


@pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")
def test_openssl_reads_the_same_structure(rest: Any) -> None:
    """An implementation that shares nothing with ours finds three PrintableStrings twice and no extensions."""
    pem = rest.generate_client_certificate()["pemEncodedCertificate"]
    assert OPENSSL is not None
    parsed = subprocess.run(
        [OPENSSL, "asn1parse", "-i"], input=pem, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    strings = [line.split(":", 3)[-1] for line in parsed if "PRINTABLESTRING" in line]
    assert strings == ["US", "Seattle", "ApiGateway"] * 2
    assert "sha256WithRSAEncryption" in "".join(parsed)
    assert not [line for line in parsed if "cont [ 3 ]" in line]
    assert [line.split(":")[-1] for line in parsed if "cont [ 0 ]" in line or line.strip().endswith(":02")][-1] == "02"


def test_two_certificates_have_different_keys(rest: Any) -> None:
    """The trap needs one name and two keys."""
    assert _generated(rest).public_key() != _generated(rest).public_key()


def test_the_private_key_belongs_to_the_certificate_and_stays_inside(sandbox: Sandbox, rest: Any) -> None:
    """The data plane needs it; the API and ``repr`` never show it."""
    answer = rest.generate_client_certificate()
    (stored,) = sandbox.certificates()
    certificate = x509.load_pem_x509_certificate(answer["pemEncodedCertificate"].encode())
    assert stored.private_key.public_key() == certificate.public_key()
    assert set(answer) - {"ResponseMetadata"} == {
        "clientCertificateId",
        "pemEncodedCertificate",
        "createdDate",
        "expirationDate",
    }
    assert "private_key" not in repr(stored)


def test_crlf_without_final_newline_is_the_form_that_aws_was_seen_to_answer(sandbox: Sandbox, rest: Any) -> None:
    """Both switches together; the certificate inside is whole."""
    sandbox.change(pem_crlf=True, pem_final_newline=False)
    pem = rest.generate_client_certificate()["pemEncodedCertificate"]
    assert pem.endswith("-----END CERTIFICATE-----")
    assert pem.count("\r\n") == pem.count("\n") == 17
    assert x509.load_pem_x509_certificate(pem.encode()).version is x509.Version.v3


def test_crlf_alone_keeps_the_final_line_end(sandbox: Sandbox, rest: Any) -> None:
    """18 line ends, all CRLF."""
    sandbox.change(pem_crlf=True)
    pem = rest.generate_client_certificate()["pemEncodedCertificate"]
    assert pem.endswith("-----END CERTIFICATE-----\r\n")
    assert pem.count("\n") == pem.count("\r\n")


def test_validity_can_be_set_for_the_next_mint(sandbox: Sandbox, rest: Any) -> None:
    """Certificates made before keep theirs."""
    first = rest.generate_client_certificate()
    sandbox.change(validity_seconds=90)
    second = rest.generate_client_certificate()
    assert first["expirationDate"] - first["createdDate"] == timedelta(days=365)
    assert second["expirationDate"] - second["createdDate"] == timedelta(seconds=90)
