"""A pace for looks at a whole account: half of what AWS grants, so that runs and deployments keep the other half.

A run makes few calls and takes what it gets; an inventory of hundreds of APIs would have everybody else throttled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from apigw_client_cert import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from apigw_client_cert.gateway.client import Client

#: AWS grants an account 10 requests a second and a burst of 40, of both API families together (docs/aws.md §3.5).
RATE_PER_SECOND: Final = 5.0
BURST: Final = 20
_SERVICES: Final = ("apigateway", "apigatewayv2")
_ID: Final = "apigw-client-cert-pace"


class Pace:
    """Answers botocore's ``before-send`` event: each request waits until it may go. For calls of one thread.

    Args:
        wait: What waits.
        monotonic: Seconds that only grow.
    """

    def __init__(self, wait: Callable[[float], object], monotonic: Callable[[], float] = clock.monotonic) -> None:
        self._wait = wait
        self._monotonic = monotonic
        self._left = float(BURST)
        self._at = monotonic()

    def __call__(self, **_event: object) -> None:
        """Take one of the burst, or wait for the next."""
        now = self._monotonic()
        self._left = min(BURST, self._left + (now - self._at) * RATE_PER_SECOND) - 1
        self._at = now
        if self._left < 0:
            self._wait(-self._left / RATE_PER_SECOND)


def keep_pace(client: Client, monotonic: Callable[[], float] = clock.monotonic) -> None:
    """From now on this client's calls to API Gateway keep the pace; a sandbox of this machine needs none."""
    if client.connection.is_loopback:
        return
    pace = Pace(client.pause, monotonic)
    for service in _SERVICES:
        client.service(service).meta.events.register("before-send", pace, unique_id=_ID)
