"""Requests to stages at a bounded rate, and what became of each."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.sandbox.data_plane.conftest import ask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from typing_extensions import Self

RATE = 15.0
# Far more than a test needs: what runs longer hangs.
MOST = 4000
WAIT_LIMIT_SECONDS = 60


@dataclass(frozen=True)
class Request:
    """One request: its number, the stage, what the caller got, and what the backend knew the gateway by."""

    number: int
    stage: str
    status: int
    certificate: str
    reason: str

    @property
    def failed(self) -> bool:
        """Whether the caller got anything but the backend's answer."""
        return self.status != 200


class Traffic:
    """One thread that asks the stages in turn, each time on a new connection to the backend, until the block ends."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self._urls = urls
        self._condition = threading.Condition()
        self._ending = threading.Event()
        self._requests: list[Request] = []
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.go_on()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join(WAIT_LIMIT_SECONDS)

    def go_on(self) -> int:
        """Return when each stage was asked three times more, with the number of requests so far.

        A request that is under way now counts for what comes before: so many are waited for that it cannot matter.
        """
        with self._condition:
            enough = len(self._requests) + 3 * len(self._urls) + 1
            assert self._condition.wait_for(lambda: len(self._requests) >= enough, WAIT_LIMIT_SECONDS), (
                "no more requests"
            )
            return len(self._requests)

    def failed(self, since: int = 0) -> list[Request]:
        """The requests that failed, of all or after one of ``go_on``'s numbers."""
        with self._condition:
            return [one for one in self._requests[since:] if one.failed]

    def _ask(self) -> None:
        for number, stage in enumerate(itertools.islice(itertools.cycle(self._urls), MOST)):
            if self._ending.wait(1 / RATE):
                return
            got = ask(self._urls[stage], x_sandbox_shape="new")
            certificate, reason = (got.headers.get(f"x-sandbox-{part}", "") for part in ("certificate", "reason"))
            with self._condition:
                self._requests.append(Request(number, stage, got.status, certificate, reason))
                self._condition.notify_all()
