"""Facts of certificates, and the repair of PEM text."""

from __future__ import annotations

import subprocess
import sys

import pytest

from apigw_client_cert.errors import BadInput
from apigw_client_cert.trust.pem import split_pem
from apigw_client_cert.trust.x509 import read_certificate, trusted_certificate
from tests.x509 import LIFETIME, twins

OLD, NEW = twins(2)


def test_facts_of_a_generated_certificate() -> None:
    """Every fact equals what was minted; the PEM has the size that AWS's have."""
    facts = read_certificate(OLD.pem)
    expected = OLD.trusted
    assert (facts.sha256, facts.sha1, facts.spki_sha256) == (expected.sha256, expected.sha1, expected.spki_sha256)
    assert (facts.not_before, facts.not_after) == (OLD.not_before, OLD.not_after)
    assert facts.not_after - facts.not_before == LIFETIME
    assert facts.not_after.utcoffset() is not None
    assert int(facts.serial, 16) == OLD.serial
    assert facts.subject == "CN=ApiGateway,L=Seattle,C=US"
    assert facts.pem == OLD.pem
    assert len(facts.pem) in {1066, 1070}
    assert "BEGIN" not in repr(facts)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda pem: pem.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda pem: pem.rstrip("\n"), id="no final newline"),
        pytest.param(lambda pem: pem.replace("\n", "\r\n").rstrip(), id="as GetClientCertificate answers"),
        pytest.param(lambda pem: "subject=CN = ApiGateway\n\n" + pem, id="leading text"),
        pytest.param(lambda pem: "\ufeff" + pem, id="byte order mark"),
        pytest.param(lambda pem: pem.replace("\n", "\n\n"), id="blank lines"),
        pytest.param(lambda pem: "".join(f"    {line}\n" for line in pem.splitlines()), id="indented"),
    ],
)
def test_mangled_but_whole_text_reads_the_same(damage) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - str to str
    """Damage that loses nothing changes nothing."""
    assert read_certificate(damage(OLD.pem)) == read_certificate(OLD.pem)


def test_certificates_glued_on_one_line_are_parted() -> None:
    """``cat`` of two files without a final newline gives END and BEGIN on one line."""
    assert split_pem(OLD.pem.rstrip() + NEW.pem.rstrip()) == (OLD.pem, NEW.pem)


def test_text_without_certificate_splits_into_nothing() -> None:
    """An empty bundle is a value; whether it is allowed is the caller's question."""
    assert split_pem("# nobody yet\n") == ()


BODY = "".join(OLD.pem.splitlines()[1:-1])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "holds 0", id="empty"),
        pytest.param(OLD.pem + NEW.pem, "holds 2", id="two"),
        pytest.param(OLD.pem[:500], "block 1 of 1 has no END", id="cut off"),
        pytest.param(OLD.pem[:500] + NEW.pem, "block 1 of 2 has no END", id="cut off before another"),
        pytest.param(OLD.pem + NEW.pem[:-30], "block 2 of 2 has no END", id="second cut off"),
        pytest.param(OLD.pem.replace("-----BEGIN", "----BEGIN"), "without its BEGIN", id="BEGIN line mangled"),
        pytest.param(OLD.pem + NEW.pem.replace("-----BEGIN", "BEGIN"), "after block 1", id="second BEGIN line mangled"),
        pytest.param(OLD.key_pem, "is a PRIVATE KEY", id="private key"),
        pytest.param("-----BEGIN <secret>-----\n", "is something else", id="unprintable label"),
        pytest.param(OLD.pem.replace("MII", "MI!"), "block 1 of 1 is not base64", id="not base64"),
        pytest.param(OLD.pem.replace("\n", "\\n"), "literal \\n", id="escaped line breaks"),
        pytest.param(OLD.pem.replace(BODY[:4], "\u20ac"), "not base64", id="not ASCII"),
        pytest.param("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "is empty", id="empty block"),
        pytest.param(OLD.pem.replace(BODY[8:16], "AAAAAAAA"), "not a readable X.509 certificate", id="bytes changed"),
        pytest.param(
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "not a readable X.509 certificate",
            id="not DER",
        ),
    ],
)
def test_damaged_text_is_refused_with_place_and_remedy(text: str, said: str) -> None:
    """The message names the damage and the remedy and repeats nothing of the text."""
    with pytest.raises(BadInput) as refusal:
        read_certificate(text)
    message = str(refusal.value)
    assert said in message
    assert "Pass " in message
    assert BODY[100:120] not in message
    assert "secret" not in message


def test_importing_the_modules_loads_no_cryptography() -> None:
    """A preview with nothing due loads neither cryptography nor boto3."""
    program = (
        "import sys, apigw_client_cert.trust.contents;"
        "sys.exit(any(name.split('.')[0] in ('cryptography', 'boto3') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_pem_becomes_what_a_bundle_holds() -> None:
    """The fields are those of the facts, and ``trust.render`` takes the result."""
    assert trusted_certificate(OLD.pem.replace("\n", "\r\n")) == OLD.trusted
