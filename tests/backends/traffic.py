"""Requests that keep coming from several clients while something happens to a server; nothing is sent twice."""

from __future__ import annotations

import collections
import itertools
import threading
from typing import TYPE_CHECKING

from tests.backends.client import ACCEPTED, Met, ask, ask_on_one_connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from typing_extensions import Self

    from acceptance.servers.backend import Backend
    from tests.backends.certificates import Certificates

# Longer than any reload takes on an idle machine, so that some are under way at every one.
SLOW = "/?delay=0.5"


class Traffic:
    """Three clients at once: a connection each time, one kept connection, slow requests. Use as a context manager.

    ``accepted`` and ``failed`` count by shape (``new``, ``kept``, ``slow``); a failure's key says what happened. An
    answer that names another certificate than the client's is a failure.
    """

    def __init__(self, backend: Backend, certificates: Certificates, presented: Iterable[str]) -> None:
        self.accepted: collections.Counter[str] = collections.Counter()
        self.failed: collections.Counter[tuple[str, str]] = collections.Counter()
        self._port, self._certificates, self._presented = backend.port, certificates, tuple(presented)
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._keep_asking, args=(shape, requests))
            for shape, requests in (("new", self._new), ("kept", self._kept), ("slow", self._slow))
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    @property
    def total(self) -> int:
        """Requests so far."""
        return self.accepted.total() + self.failed.total()

    def _keep_asking(self, shape: str, requests: Callable[[], Iterator[tuple[str, Met]]]) -> None:
        asking = requests()
        while not self._over.is_set():
            try:
                name, met = next(asking)
            except OSError as error:
                # http.client's RemoteDisconnected is one, too.
                self.failed[shape, type(error).__name__] += 1
                asking = requests()
                continue
            if (met.verdict, met.seen) == (ACCEPTED, self._certificates.fingerprint(name)):
                self.accepted[shape] += 1
            else:
                self.failed[shape, f"{name}: {met.verdict} as {met.seen}"] += 1

    def _new(self) -> Iterator[tuple[str, Met]]:
        for name in itertools.cycle(self._presented):
            yield name, ask(self._port, self._certificates.clients[name])

    def _kept(self) -> Iterator[tuple[str, Met]]:
        name = self._presented[-1]
        for met in ask_on_one_connection(self._port, self._certificates.clients[name]):
            yield name, met

    def _slow(self) -> Iterator[tuple[str, Met]]:
        for name in itertools.cycle(self._presented):
            yield name, ask(self._port, self._certificates.clients[name], path=SLOW)
