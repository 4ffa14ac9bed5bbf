"""What goes wrong around the servers is seen, and is never taken for a success."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from acceptance.servers import backend
from acceptance.servers.application import HOST, NONE, UNKNOWN
from acceptance.servers.backend import Backend, ServerExitedError, Setup, ToolMissingError, find_program
from acceptance.servers.catalogue import BACKENDS
from acceptance.servers.nginx import Nginx
from acceptance.servers.stunnel import Stunnel
from tests.backends.client import ACCEPTED, Met, ask
from tests.backends.missing import tools_wanted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.backends.certificates import Certificates

each = pytest.mark.parametrize("kind", BACKENDS, ids=lambda kind: kind.kind)


@each
def test_taken_port_is_an_error_and_not_somebody_elses_server(
    kind: type[Backend], certificates: Certificates, make_server: Callable[..., Backend]
) -> None:
    """Something listens there already: the health check must not be content with it."""
    with socket.create_server((HOST, 0)) as other:
        server = make_server(kind, Setup.ONE_WAY, port=other.getsockname()[1])
        with pytest.raises(ServerExitedError, match=r"(?i)in use|could not bind|cannot bind"):
            server.start(certificates.publish(server, ["new"]))


@each
def test_server_that_asks_for_no_certificate_says_none(
    kind: type[Backend], certificates: Certificates, make_server: Callable[..., Backend]
) -> None:
    """One-way TLS answers 200 to everybody, so only the echo tells it from a success; stunnel's cannot."""
    server = make_server(kind, Setup.ONE_WAY)
    server.start(certificates.publish(server, ["new"]))
    echo = UNKNOWN if kind is Stunnel else NONE
    assert {name: (met.verdict, met.seen) for name, met in _ask_all(server, certificates)} == dict.fromkeys(
        certificates.clients, (ACCEPTED, echo)
    )
    assert server.requests_by_certificate() == {echo: len(certificates.clients)}


def test_server_that_is_gone_is_an_error_of_the_reload(
    certificates: Certificates, make_server: Callable[..., Backend]
) -> None:
    """A reload of a server that died must not look done."""
    server = make_server(Stunnel, Setup.PLAIN)
    server.start(certificates.publish(server, ["new"]))
    server.running().kill()
    server.running().wait()
    with pytest.raises(ServerExitedError):
        server.reload()


def test_missing_tool_names_itself(monkeypatch: pytest.MonkeyPatch, certificates: Certificates, tmp_path: Path) -> None:
    """A backend that cannot run here says which program it lacks, before it writes anything."""
    _uninstall_everything(monkeypatch, tmp_path)
    with pytest.raises(ToolMissingError, match="nginx"):
        certificates.server(Nginx)


def test_missing_tool_skips_by_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On somebody's machine."""
    _uninstall_everything(monkeypatch, tmp_path)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="haproxy is not installed"), tools_wanted():
        find_program("haproxy")


def test_missing_tool_fails_in_ci(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where `make test` installs everything."""
    _uninstall_everything(monkeypatch, tmp_path)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="haproxy is not installed, and CI=true"), tools_wanted():
        find_program("haproxy")


def _ask_all(server: Backend, certificates: Certificates) -> list[tuple[str, Met]]:
    return [(name, ask(server.port, identity)) for name, identity in certificates.clients.items()]


def _uninstall_everything(monkeypatch: pytest.MonkeyPatch, empty: Path) -> None:
    monkeypatch.setenv("PATH", str(empty))
    monkeypatch.setattr(backend, "_MORE_PATH", str(empty))
