"""What the stages of an API present, listed once per engine run, for looks that harm nobody where it is minutes old."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apigw_client_cert import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apigw_client_cert.gateway.connection import Connection
    from apigw_client_cert.gateway.interface import Gateway, StageKind, StageRef


@dataclass(slots=True)
class _Listed:
    """One API; None before the first look."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    presented: Mapping[StageRef, str | None] | None = None


class StageLists:
    """The lists of one engine run. Thread-safe: whoever asks while an API is listed waits for that list alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lists: dict[tuple[Connection, str, StageKind], _Listed] = {}

    def of(self, connection: Connection, stage: StageRef, gateway: Gateway) -> Mapping[StageRef, str | None]:
        """What the stages of this stage's API present.

        Empty where that may not be listed: each stage is then asked for by itself, and its own answer says why.
        """
        with self._lock:
            listed = self._lists.setdefault((connection, stage.api_id, stage.kind), _Listed())
        with listed.lock:
            if listed.presented is None:
                listed.presented = {}
                with contextlib.suppress(errors.RotationError):
                    listed.presented = dict(gateway.list_presented(stage.api_id, stage.kind))
            return listed.presented

    def moved(self, stage: StageRef, certificate_id: str | None) -> None:
        """Take a switch of this run in; API ids are random, so the stage is the same by every way."""
        with self._lock:
            lists = [one for (_, api_id, _), one in self._lists.items() if api_id == stage.api_id]
        for one in lists:
            with one.lock:
                if one.presented is not None and stage in one.presented:
                    one.presented = {**one.presented, stage: certificate_id}

    def forget(self) -> None:
        """Nothing that was listed counts any more."""
        with self._lock:
            self._lists.clear()
