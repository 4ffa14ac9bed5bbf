"""A reload takes the new file, loses no request, and a refused one changes nothing."""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING

import pytest

from acceptance.servers.apache import ApacheEvent
from acceptance.servers.backend import Backend, ReloadError, Setup
from acceptance.servers.catalogue import BACKENDS
from acceptance.servers.stunnel import Stunnel
from tests.backends.client import ACCEPTED, HANDSHAKE, Met, ask, ask_in_one_session
from tests.backends.traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.backends.certificates import Certificates

OURS = [kind for kind in BACKENDS if Setup.OURS in kind.setups]
REQUESTS, RELOADS = 200, 5
# An old process may take a last connection after the reload is done; each look is a request.
LOOKS = 100

each_of_ours = pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.kind)


def met_in_the_end(request: Callable[[], Met], *, accepted: bool) -> bool:
    """Whether one of the next requests is accepted, or refused."""
    return any((request().verdict == ACCEPTED) == accepted for _ in range(LOOKS))


@pytest.mark.parametrize("kind", [*OURS, ApacheEvent], ids=lambda kind: kind.__name__)
def test_reload_loses_no_request(
    kind: type[Backend], certificates: Certificates, make_server: Callable[..., Backend]
) -> None:
    """No new connection, no slow request and, where the server can, no kept one; and the server counted them all."""
    server = make_server(kind)
    server.start(certificates.publish(server, ["old", "new"]))
    with Traffic(server, certificates, ["old", "new"]) as traffic:
        for number, published in enumerate(itertools.cycle([["expired", "old", "new"], ["old", "new"]])):
            if number >= RELOADS and traffic.total >= REQUESTS:
                break
            certificates.publish(server, published)
            server.reload()
    failed = {(shape, what): count for (shape, what), count in traffic.failed.items()}
    if kind.drops_idle:
        failed = {what: count for what, count in failed.items() if what[0] != "kept"}
    assert failed == {}
    assert set(traffic.accepted) == {"new", "kept", "slow"}
    assert server.requests() == traffic.accepted.total()


@each_of_ours
def test_reload_takes_what_was_published(
    kind: type[Backend], certificates: Certificates, make_server: Callable[..., Backend]
) -> None:
    """A certificate is accepted after it was added and refused after it was dropped, resumed sessions included."""
    server = make_server(kind)
    server.start(certificates.publish(server, ["old"]))
    old = functools.partial(ask, server.port, certificates.clients["old"])
    new = functools.partial(ask, server.port, certificates.clients["new"])
    assert (old().verdict == ACCEPTED, new().verdict == ACCEPTED) == (True, False)

    certificates.publish(server, ["old", "new"])
    server.reload()
    assert met_in_the_end(new, accepted=True)
    assert old().verdict == ACCEPTED

    session = ask_in_one_session(server.port, certificates.clients["old"])
    assert [next(session).verdict for _ in range(2)] == [ACCEPTED, ACCEPTED]
    certificates.publish(server, ["new"])
    server.reload()
    assert met_in_the_end(lambda: next(session), accepted=False)
    assert met_in_the_end(old, accepted=False)
    assert new().verdict == ACCEPTED


def test_stunnel_takes_what_was_published_and_says_so(
    certificates: Certificates, make_server: Callable[..., Backend]
) -> None:
    """From one certificate to the other: both at once it cannot. Connections of that moment may be lost."""
    server = make_server(Stunnel, Setup.PLAIN)
    server.start(certificates.publish(server, ["old"]))
    assert ask(server.port, certificates.clients["new"]).verdict == HANDSHAKE
    certificates.publish(server, ["new"])
    server.reload()
    assert met_in_the_end(lambda: ask(server.port, certificates.clients["new"]), accepted=True)
    assert ask(server.port, certificates.clients["old"]).verdict == HANDSHAKE


@pytest.mark.parametrize("kind", BACKENDS, ids=lambda kind: kind.kind)
def test_refused_reload_is_reported_and_changes_nothing(
    kind: type[Backend], certificates: Certificates, make_server: Callable[..., Backend]
) -> None:
    """The file is gone: an error that says so, and the server goes on; once it is there again, a reload takes it."""
    server = make_server(kind, Setup.OURS if kind in OURS else Setup.PLAIN)
    published = certificates.publish(server, ["new"])
    server.start(published)
    published.unlink()
    with pytest.raises(ReloadError, match=r"(?i)no ?such ?file|failed to open|no trusted cert"):
        server.reload()
    assert ask(server.port, certificates.clients["new"]).verdict == ACCEPTED
    certificates.publish(server, ["old"])
    server.reload()
    assert met_in_the_end(lambda: ask(server.port, certificates.clients["old"]), accepted=True)


@pytest.mark.parametrize("kind", [kind for kind in BACKENDS if kind.kind != "haproxy"], ids=lambda kind: kind.kind)
def test_broken_file_leaves_the_old_trust(
    kind: type[Backend], certificates: Certificates, make_server: Callable[..., Backend]
) -> None:
    """Text of no format at all is refused like a missing file."""
    server = make_server(kind, Setup.OURS if kind in OURS else Setup.PLAIN)
    published = certificates.publish(server, ["new"])
    server.start(published)
    published.write_text("<html>502 Bad Gateway</html>\n", encoding="ascii")
    with pytest.raises(ReloadError):
        server.reload()
    assert ask(server.port, certificates.clients["new"]).verdict == ACCEPTED


def test_haproxy_takes_any_text_for_a_list_of_pins(
    certificates: Certificates, make_server: Callable[..., Backend]
) -> None:
    """Why it is not in the list above: every line is a pattern, so a broken file withdraws all trust unnoticed."""
    kind = next(kind for kind in BACKENDS if kind.kind == "haproxy")
    server = make_server(kind)
    published = certificates.publish(server, ["new"])
    server.start(published)
    published.write_text("<html>502 Bad Gateway</html>\n", encoding="ascii")
    server.reload()
    assert met_in_the_end(lambda: ask(server.port, certificates.clients["new"]), accepted=False)
