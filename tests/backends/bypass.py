"""One configuration beside ours that may let a stranger, or nobody's certificate, around the check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.backends.client import ACCEPTED
from tests.backends.ways import Way, verdict_of
from tests.backends.withdrawal import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acceptance.servers.backend import Backend
    from tests.backends.certificates import Certificates


@dataclass(frozen=True)
class Bypass:
    """Lines beside ours, the way that they may open, and what those who may not come through meet on it.

    ``stranger_is`` names another stranger than usual.
    ``serves``: it goes on accepting those who may.
    """

    backend: type[Backend]
    what: str
    beside: Mapping[str, str]
    way: Way
    stranger: str
    none: str
    serves: bool = True
    stranger_is: str = "stranger"

    @property
    def name(self) -> str:
        """For test ids."""
        return f"{self.backend.__name__}: {self.what}"

    @property
    def expected(self) -> dict[str, str]:
        """What each meets."""
        return {"stranger": self.stranger, "none": self.none}

    @property
    def closed(self) -> bool:
        """Whether nobody reaches the application."""
        return ACCEPTED not in (self.stranger, self.none)


def tried(server: Backend, certificates: Certificates, bypass: Bypass) -> dict[str, str]:
    """What each of those meets at this running server, over TLS 1.2 and 1.3; both where they differ."""
    comers = {"stranger": bypass.stranger_is, "none": "none"}
    return {
        name: " / ".join(
            dict.fromkeys(verdict_of(server, certificates.clients[who], bypass.way, version) for version in VERSIONS)
        )
        for name, who in comers.items()
    }
