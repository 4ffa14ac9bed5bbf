"""The certificates that every case uses, around the present: real servers check dates against the wall clock."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING

import trustme

from acceptance.servers.backend import Setup
from apigw_client_cert.trust.contents import render
from tests.backends.client import Identity
from tests.x509 import LIFETIME, mint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from acceptance.servers.backend import Backend

DAY = dt.timedelta(days=1)


class Certificates:
    """Clients by name, and servers that one authority vouches for, in a folder.

    ``old`` and ``new`` overlap; ``stranger`` is as good as ``new``, but of somebody else; ``expired`` ended yesterday;
    ``expired stranger`` is both, and ``none`` presents nothing. All have one subject.
    """

    def __init__(self, folder: Path) -> None:
        now = dt.datetime.now(dt.timezone.utc)  # noqa: TID251 - the servers' clock is the wall's
        self.folder = folder
        self.twins = {
            "expired": mint(now - LIFETIME - DAY),
            "old": mint(now - LIFETIME + 30 * DAY),
            "new": mint(now - DAY),
            "stranger": mint(now - DAY),
            "expired stranger": mint(now - LIFETIME - DAY),
        }
        self.authority = trustme.CA()
        ca_file = folder / "ca.pem"
        self.authority.cert_pem.write_to_path(str(ca_file))
        self.clients = {"none": Identity(ca_file)}
        for name, twin in self.twins.items():
            path = folder / f"{name}.pem"
            path.write_text(twin.pem + twin.key_pem, encoding="ascii")
            self.clients[name] = Identity(ca_file, path)
        self._numbers = itertools.count()

    def fingerprint(self, name: str) -> str:
        """What a server should echo of this client."""
        return "none" if name == "none" else self.twins[name].trusted.sha256

    def server(self, kind: type[Backend], setup: Setup = Setup.OURS, *, port: int | None = None) -> Backend:
        """A server in a folder of its own, not started."""
        folder = self.folder / f"{kind.kind}-{next(self._numbers)}"
        folder.mkdir()
        certificate = folder / "server.pem"
        self.authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(certificate))
        return kind(folder, certificate, setup, port=port)

    def publish(self, backend: Backend, trusted: Sequence[str]) -> Path:
        """Write what a bundle of these certificates publishes to this server, as the file target does: by a rename."""
        text = render(backend.content, [self.twins[name].trusted for name in trusted])
        path, written = backend.folder / "trust", backend.folder / "trust.new"
        written.write_text(text, encoding="utf-8")
        written.replace(path)
        return path
