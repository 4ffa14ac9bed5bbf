"""Earlier states of API Gateway, for reads that lag.

From the moment that a stale fault is added, or a hostile preset that draws them, the account's certificates, APIs and
stages are copied after each change, whoever makes it. A stale read is then performed, whole, against the copy of some
changes ago: every list, page and single object of it belongs to that one state, also answers nobody asked for before.

What it cannot show: answers older than the fault itself; one object that lags while another does not, or a list that
mixes old and new; a lag that lasts (each fault strikes one call: use ``calls=None`` for a lasting one, which then stays
so many changes behind). Changes are always held against the present state, as is an in-use refusal.
SSM, S3, Secrets Manager and STS never lag.
"""

from __future__ import annotations

import contextlib
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apigw_sandbox.faults.answers import API_GATEWAY
from apigw_sandbox.faults.kinds import MOST_CHANGES_BEHIND
from apigw_sandbox.moto_extension import backends

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from apigw_sandbox.certificates import ClientCertificate
    from apigw_sandbox.control_plane import ControlPlane
    from apigw_sandbox.journal import JournalEntry
    from apigw_sandbox.moto_extension.backends import Shelf


@dataclass(frozen=True, slots=True)
class EarlierState:
    """The account as it was from ``since`` on, in the sandbox's time."""

    since: datetime
    certificates: dict[str, dict[str, ClientCertificate]]
    shelf: Shelf


class EarlierStates:
    """The last few states. Except for ``keep`` and ``forget``, the caller holds the control plane's lock."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane
        self._states: deque[EarlierState] | None = None

    def keep(self) -> None:
        """Begin, with the present state; nothing is copied before."""
        with self._plane.lock:
            if self._states is None:
                self._states = deque([self._present()], maxlen=MOST_CHANGES_BEHIND + 1)

    def forget(self) -> None:
        """Copy no more."""
        with self._plane.lock:
            self._states = None

    def changed(self, entry: JournalEntry) -> None:
        """Take up what the journal just did."""
        if self._states is not None and entry.service in API_GATEWAY and entry.mutates and entry.succeeded:
            self._states.append(self._present())

    def before(self, behind: int, *, at_most_seconds: float) -> EarlierState | None:
        """The state so many changes ago; None where it is not known, or ended longer ago than this."""
        states = self._states
        if states is None or len(states) <= behind:
            return None
        age = abs((self._plane.clock.now() - states[-behind].since).total_seconds())
        return states[-1 - behind] if age <= at_most_seconds else None

    @contextlib.contextmanager
    def in_place(self, state: EarlierState) -> Iterator[None]:
        """Let the account be as it was; nobody may change anything meanwhile."""
        with contextlib.ExitStack() as display:
            for region, store in self._plane.certificate_stores().items():
                display.enter_context(store.on_display(state.certificates.get(region, {})))
            display.enter_context(backends.on_display(self._plane.account_id, state.shelf))
            yield

    def _present(self) -> EarlierState:
        return EarlierState(
            since=self._plane.clock.now(),
            certificates={region: store.copied() for region, store in self._plane.certificate_stores().items()},
            shelf=backends.copied(self._plane.account_id),
        )
