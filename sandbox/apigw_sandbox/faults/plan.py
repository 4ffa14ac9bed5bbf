"""Which call meets which fault: what was asked for, counted against the calls as they come."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apigw_sandbox.faults import answers
from apigw_sandbox.faults.hostile import KINDS, SHARE, Hostile, new_seed
from apigw_sandbox.faults.kinds import Fault, FaultKind
from apigw_sandbox.faults.records import FiredFault, SeenCall
from apigw_sandbox.journal import is_mutating
from apigw_sandbox.moto_extension import model
from apigw_sandbox.subjects import asked_resource_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from apigw_sandbox.faults.earlier import EarlierStates
    from apigw_sandbox.messages import Call

_log = logging.getLogger("apigw_sandbox.faults")


@dataclass(slots=True)
class _Rule:
    """One fault with how many calls it has counted, and the requests that it struck."""

    fault: Fault
    counted: int = 0
    struck: set[bytes] = field(default_factory=set)

    def strikes(self, call: SeenCall, request: bytes) -> bool:
        """Count a call, and say whether this is one to strike."""
        if not self.fault.fits(call) or not answers.can_happen(self.fault, call):
            return False
        self.counted += 1
        chosen = self.fault.calls is None or self.counted in self.fault.calls
        if chosen and self.fault.repeats:
            self.struck.add(request)
        return chosen or request in self.struck


@dataclass(frozen=True, slots=True)
class Struck:
    """A call as it was seen, with what it meets, if anything."""

    call: SeenCall
    fault: Fault | None
    era: int
    hostile: bool = False


class Faults:
    """The faults of one sandbox. Thread-safe.

    A call meets the first added fault that is meant for it; the others count it all the same. What no fault is meant
    for, the hostile preset may draw. Without faults, calls are counted and kept, and nothing else happens.

    Args:
        earlier: What stale reads answer from; told, without a lock of this object, when they become possible.
        hostile: The preset at the start and after ``reset``.
    """

    def __init__(self, earlier: EarlierStates, hostile: Hostile | None = None) -> None:
        self._earlier = earlier
        self._initial = hostile
        self._lock = threading.Lock()
        self._rules: list[_Rule] = []
        self._preset = hostile
        self._era = 0
        self._seen: list[SeenCall] = []
        self._fired: list[FiredFault] = []
        self._occurrences: Counter[tuple[str, ...]] = Counter()

    def add(self, *faults: Fault) -> None:
        """More faults, which count calls from now on.

        Raises:
            ValueError: an action that no served service has.
        """
        for fault in faults:
            _check_names(fault)
        if any(fault.kind is FaultKind.STALE for fault in faults):
            self._earlier.keep()
        with self._lock:
            self._rules.extend(_Rule(fault) for fault in faults)

    def hostile(self, seed: int | None = None, share: float = SHARE, kinds: Collection[FaultKind] = KINDS) -> Hostile:
        """Let a share of all calls go wrong from now on, beside the faults that were added.

        The seed, drawn unless given, is in what this returns and in a warning of the logger ``apigw_sandbox.faults``.
        """
        preset = Hostile(seed=new_seed() if seed is None else seed, share=share, kinds=frozenset(kinds))
        if FaultKind.STALE in preset.kinds:
            self._earlier.keep()
        with self._lock:
            self._preset = preset
        self.announce()
        return preset

    def clear(self) -> None:
        """Nothing goes wrong any more. ``seen``, ``fired`` and the count stay."""
        with self._lock:
            self._rules.clear()
            self._preset = None
        self._earlier.forget()

    def arm(self) -> None:
        """Count anew: the next call is number 1, for every fault too; ``seen`` and ``fired`` are empty."""
        with self._lock:
            self._forget_calls()

    def reset(self) -> None:
        """As at the start."""
        self.end_era()
        with self._lock:
            self._rules.clear()
            self._preset = self._initial
            self._forget_calls()
        if self._initial is not None and FaultKind.STALE in self._initial.kinds:
            self._earlier.keep()

    @property
    def calls(self) -> int:
        """How many recognised calls came since ``arm``."""
        return len(self._seen)

    @property
    def seen(self) -> tuple[SeenCall, ...]:
        """These calls, in the order of their arrival, which under several threads need not be that of their effect."""
        with self._lock:
            return tuple(self._seen)

    @property
    def fired(self) -> tuple[FiredFault, ...]:
        """Those of them that went wrong."""
        with self._lock:
            return tuple(self._fired)

    @property
    def armed(self) -> tuple[Fault, ...]:
        """What was added and not cleared."""
        with self._lock:
            return tuple(rule.fault for rule in self._rules)

    @property
    def preset(self) -> Hostile | None:
        """The hostile preset while there is one; its text says how to ask for the same again."""
        return self._preset

    def announce(self) -> None:
        """Say how to have the same faults again, if a preset draws them."""
        if self._preset is not None:
            _log.warning("the sandbox's faults: %s", self._preset)

    def strike(self, call: Call) -> Struck:
        """Count a call, and decide what it meets."""
        request = _digest(call)
        resource = asked_resource_of(call)
        with self._lock:
            seen = self._counted(call, resource)
            hits = [rule.fault for rule in self._rules if rule.strikes(seen, request)]
            if hits:
                return Struck(seen, hits[0], self._era)
            nth = self._occurrences[call.service, call.action]
            drawn = self._preset.fault(seen, nth) if self._preset is not None else None
            return Struck(seen, drawn, self._era, hostile=drawn is not None)

    def outlived(self, struck: Struck) -> bool:
        """Whether the account that a call was meant for is gone: a delayed one must not reach the next."""
        return struck.era != self._era

    def end_era(self) -> None:
        """The account is about to be gone."""
        with self._lock:
            self._era += 1

    def note(self, struck: Struck) -> None:
        """Remember a fault that really happened."""
        if struck.fault is None:
            return
        call = struck.call
        fired = FiredFault(
            number=call.number,
            service=call.service,
            action=call.action,
            resource=call.resource,
            kind=struck.fault.kind.value,
            after_effect=struck.fault.takes_effect,
            hostile=struck.hostile,
        )
        with self._lock:
            self._fired.append(fired)
        _log.info("%s at call %d, %s of %s", fired.kind, fired.number, fired.action, fired.resource or "nothing")

    def _counted(self, call: Call, resource: str) -> SeenCall:
        self._occurrences[call.service, call.action] += 1
        self._occurrences[call.service, call.action, resource] += 1
        seen = SeenCall(
            number=len(self._seen) + 1,
            service=call.service,
            action=call.action,
            resource=resource,
            mutating=is_mutating(call.service, call.action),
            occurrence=self._occurrences[call.service, call.action, resource],
        )
        self._seen.append(seen)
        return seen

    def _forget_calls(self) -> None:
        self._seen.clear()
        self._fired.clear()
        self._occurrences.clear()
        for rule in self._rules:
            rule.counted = 0
            rule.struck.clear()


def _check_names(fault: Fault) -> None:
    """A fault for an action that cannot come would pass for a test that found nothing."""
    if fault.action is not None and not model.has_operation(fault.service, fault.action):
        raise ValueError(f"{fault.service or 'no served service'} has no operation {fault.action!r}")


def _digest(call: Call) -> bytes:
    """What tells a repeated request from another one, whatever its date and signature."""
    digest = hashlib.blake2b(digest_size=16)
    for part in (call.service, call.environ["REQUEST_METHOD"], call.environ.get("RAW_URI", "")):
        digest.update(part.encode() + b"\0")
    digest.update(call.body)
    return digest.digest()
