"""What happened to the control plane, in the order in which it took effect."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from apigw_sandbox.clock import format_instant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SUCCESS_BELOW = 400
BINDING = "/clientCertificateId"
READ_PREFIXES = ("Get", "List", "Describe", "Head", "BatchGet", "TestInvoke")


def is_mutating(service: str, action: str) -> bool:
    """Whether an action changes something when it succeeds; the names of the six services tell."""
    return service != "sts" and not action.startswith(READ_PREFIXES)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One call.

    ``at`` is the sandbox's time, ``wall`` the machine's. ``service`` and ``action`` are AWS's names
    (``unknown`` and ``METHOD /path`` for what no service knows). ``resource`` is a certificate id, ``api/stage``,
    a parameter's name and so on, or empty. ``mutates`` is a property of the action; the call changed
    something only if it also ``succeeded``. ``patch`` maps the paths of an UpdateStage to their new values
    (None for a removal). ``console`` marks what a test did behind the API's back. ``fault`` is the kind of fault that
    the caller met, else "". ``status`` is what the call came to, whatever the caller was told: 201 for a generate that
    took effect and whose answer was lost, or that was then answered 500; 0 for one that was reset before.
    """

    number: int
    at: datetime
    wall: datetime
    service: str
    action: str
    resource: str
    status: int
    mutates: bool
    error: str = ""
    region: str = ""
    console: bool = False
    patch: Mapping[str, str | None] = field(default_factory=dict)
    fault: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether the call took effect, or for a read, found its answer; its caller need not know."""
        return 0 < self.status < SUCCESS_BELOW

    @property
    def bound(self) -> str | None:
        """What the stage presents since this call, "" for nothing; None for a call that switched no stage."""
        switched = self.action == "UpdateStage" and self.succeeded and BINDING in self.patch
        return (self.patch[BINDING] or "") if switched else None

    def to_json(self) -> dict[str, object]:
        """All fields as JSON values; times in RFC 3339 with milliseconds."""
        return {
            **asdict(self),
            "patch": dict(self.patch),
            "at": format_instant(self.at),
            "wall": format_instant(self.wall),
        }


class Journal:
    """An append-only list. Entries are numbered from 1; the numbers go on after ``clear``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[JournalEntry] = []
        self._last = 0

    def append(self, entry: JournalEntry) -> None:
        """Take up one entry, whose number is the one after ``last_number``."""
        with self._lock:
            self._entries.append(entry)
            self._last = entry.number

    def entries(self, *, since: int = 0) -> tuple[JournalEntry, ...]:
        """Everything with a number above ``since``, by-hand changes included."""
        with self._lock:
            return tuple(entry for entry in self._entries if entry.number > since)

    def calls(
        self,
        action: str | None = None,
        *,
        service: str | None = None,
        mutating: bool | None = None,
        succeeded: bool | None = None,
        since: int = 0,
    ) -> tuple[JournalEntry, ...]:
        """The calls that came over the API, narrowed by whatever is given."""
        return tuple(
            entry
            for entry in self.entries(since=since)
            if not entry.console
            and action in (None, entry.action)
            and service in (None, entry.service)
            and mutating in (None, entry.mutates)
            and succeeded in (None, entry.succeeded)
        )

    def actions(self, *, mutating: bool | None = None, since: int = 0) -> tuple[str, ...]:
        """The action names of ``calls``, in order."""
        return tuple(entry.action for entry in self.calls(mutating=mutating, since=since))

    @property
    def last_number(self) -> int:
        """The number of the newest entry, 0 at first: a bookmark for ``since``."""
        return self._last

    def clear(self) -> None:
        """Forget the entries."""
        with self._lock:
            self._entries.clear()
