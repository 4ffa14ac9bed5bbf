"""What is still checked of a backend whose authority is not."""

from __future__ import annotations

import ssl
from datetime import datetime, timedelta, timezone

import pytest
import trustme

from apigw_sandbox.data_plane.server_checks import complaint
from tests.x509 import mint

NOW = datetime(2027, 1, 1, tzinfo=timezone.utc)


def der(*names: str) -> bytes:
    """A server's certificate."""
    pem = trustme.CA().issue_cert(*names, not_before=NOW - timedelta(days=1), not_after=NOW + timedelta(days=1))
    return ssl.PEM_cert_to_DER_cert(pem.cert_chain_pems[0].bytes().decode())


@pytest.mark.parametrize(
    ("name", "host", "good"),
    [
        ("localhost", "LOCALHOST", True),
        ("*.example.com", "a.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", "a.b.example.com", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("localhost", "127.0.0.1", False),
    ],
)
def test_the_name_must_be_the_hosts(name: str, host: str, *, good: bool) -> None:
    """RFC 9525."""
    assert complaint(der(name), host, NOW) == ("" if good else f"certificate is not valid for {host}")


@pytest.mark.parametrize(
    ("days", "words"), [(-2, "certificate is not yet valid"), (0, ""), (2, "certificate has expired")]
)
def test_the_dates_must_hold_now(days: int, words: str) -> None:
    """At the wall's time, here a given one."""
    assert complaint(der("localhost"), "localhost", NOW + timedelta(days=days)) == words


def test_a_certificate_without_names_is_nobodys() -> None:
    """A common name does not count."""
    assert "not valid for" in complaint(mint(NOW).der, "ApiGateway", NOW)
