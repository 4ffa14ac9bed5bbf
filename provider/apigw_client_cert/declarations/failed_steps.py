"""How a program ends that declares what could not be done: with one error, once all that it declares is registered.

The engine runs nothing more when a program has ended, and the SDK ends one with the first output that fails, while
registrations are still on their way. So nothing fails by itself: one output of the program waits for all of them.
"""

from __future__ import annotations

import asyncio
import weakref
from typing import TYPE_CHECKING, Any, Final

import pulumi
from pulumi.runtime.settings import get_monitor

from apigw_client_cert.lifecycle.failed_step import red

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apigw_client_cert.declarations.properties import Registering

# Rounds of the event loop that callbacks on what has just been registered get, to declare what they declare.
_ROUNDS: Final = 100


class _Program:
    """What one run of one program declares."""

    def __init__(self) -> None:
        self._declared: list[Registering] = []
        self._waiting = False

    def add(self, resource: Registering) -> None:
        self._declared.append(resource)
        if not self._waiting:
            self._waiting = True
            self._wait()

    def _wait(self) -> pulumi.Output[Any]:
        """Until all that is declared by now is registered, and what it could not do is known."""
        declared = tuple(self._declared)
        registered = pulumi.Output.all(*map(_failed_step_of, declared))
        settled: pulumi.Output[Sequence[Any]] = registered.apply(_let_others_declare)
        return settled.apply(lambda found: self._end(declared, found))

    def _end(self, declared: Sequence[Registering], found: Sequence[Any]) -> pulumi.Output[Any] | None:
        if len(self._declared) > len(declared):
            return self._wait()
        self._waiting = False
        failed = [(one.pulumi_resource_name, step) for one, step in zip(declared, found, strict=True) if step]
        if failed:
            raise pulumi.RunError(str(red(failed)))
        return None


async def _failed_step_of(resource: Registering) -> Any:  # noqa: ANN401 - what the engine answered
    try:
        await resource.urn.future()
        return await resource.failed_step.future()
    except Exception:  # noqa: BLE001 - one that could not be registered ends the program by itself, with that error
        return None


async def _let_others_declare(found: Sequence[Any]) -> Sequence[Any]:
    for _ in range(_ROUNDS):
        await asyncio.sleep(0)
    return found


# By the connection to the engine, which each run of a program has its own of: tests run many in one process, and
# Pulumi's Automation API several at once.
_PROGRAMS: Final[weakref.WeakKeyDictionary[Any, _Program]] = weakref.WeakKeyDictionary()


def raise_at_last(resource: Registering) -> None:
    """Let this program end with what the resource could not do, after everything else; a preview tries nothing."""
    monitor = get_monitor()
    if monitor is not None and not pulumi.runtime.is_dry_run():
        _PROGRAMS.setdefault(monitor, _Program()).add(resource)
