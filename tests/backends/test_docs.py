"""docs/backends.md tells users the very lines that the servers here were configured with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from acceptance.servers.backend import Backend, Setup
from acceptance.servers.catalogue import BACKENDS as SERVERS
from acceptance.servers.page import section_of
from apigw_client_cert.trust.contents import BACKENDS, render, setup_lines, trusts_nobody
from apigw_client_cert.trust.servers import published_file
from tests.backends.client import ACCEPTED, ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.backends.certificates import Certificates

# They end without a certificate: the page says to publish first.
NO_FILE = {"python", "go", "java"}


def file_to_start_with(kind: str) -> str | None:
    """The page's file for the time before anything is published; "" for an empty one, None for none."""
    said = section_of(kind).partition("To start with")[2]
    if said.startswith(" there is no file:"):
        return None
    if ": an empty file" in said.partition("\n")[0]:
        return ""
    block = re.match(r", before anything is published:\n\n```[a-z]+\n(.*?)```\n", said, re.DOTALL)
    assert block, said[:80]
    return block[1]


@pytest.mark.parametrize("kind", BACKENDS)
def test_page_has_the_file_to_start_with(kind: str) -> None:
    """It says what is published for nobody, and is free to take; three servers end without a certificate."""
    text = file_to_start_with(kind)
    assert (text is None) is (kind in NO_FILE)
    if text is not None:
        assert trusts_nobody(text)
        assert "".join(text.split()) in "".join(render(kind, []).split())


@pytest.mark.parametrize(
    "server", [one for one in SERVERS if Setup.OURS in one.setups and one.kind not in NO_FILE], ids=lambda one: one.kind
)
def test_a_server_starts_with_the_pages_file_and_takes_what_is_published_after_it(
    server: type[Backend], certificates: Certificates, make_server: Callable[..., Backend]
) -> None:
    """It refuses everybody until the first run, and needs a reload then."""
    running = make_server(server)
    place = running.folder / "trust"
    place.write_text(file_to_start_with(running.kind) or "", encoding="utf-8")
    running.start(place)
    assert [
        name for name, client in certificates.clients.items() if ask(running.port, client).verdict == ACCEPTED
    ] == []
    certificates.publish(running, ["old"])
    running.reload()
    assert [name for name, client in certificates.clients.items() if ask(running.port, client).verdict == ACCEPTED] == [
        "old"
    ]


@pytest.mark.parametrize("kind", BACKENDS)
def test_page_shows_the_setup_lines_of_every_backend(kind: str) -> None:
    """Word for word, in the section of that content, with the path that the lines name."""
    section = section_of(kind)
    assert f"\n{setup_lines(kind)}```\n" in section
    assert published_file(kind) in section
