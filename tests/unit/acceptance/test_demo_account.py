"""How the demo reads what was published."""

from __future__ import annotations

from acceptance.demo.account import pins, sha1
from tests.x509 import twins

PUBLISHED = """\
# Written by apigw-client-cert; edits are undone: 1111111111111111111111111111111111111111 1;
map $ssl_client_fingerprint $apigw_client_cert {
    default 0;
    82bb31652d402a042f68ed4642100c83adfae505 1; # until 2028-02-01T10:00:02Z
    e2bbb27f0fec9747687a671965f4c8c057c637e4 1;
    3333333333333333333333333333333333333333 0;
}
"""


def test_pins_are_the_fingerprints_that_nginx_lets_through_in_their_order() -> None:
    """Comments, the default and entries with 0 let nobody through."""
    assert pins(PUBLISHED) == [
        "82bb31652d402a042f68ed4642100c83adfae505",
        "e2bbb27f0fec9747687a671965f4c8c057c637e4",
    ]


def test_fingerprint_is_the_sha1_of_the_der() -> None:
    """What nginx puts into $ssl_client_fingerprint."""
    (twin,) = twins(1)

    assert sha1(twin.pem) == twin.trusted.sha1
