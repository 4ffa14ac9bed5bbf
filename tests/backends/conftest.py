"""The clients and servers that the backend checks share."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import trustme

from apigw_client_cert.trust import render
from tests.backends.server import Identity, Site, free_port
from tests.x509 import LIFETIME, Twin, mint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

DAY = dt.timedelta(days=1)


@pytest.fixture(scope="session")
def twins_by_name() -> dict[str, Twin]:
    """Certificates around the present: real servers check dates against the wall clock."""
    now = dt.datetime.now(dt.timezone.utc)  # noqa: TID251 - the servers' clock is the wall's
    return {
        "expired": mint(now - LIFETIME - DAY),
        "old": mint(now - LIFETIME + 30 * DAY),
        "new": mint(now - DAY),
        "stranger": mint(now - DAY),
    }


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Who vouches for the servers."""
    return trustme.CA()


@pytest.fixture(scope="session")
def identities(
    twins_by_name: dict[str, Twin], authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Identity]:
    """What clients present, by name; ``none`` presents nothing."""
    folder = tmp_path_factory.mktemp("clients")
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    found = {"none": Identity(ca_file)}
    for name, twin in twins_by_name.items():
        path = folder / f"{name}.pem"
        path.write_text(twin.pem + twin.key_pem, encoding="ascii")
        found[name] = Identity(ca_file, path)
    return found


@pytest.fixture(scope="session")
def make_site(
    twins_by_name: dict[str, Twin], authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, Sequence[str]], Site]:
    """A site whose published file is what ``render`` gives for these certificates."""

    def make(content: str, trusted: Sequence[str]) -> Site:
        folder: Path = tmp_path_factory.mktemp(content)
        published, certificate = folder / "published", folder / "server.pem"
        published.write_text(render(content, [twins_by_name[name].trusted for name in trusted]), encoding="utf-8")
        authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(certificate))
        return Site(folder=folder, port=free_port(), certificate=certificate, published=published)

    return make
