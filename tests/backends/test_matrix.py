"""Every row of the matrix is what its server does, and docs/backends.md shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from acceptance.servers.backend import Backend, Setup
from acceptance.servers.catalogue import BACKENDS
from acceptance.servers.page import PAGE
from tests.backends.client import ACCEPTED
from tests.backends.matrix import (
    NEEDED,
    OBSERVABLE,
    OUR_FILE,
    ROWS,
    Row,
    Why,
    expected_verdicts,
    generated_part,
    observe,
    render,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.backends.certificates import Certificates

OPENSSL_SERVERS = ("nginx", "haproxy", "apache", "node", "python", "stunnel")


@pytest.mark.parametrize("row", OBSERVABLE, ids=lambda row: row.name)
def test_server_gives_the_expected_verdicts(
    row: Row,
    certificates: Certificates,
    make_server: Callable[..., Backend],
    our_server: Callable[[type[Backend]], Backend],
) -> None:
    """Each client meets what the table says, over TLS 1.2 and 1.3."""
    if (row.setup, row.published) == (Setup.OURS, OUR_FILE):
        server = our_server(row.backend)
    else:
        server = make_server(row.backend, row.setup)
        server.start(certificates.publish(server, row.published))
    assert observe(server, certificates) == expected_verdicts(row)


def test_page_shows_what_was_observed() -> None:
    """With the rows above this holds for the verdicts: `python -m tests.backends.matrix` renews the page."""
    assert generated_part(PAGE.read_text(encoding="utf-8")) == render(map(expected_verdicts, OBSERVABLE))


def test_our_configuration_accepts_exactly_old_and_new() -> None:
    """Wherever there is one; every backend has a row for it."""
    ours = [row for row in ROWS if row.setup is Setup.OURS]
    assert [row.backend for row in ours if row.configuration == Setup.OURS.value] == list(BACKENDS)
    for row in ours:
        assert not row.expected or {name: seen.verdict == ACCEPTED for name, seen in row.expected.items()} == NEEDED


@pytest.mark.parametrize("kind", OPENSSL_SERVERS)
def test_plain_ca_file_is_the_trap_on_the_openssl_family(kind: str) -> None:
    """In both orders one of the two certificates that are trusted is refused: the one that is not first."""
    plain = [row for row in OBSERVABLE if row.backend.kind == kind and row.setup is Setup.PLAIN]
    assert {row.published[0] for row in plain} == {"old", "new"}
    for row in plain:
        accepted = {name for name, expected in row.expected.items() if expected.verdict == ACCEPTED}
        assert accepted == {row.published[0]}
        assert row.expected[row.published[1]].why is Why.SHADOWED
