"""What else stands in a server's configuration lets nobody around the check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.backends.apache import Apache
from tests.backends.client import ACCEPTED
from tests.backends.matrix import NEEDED, OUR_FILE, observe

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.backends.backend import Backend
    from tests.backends.cast import Cast


class ApacheThatSatisfiesAny(Apache):
    """A section that takes either of two proofs, and one of them from everybody: the commonest exception of 2.2."""

    beside = """<Location />
                    Allow from all
                    Satisfy any
                </Location>"""


class ApacheThatAsksAgain(Apache):
    """A section that wants no certificate of anybody."""

    beside = """<LocationMatch "^/">
                    SSLVerifyClient none
                    Require all granted
                </LocationMatch>"""


@pytest.mark.parametrize("kind", [ApacheThatSatisfiesAny, ApacheThatAsksAgain], ids=lambda kind: kind.__name__)
def test_no_other_section_lets_a_stranger_in(
    kind: type[Backend], cast: Cast, make_server: Callable[..., Backend]
) -> None:
    """Strangers, the expired one and callers without a certificate are refused, as without that section."""
    server = make_server(kind)
    server.start(cast.publish(server, OUR_FILE))
    accepted = {name for name, verdict in observe(server, cast).items() if ACCEPTED in verdict}
    assert accepted == {name for name, needed in NEEDED.items() if needed}
