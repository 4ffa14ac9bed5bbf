"""What lives on when a certificate is withdrawn: open connections and sessions, until what ends them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from tests.backends.client import ACCEPTED
from tests.backends.websockets import LIMITS, SERVERS, echoed, ended, opened
from tests.backends.withdrawal import AFTER_RELOAD, CLOSED, observe_withdrawal, withdraw

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from acceptance.servers.backend import Backend
    from tests.backends.certificates import Certificates


@contextlib.contextmanager
def open_through_a_withdrawal(server: Backend, certificates: Certificates) -> Iterator[socket.socket]:
    """A WebSocket that was opened with a certificate which the server, reloaded since, accepts no more."""
    server.start(certificates.publish(server, ["old", "new"]))
    with opened(server, certificates.clients["old"]) as connection:
        assert connection is not None
        withdraw(server, certificates)
        yield connection


@pytest.mark.parametrize("kind", AFTER_RELOAD, ids=lambda kind: kind.__name__)
def test_a_reload_leaves_what_the_page_says_and_a_restart_leaves_nothing(
    kind: type[Backend], certificates: Certificates, make_server: Callable[..., Backend]
) -> None:
    """A session and a kept connection of the withdrawn certificate, over TLS 1.2 and 1.3."""
    reloaded, restarted = observe_withdrawal(make_server(kind), certificates)
    assert reloaded == AFTER_RELOAD[kind]
    assert restarted.connection == CLOSED
    assert ACCEPTED not in restarted.session


@pytest.mark.parametrize("kind", SERVERS, ids=lambda kind: kind.__name__)
def test_an_open_websocket_outlives_a_reload_and_no_restart(
    kind: type[Backend], certificates: Certificates, make_server: Callable[..., Backend]
) -> None:
    """Whoever holds one of a withdrawn certificate keeps it; another is refused."""
    server = make_server(kind)
    server.beside.update(SERVERS[kind])
    with open_through_a_withdrawal(server, certificates) as connection:
        assert echoed(connection)
        with contextlib.suppress(OSError), opened(server, certificates.clients["old"]) as refused:
            assert refused is None
        server.stop()
        assert ended(connection)


@pytest.mark.parametrize("kind", LIMITS, ids=lambda kind: kind.__name__)
def test_a_limit_of_the_servers_own_ends_an_open_websocket_after_a_reload(
    kind: type[Backend], certificates: Certificates, make_server: Callable[..., Backend]
) -> None:
    """The page's way to have it end without a restart."""
    server = make_server(kind)
    server.beside.update(LIMITS[kind])
    with open_through_a_withdrawal(server, certificates) as connection:
        assert ended(connection)
