"""How a program ends that declares what could not be done: with one error, once all that it declares is registered.

The engine runs nothing more when a program has ended, and the SDK ends one with the first output that fails, while
registrations are still on their way. So nothing fails by itself: one output of the program waits for all of them.

A component provider of the user's own ends its ``Construct`` without a look at any output. There the wait counts as one
of the calls to the engine, which the SDK does look at.
"""

from __future__ import annotations

import asyncio
import weakref
from typing import TYPE_CHECKING, Any, Final

import pulumi
from pulumi.runtime.settings import SETTINGS, get_monitor, get_root_resource

from apigw_client_cert.lifecycle.failed_step import of_another_run, red
from apigw_client_cert.program.claims import engine_address

if TYPE_CHECKING:
    from apigw_client_cert.program.properties import Registering

# Rounds of the event loop that callbacks on what has just been registered get, to declare what they declare.
_ROUNDS: Final = 100
# What waits in the constructions of this process, and does not know yet what they could not do.
_LOOKING: Final[set[asyncio.Task[Any]]] = set()


class _Program:
    """What one run of one program, or one construction of a component, declares."""

    def __init__(self) -> None:
        self._declared: list[Registering] = []
        self._waiting: object = None

    def add(self, resource: Registering) -> None:
        self._declared.append(resource)
        if self._waiting is not None:
            return
        if get_root_resource() is None:
            construct = SETTINGS.rpc_manager.do_rpc("what could not be done", self._end_construct)
            self._waiting = asyncio.ensure_future(construct())
        else:
            ended: pulumi.Output[None] = pulumi.Output.from_input("").apply(self._end)
            self._waiting = ended

    async def _end(self, _nothing: str) -> None:
        _raise(await self._failed())

    async def _end_construct(self) -> None:
        """After all others of this process that have not failed: the engine begins nothing more for them."""
        own = asyncio.current_task()
        assert own is not None, "this is a coroutine"  # noqa: S101 - for the type checker
        _LOOKING.add(own)
        try:
            failed = await self._failed()
        finally:
            _LOOKING.remove(own)
        while failed and _LOOKING:
            await asyncio.wait(_LOOKING)
        _raise(failed)

    async def _failed(self) -> list[tuple[str, Any]]:
        """What could not be done, once all that is declared is registered; others may declare meanwhile."""
        failed: list[tuple[str, Any]] = []
        known = 0
        try:
            while known < len(self._declared):
                declared = self._declared[known:]
                known += len(declared)
                # Not known is what a run leaves out (``--target``): None.
                found = [(one.pulumi_resource_name, await one.failed_step.future()) for one in declared]
                failed += [(name, step) for name, step in found if step]
                await _settled()
        except Exception:  # noqa: BLE001 - a registration that failed, whatever it raised: the SDK ends the program with it
            return []
        finally:
            self._declared.clear()
            self._waiting = None
        return failed


async def _settled() -> None:
    """Until nothing is on its way to the engine, what the user declares included, and callbacks have had their turn."""
    own = asyncio.current_task()
    while True:
        for _ in range(_ROUNDS):
            await asyncio.sleep(0)
        under_way = [rpc for rpc in SETTINGS.rpc_manager.rpcs if rpc is not own and not rpc.done()]
        if not under_way:
            return
        await asyncio.wait(under_way)


def _raise(found: list[tuple[str, Any]]) -> None:
    address = engine_address()
    failed = [one for one in found if not of_another_run(one[1], address)]
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
