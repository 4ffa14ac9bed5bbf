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
            _ended: pulumi.Output[None] = pulumi.Output.from_input("").apply(self._end)

    async def _end(self, _nothing: str) -> None:
        """Until all that is declared is registered, and what it could not do is known; others may declare meanwhile."""
        failed: list[tuple[str, Any]] = []
        known = 0
        try:
            while known < len(self._declared):
                declared = self._declared[known:]
                known += len(declared)
                # Not known is what a run leaves out (``--target``): None.
                found = [(one.pulumi_resource_name, await one.failed_step.future()) for one in declared]
                failed += [(name, step) for name, step in found if step]
                for _ in range(_ROUNDS):
                    await asyncio.sleep(0)
        except Exception:  # noqa: BLE001 - a registration that failed, whatever it raised: the SDK ends the program with it
            return
        finally:
            self._declared.clear()
            self._waiting = False
        if failed:
            raise pulumi.RunError(str(red(failed)))


# By the connection to the engine, which each run of a program has its own of: tests run many in one process, and
# Pulumi's Automation API several at once.
_PROGRAMS: Final[weakref.WeakKeyDictionary[Any, _Program]] = weakref.WeakKeyDictionary()


def raise_at_last(resource: Registering) -> None:
    """Let this program end with what the resource could not do, after everything else; a preview tries nothing."""
    monitor = get_monitor()
    if monitor is not None and not pulumi.runtime.is_dry_run():
        _PROGRAMS.setdefault(monitor, _Program()).add(resource)
