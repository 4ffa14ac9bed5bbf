"""Every request through the data plane, in columns: about 80 bytes each, so that 200,000 of them are no burden."""

from __future__ import annotations

import json
import threading
from array import array
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecord:
    """One request.

    ``number`` counts records in the order in which requests ended; ``request`` counts requests in the order in which
    they came (the caller and the backend see it as ``x-sandbox-request``). ``started`` and ``ended`` are
    the machine's time in epoch seconds. ``shape`` is new, keepalive, resumed, long or test-invoke.
    ``tls_version`` is the negotiated one, or "". ``reused``: sent on a pooled connection; ``resumed``: on a
    resumed TLS session. ``bound`` is what the stage, by what this request knew of it, presents; ``certificate`` is
    what the backend knows the connection by: presented in its handshake, or in the one of the
    resumed session; "" for none. ``certificate_requested``: the backend asked in that handshake.
    ``status`` is the caller's, ``backend_status`` the backend's or 0. ``reason`` is "" for an answer of the backend.
    """

    number: int = 0
    request: int
    started: float
    ended: float = 0.0
    api_id: str
    stage: str
    backend: str = ""
    shape: str = ""
    tls_version: str = ""
    reused: bool = False
    resumed: bool = False
    certificate_requested: bool = False
    bound: str = ""
    certificate: str = ""
    status: int = 0
    backend_status: int = 0
    reason: str = ""
    detail: str = ""

    def to_json(self) -> dict[str, object]:
        """All fields as JSON values; ``RequestRecord(**record.to_json())`` is the record again."""
        return asdict(self)


_CODES = {"float": "d", "int": "Q", "bool": "B", "str": "L"}
_KINDS = {field.name: str(field.type) for field in fields(RequestRecord) if field.name != "number"}


class RequestLog:
    """An append-only list. Records are numbered from 1; the numbers go on after ``clear``. Thread-safe.

    Strings are kept once, and a column holds their places.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._first = 0
        self._strings: list[str] = []
        self._places: dict[str, int] = {}
        self._columns: dict[str, array[float] | array[int]] = {}
        self._empty()

    def append(self, record: RequestRecord) -> None:
        """Take up one record, whatever its number says."""
        with self._lock:
            for name, kind in _KINDS.items():
                value = getattr(record, name)
                self._columns[name].append(self._place(value) if kind == "str" else value)

    def entries(self, *, since: int = 0, limit: int | None = None) -> Iterator[RequestRecord]:
        """The records with a number above ``since``, at most ``limit``; those that there are now."""
        with self._lock:
            start = max(since - self._first, 0)
            stop = None if limit is None else start + limit
            columns = {name: column[start:stop] for name, column in self._columns.items()}
            first, strings = self._first + start, self._strings
        for index in range(len(columns["status"])):
            values = {name: _value(kind, columns[name][index], strings) for name, kind in _KINDS.items()}
            yield RequestRecord(number=first + index + 1, **values)

    def json_lines(self, *, since: int = 0, limit: int | None = None) -> str:
        """``entries`` as JSON, one a line."""
        return "".join(json.dumps(record.to_json()) + "\n" for record in self.entries(since=since, limit=limit))

    def __len__(self) -> int:
        with self._lock:
            return len(self._columns["status"])

    @property
    def last_number(self) -> int:
        """The number of the newest record, 0 at first: a bookmark for ``since``."""
        with self._lock:
            return self._first + len(self._columns["status"])

    def clear(self) -> None:
        """Forget the records."""
        with self._lock:
            self._first += len(self._columns["status"])
            self._empty()

    def _empty(self) -> None:
        self._strings, self._places = [], {}
        self._columns = {name: array(_CODES[kind]) for name, kind in _KINDS.items()}

    def _place(self, text: str) -> int:
        if text not in self._places:
            self._places[text] = len(self._strings)
            self._strings.append(text)
        return self._places[text]


def _value(kind: str, stored: float, strings: Sequence[str]) -> Any:  # noqa: ANN401 - the field's kind says which
    if kind == "str":
        return strings[int(stored)]
    return bool(stored) if kind == "bool" else stored
