"""Each real server, configured by our texts alone, accepts exactly the trusted certificates."""

from __future__ import annotations

import ssl
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.backends import apache, go, haproxy, java, nginx, node, python
from tests.backends.server import HOST, ServerExitedError, requests, require, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.backends.server import Identity, Site

BACKENDS = (nginx, haproxy, apache, node, python, go, java)
VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
# The expired one is published too: a server that is asked late must refuse it on its own.
TRUSTED = ("expired", "old", "new")
VERDICTS = {"old": True, "new": True, "stranger": False, "expired": False, "none": False}


@pytest.fixture(scope="module", params=BACKENDS, ids=lambda backend: backend.CONTENT)
def site(request: pytest.FixtureRequest, make_site: Callable[[str, Sequence[str]], Site]) -> Iterator[Site]:
    """A running server of each kind that trusts ``TRUSTED``."""
    backend = request.param
    prepared = make_site(backend.CONTENT, TRUSTED)
    with running(backend.command(prepared), prepared):
        yield prepared


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
@pytest.mark.parametrize(("presented", "accepted"), VERDICTS.items())
def test_server_accepts_exactly_the_live_trusted_ones(
    site: Site,
    identities: dict[str, Identity],
    presented: str,
    accepted: bool,  # noqa: FBT001 - expected verdict
    version: ssl.TLSVersion,
) -> None:
    """Old and new pass; a stranger of the same subject, an expired one and nothing are refused."""
    assert requests(site.port, identities[presented], version) == [(accepted, False)]


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
@pytest.mark.parametrize("presented", ["old", "new", "stranger"])
def test_resumed_session_gets_the_same_verdict(
    site: Site, identities: dict[str, Identity], presented: str, version: ssl.TLSVersion
) -> None:
    """A resumed handshake carries no certificate; the server has to find it in the session."""
    seen = requests(site.port, identities[presented], version, 3)
    assert [accepted for accepted, _ in seen] == [VERDICTS[presented]] * 3
    if VERDICTS[presented]:
        assert [resumed for _, resumed in seen] == [False, True, True]


def test_server_asks_without_naming_other_issuers(site: Site, identities: dict[str, Identity]) -> None:
    """A client may withhold its certificate when the server names issuers and ours is not among them."""
    asked = subprocess.run(
        [require("openssl"), "s_client", "-connect", f"{HOST}:{site.port}", "-CAfile", identities["none"].ca_file],
        input=b"",
        capture_output=True,
        check=False,
    )
    said = asked.stdout.decode("utf-8", "replace")
    named = said.partition("Acceptable client certificate CA names\n")[2].partition("Requested Signature")[0]
    assert "No client certificate CA names sent" in said or "CN = ApiGateway" in named.replace("CN=", "CN = ")


@pytest.mark.parametrize("backend", BACKENDS, ids=lambda backend: backend.CONTENT)
@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_server_with_nothing_published_accepts_nobody(
    backend: object,
    make_site: Callable[[str, Sequence[str]], Site],
    identities: dict[str, Identity],
    version: ssl.TLSVersion,
) -> None:
    """An empty list is no list of exceptions: the server refuses everybody, or refuses to start."""
    prepared = make_site(backend.CONTENT, [])  # type: ignore[attr-defined] # a module
    seen = {}
    try:
        with running(backend.command(prepared), prepared):  # type: ignore[attr-defined] # a module
            seen = {name: requests(prepared.port, identity, version)[0][0] for name, identity in identities.items()}
    except ServerExitedError:
        assert backend in {python, go, java}
    assert not any(seen.values())


@pytest.mark.parametrize(("order", "first"), [(("old", "new"), "old"), (("new", "old"), "new")])
def test_plain_ca_file_accepts_only_the_first(
    make_site: Callable[[str, Sequence[str]], Site],
    identities: dict[str, Identity],
    order: Sequence[str],
    first: str,
) -> None:
    """The control: without the line that mends it, the same-subject trap is there and these checks see it."""
    prepared = make_site("pem", order)
    with running(python.command(prepared, partial_chain=False), prepared):
        seen = {name: requests(prepared.port, identities[name], VERSIONS[1])[0][0] for name in order}
    assert seen == {name: name == first for name in order}
