"""What the matrix does not ask of our configuration: resumed sessions, named issuers, an empty file."""

from __future__ import annotations

import itertools
import subprocess
from typing import TYPE_CHECKING

import pytest

from acceptance.servers.application import HOST
from acceptance.servers.backend import Backend, ServerExitedError, Setup, find_program
from acceptance.servers.catalogue import BACKENDS
from tests.backends.client import ACCEPTED, ask, ask_in_one_session
from tests.backends.missing import tools_wanted
from tests.backends.withdrawal import VERSIONS

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from tests.backends.certificates import Certificates

OURS = [kind for kind in BACKENDS if Setup.OURS in kind.setups]
# They refuse to start without anything to trust.
NEEDS_TRUST = ("python", "go", "java")

each_of_ours = pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.kind)


@each_of_ours
@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
@pytest.mark.parametrize("presented", ["old", "new", "stranger"])
def test_resumed_session_gets_the_same_verdict(
    kind: type[Backend],
    presented: str,
    version: ssl.TLSVersion,
    certificates: Certificates,
    our_server: Callable[[type[Backend]], Backend],
) -> None:
    """A resumed handshake carries no certificate; the server has to find it in the session."""
    met = list(
        itertools.islice(ask_in_one_session(our_server(kind).port, certificates.clients[presented], version=version), 3)
    )
    if presented == "stranger":
        assert ACCEPTED not in [one.verdict for one in met]
    else:
        assert [(one.verdict, one.seen) for one in met] == [(ACCEPTED, certificates.fingerprint(presented))] * 3
        assert [one.resumed for one in met] == [False, True, True]


@each_of_ours
def test_server_asks_without_naming_other_issuers(
    kind: type[Backend], certificates: Certificates, our_server: Callable[[type[Backend]], Backend]
) -> None:
    """A client may withhold its certificate when the server names issuers and ours is not among them."""
    with tools_wanted():
        openssl = find_program("openssl")
    address = ("-connect", f"{HOST}:{our_server(kind).port}", "-CAfile", certificates.clients["none"].ca_file)
    asked = subprocess.run([openssl, "s_client", *address], input=b"", capture_output=True, check=False)
    said = asked.stdout.decode("utf-8", "replace")
    named = said.partition("Acceptable client certificate CA names\n")[2].partition("Requested Signature")[0]
    assert "No client certificate CA names sent" in said or "CN = ApiGateway" in named.replace("CN=", "CN = ")


@each_of_ours
def test_server_with_nothing_published_accepts_nobody(
    kind: type[Backend], certificates: Certificates, make_server: Callable[..., Backend]
) -> None:
    """An empty list is no list of exceptions: the server refuses everybody, or refuses to start."""
    server = make_server(kind)
    published = certificates.publish(server, [])
    if kind.kind in NEEDS_TRUST:
        with pytest.raises(ServerExitedError):
            server.start(published)
        return
    server.start(published)
    seen = {
        (name, version): ask(server.port, certificates.clients[name], version)
        for name in certificates.clients
        for version in VERSIONS
    }
    assert [who for who, met in seen.items() if met.verdict == ACCEPTED] == []
