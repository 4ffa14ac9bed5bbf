"""SIGKILL in one process: what the lifecycle was doing is lost where it stands, as the engine would lose it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from acceptance.crash_matrix.kinds import Kind
from acceptance.model.engine import KilledError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from typing import ClassVar

    from acceptance.model.cloud import Cloud

_SERVICES = ("apigateway", "apigatewayv2", "ssm", "sts")


class Death:
    """Ends a run at one of its calls. One per cloud, whose client it listens to."""

    _of: ClassVar[dict[int, Death]] = {}

    def __init__(self, cloud: Cloud) -> None:
        self._faults = cloud.sandbox.faults
        self._due: Callable[[Kind, str], bool] | None = None
        for name in _SERVICES:
            events = cloud.client.service(name).meta.events
            events.register("before-call", self._before)
            events.register("after-call", self._after)

    @classmethod
    def of(cls, cloud: Cloud) -> Death:
        """The cloud's one."""
        if id(cloud) not in cls._of:
            cls._of = {id(cloud): cls(cloud)}
        return cls._of[id(cloud)]

    def at_call(self, number: int, kind: Kind) -> AbstractContextManager[None]:
        """Die at the call of this number since the sandbox's faults were armed."""

        def due(here: Kind, _action: str) -> bool:
            # Before a call the sandbox has not counted it yet.
            return here is kind and self._faults.calls == number - (kind is Kind.KILLED_BEFORE)

        return self._armed(due)

    def at_action(self, action: str, kind: Kind) -> AbstractContextManager[None]:
        """Die at the first call of this action."""
        return self._armed(lambda here, called: here is kind and called == action)

    @contextlib.contextmanager
    def _armed(self, due: Callable[[Kind, str], bool]) -> Iterator[None]:
        self._due = due
        try:
            yield
        finally:
            self._due = None

    def _before(self, model: Any, **_event: Any) -> None:  # noqa: ANN401 - botocore's events have no types
        self._strike(Kind.KILLED_BEFORE, model.name)

    def _after(self, model: Any, **_event: Any) -> None:  # noqa: ANN401 - botocore's events have no types
        self._strike(Kind.KILLED, model.name)

    def _strike(self, here: Kind, action: str) -> None:
        if self._due is not None and self._due(here, action):
            self._due = None
            raise KilledError
