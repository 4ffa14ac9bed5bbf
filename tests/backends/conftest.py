"""The servers and clients that the backend checks share."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from acceptance.servers.backend import Backend, Setup
from tests.backends.certificates import Certificates
from tests.backends.matrix import OUR_FILE
from tests.backends.missing import tools_wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """The certificates and who vouches for the servers."""
    return Certificates(tmp_path_factory.mktemp("cast"))


@pytest.fixture
def make_server(certificates: Certificates) -> Iterator[Callable[..., Backend]]:
    """Servers that are not started; each is stopped after the test."""
    with contextlib.ExitStack() as started:

        def make(kind: type[Backend], setup: Setup = Setup.OURS, *, port: int | None = None) -> Backend:
            with tools_wanted():
                return started.enter_context(certificates.server(kind, setup, port=port))

        yield make


@pytest.fixture(scope="session")
def our_server(certificates: Certificates) -> Iterator[Callable[[type[Backend]], Backend]]:
    """One running server of each kind with our configuration, for tests that only ask; it trusts ``OUR_FILE``."""
    running: dict[type[Backend], Backend] = {}
    with contextlib.ExitStack() as started:

        def get(kind: type[Backend]) -> Backend:
            if kind not in running:
                with tools_wanted():
                    server = started.enter_context(certificates.server(kind))
                server.start(certificates.publish(server, OUR_FILE))
                running[kind] = server
            return running[kind]

        yield get
