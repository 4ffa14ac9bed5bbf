"""The page's lines for servers that compare fingerprints: they let both in while a stage moves, and nobody else."""

from __future__ import annotations

import contextlib
import ssl
import subprocess
from typing import TYPE_CHECKING

import pytest
import trustme

from acceptance.servers import haproxy, nginx
from acceptance.servers.backend import find_program
from tests.acm import page
from tests.backends.certificates import Certificates
from tests.backends.client import Identity, ask
from tests.backends.missing import tools_wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.servers.backend import Backend

# Server -> who is refused how: over the handshake, or by a status.
REFUSED = {
    "nginx": {"stranger": "403", "expired": "400", "another CA's": "403", "none": "403"},
    "haproxy": {"stranger": "403", "expired": "handshake", "another CA's": "handshake", "none": "handshake"},
}
KINDS: dict[str, type[Backend]] = {"nginx": nginx.Nginx, "haproxy": haproxy.Haproxy}


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """The generated certificates, and two of a private CA and one of another, by name."""
    made = Certificates(tmp_path_factory.mktemp("cast"))
    private = trustme.CA()
    private.cert_pem.write_to_path(str(made.folder / "acm-ca.pem"))
    issuers = {
        "acm": private,
        "acm, renewed": private,
        "acm, by a CA below": private.create_child_ca(),
        "another CA's": trustme.CA(),
    }
    for name, authority in issuers.items():
        path = made.folder / f"{name}.pem"
        authority.issue_cert("orders-gateway.internal.example.com").private_key_and_cert_chain_pem.write_to_path(
            str(path)
        )
        made.clients[name] = Identity(made.clients["none"].ca_file, path)
    return made


@pytest.fixture
def server(
    request: pytest.FixtureRequest, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Backend]:
    """With the page's lines in place of those of docs/backends.md; it publishes the old certificate's pin."""
    kind = KINDS[request.param]

    def lines(_kind: str, *, path: str | None = None) -> str:
        text = page.lines_for(request.param).replace("/etc/nginx/acm-ca.pem", str(certificates.folder / "acm-ca.pem"))
        text = text.replace("/etc/haproxy/acm-ca.pem", str(certificates.folder / "acm-ca.pem"))
        return text.replace("/etc/haproxy/apigw-client-certs.lst", path or "")

    monkeypatch.setattr(f"acceptance.servers.{request.param}.setup_lines", lines)
    with contextlib.ExitStack() as ends:
        with tools_wanted():
            server = ends.enter_context(certificates.server(kind))
        server.start(certificates.publish(server, ["expired", "old"]))
        yield server


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("server", sorted(KINDS), indirect=True)
def test_the_lines_of_the_page_let_both_kinds_in_and_nobody_else(
    server: Backend, certificates: Certificates, version: ssl.TLSVersion
) -> None:
    """The pinned one, and whatever the CA has issued, also after a renewal; the rest is refused as without ACM."""
    for name in ("old", "acm", "acm, renewed", "acm, by a CA below"):
        assert ask(server.port, certificates.clients[name], version).verdict == "accepted", name
    refused = REFUSED[server.kind]
    assert {name: ask(server.port, certificates.clients[name], version).verdict for name in refused} == refused


@pytest.mark.parametrize("server", sorted(KINDS), indirect=True)
def test_the_lines_name_no_issuer_so_that_no_client_holds_its_certificate_back(server: Backend) -> None:
    """The CA alone would be named, and a certificate of API Gateway is not of it."""
    with tools_wanted():
        openssl = find_program("openssl")
    command = [openssl, "s_client", "-connect", f"127.0.0.1:{server.port}"]
    said = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert "No client certificate CA names sent" in said.stdout


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_without_these_lines_a_certificate_of_acm_is_refused(kind: str, certificates: Certificates) -> None:
    """So they are what lets it in."""
    with contextlib.ExitStack() as ends:
        with tools_wanted():
            usual = ends.enter_context(certificates.server(KINDS[kind]))
        usual.start(certificates.publish(usual, ["old"]))
        assert ask(usual.port, certificates.clients["old"]).verdict == "accepted"
        assert ask(usual.port, certificates.clients["acm"]).verdict != "accepted"
