"""One engine call's view of the world: it notes what may have been changed, limits waiting, and stops between calls."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from apigw_client_cert import errors
from apigw_client_cert.gateway.wait_limit import WaitLimit, with_wait_limit

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from apigw_client_cert.lifecycle.environment import Environment

# Of Gateway and Target; the others only look.
_CHANGES: Final = frozenset({"generate", "delete", "tag", "untag", "bind", "unbind", "write"})
_MOVES: Final = frozenset({"bind", "unbind"})
# What a step that moved a stage may still do when the run ends: move it back, and say what it presents.
_AFTER_A_MOVE: Final = frozenset({*_MOVES, "presented"})


@dataclass(slots=True)
class Guard:
    """What one create, update or delete did to the world outside.

    Attributes:
        stop: Set by Cancel; the next call outside is then not begun. A call that was begun always ends.
        patience: How long the calls outside may wait for AWS, and who hears of it.
        changed: Whether a changing call was begun; one that failed may have taken effect all the same.
    """

    stop: threading.Event
    wait_limit: WaitLimit = field(default_factory=WaitLimit)
    changed: bool = field(default=False)
    _moved: bool = field(default=False)

    def over(self, environment: Environment, say: Callable[[str], None]) -> Environment:
        """The world as this call may reach it."""
        return replace(
            environment,
            gateway=lambda connection: _Guarded(environment.gateway(connection), self),
            target=lambda spec, connection: _Guarded(environment.target(spec, connection), self),
            say=say,
        )

    def before(self, method: str) -> WaitLimit:
        """Refuse to begin anything once the run was cancelled; returns how patient the call may be.

        But a stage that was moved may be moved back, and looked at: both are part of the step that was begun, and the
        engine's limit, which may have passed meanwhile, is none for them.
        """
        back = self._moved and method in _AFTER_A_MOVE
        if self.stop.is_set() and not back:
            raise errors.Refused(
                "The run was cancelled",
                means="What was done before is in state or will be found by its tags; nothing more was begun.",
                remedy="Run again: the next run goes on from there.",
            )
        self.changed |= method in _CHANGES
        self._moved |= method in _MOVES
        return replace(self.wait_limit, deadline=None) if back else self.wait_limit


class _Guarded:
    """A Gateway or a Target whose every method asks first."""

    def __init__(self, inner: Any, guard: Guard) -> None:  # noqa: ANN401 - stands for any of the two protocols
        self._inner = inner
        self._guard = guard

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the protocol has there
        found = getattr(self._inner, name)
        if not callable(found):
            return found

        def guarded(*arguments: object, **named: object) -> object:
            with with_wait_limit(self._guard.before(name)):
                return found(*arguments, **named)

        return guarded
