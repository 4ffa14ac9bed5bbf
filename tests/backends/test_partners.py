"""A partner's CA beside the certificates of API Gateway: what a plain CA file accepts, and what pins do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trustme

from acceptance.servers import apache, haproxy, nginx
from acceptance.servers.backend import Backend, Setup
from apigw_client_cert.trust.contents import render
from apigw_client_cert.trust.findings import reader_findings
from apigw_client_cert.trust.x509 import trusted_certificate
from tests.backends.client import ACCEPTED, Identity, ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.backends.certificates import Certificates


@pytest.mark.parametrize("setup", [Setup.PLAIN, Setup.OURS], ids=["plain", "pinned"])
@pytest.mark.parametrize("kind", [nginx.Nginx, haproxy.Haproxy, apache.Apache], ids=lambda kind: kind.kind)
def test_the_findings_are_what_the_server_does(
    kind: type[Backend], setup: Setup, certificates: Certificates, make_server: Callable[..., Backend]
) -> None:
    """One certificate and a CA in a plain file are both accepted, and nothing is said; a pinned CA's client is not."""
    partner = trustme.CA(organization_name="Partner")
    path = certificates.folder / "partner.pem"
    partner.issue_cert("client.example.com").private_key_and_cert_chain_pem.write_to_path(str(path))
    client = Identity(certificates.clients["none"].ca_file, path)
    authority = trusted_certificate(partner.cert_pem.bytes().decode())
    content = "pem" if setup is Setup.PLAIN else kind.kind
    published = [certificates.twins["old"].trusted, authority]
    server = make_server(kind, setup)
    (server.folder / "trust").write_text(render(content, published), encoding="utf-8")
    server.start(server.folder / "trust")
    assert ask(server.port, certificates.clients["old"]).verdict == ACCEPTED
    assert (ask(server.port, client).verdict == ACCEPTED) is (setup is Setup.PLAIN)
    found = [one.reason for one in reader_findings(content, kind.kind, published)]
    assert found == ([] if setup is Setup.PLAIN else ["pinned-authority"])
