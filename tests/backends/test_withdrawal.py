"""What lives on when a certificate is withdrawn: open connections and sessions, until what ends them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.backends.client import ACCEPTED
from tests.backends.withdrawal import AFTER_RELOAD, CLOSED, observe_withdrawal

if TYPE_CHECKING:
    from collections.abc import Callable

    from acceptance.servers.backend import Backend
    from tests.backends.certificates import Certificates


@pytest.mark.parametrize("kind", AFTER_RELOAD, ids=lambda kind: kind.__name__)
def test_a_reload_leaves_what_the_page_says_and_a_restart_leaves_nothing(
    kind: type[Backend], certificates: Certificates, make_server: Callable[..., Backend]
) -> None:
    """A session and a kept connection of the withdrawn certificate, over TLS 1.2 and 1.3."""
    reloaded, restarted = observe_withdrawal(make_server(kind), certificates)
    assert reloaded == AFTER_RELOAD[kind]
    assert restarted.connection == CLOSED
    assert ACCEPTED not in restarted.session
