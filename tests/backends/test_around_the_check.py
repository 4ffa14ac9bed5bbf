"""What else stands in a server's configuration lets nobody around the check, or the page says who comes through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.backends.bypass import Bypass, tried
from tests.backends.bypasses import BYPASSES
from tests.backends.client import ACCEPTED, ask
from tests.backends.matrix import OUR_FILE

if TYPE_CHECKING:
    from collections.abc import Callable

    from acceptance.servers.backend import Backend
    from tests.backends.certificates import Certificates


@pytest.mark.parametrize("bypass", BYPASSES, ids=lambda bypass: bypass.name)
def test_what_stands_beside_the_check_opens_what_the_page_says(
    bypass: Bypass, certificates: Certificates, make_server: Callable[..., Backend]
) -> None:
    """A stranger of the same subject, and nobody's certificate, over TLS 1.2 and 1.3."""
    server = make_server(bypass.backend)
    server.beside.update(bypass.beside)
    server.start(certificates.publish(server, OUR_FILE))
    assert tried(server, certificates, bypass) == bypass.expected
    assert (ask(server.port, certificates.clients["new"]).verdict == ACCEPTED) is bypass.serves
