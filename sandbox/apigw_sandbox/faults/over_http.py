"""Faults of a sandbox in another process: the verbs and the view of ``/_sandbox/``, and who speaks them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apigw_sandbox.faults.hostile import KINDS, SHARE, Hostile
from apigw_sandbox.faults.kinds import Fault, FaultKind, fault_from_json
from apigw_sandbox.faults.records import FiredFault, SeenCall

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from apigw_sandbox.faults.plan import Faults


def view(faults: Faults) -> dict[str, object]:
    """Everything that can be read."""
    preset = faults.preset
    return {
        "calls": faults.calls,
        "seen": [call.to_json() for call in faults.seen],
        "fired": [fired.to_json() for fired in faults.fired],
        "armed": [fault.to_json() for fault in faults.armed],
        "hostile": preset.to_json() if preset is not None else None,
    }


def _add(faults: Faults, arguments: Mapping[str, Any]) -> object:
    faults.add(fault_from_json(arguments))
    return {}


def _hostile(faults: Faults, arguments: Mapping[str, Any]) -> object:
    given = _checked(arguments, {"seed": int, "share": (int, float), "kinds": list})
    if "kinds" in given:
        given["kinds"] = [FaultKind(kind) for kind in given["kinds"]]
    return faults.hostile(**given).to_json()


def _clear(faults: Faults, arguments: Mapping[str, Any]) -> object:
    _checked(arguments, {})
    faults.clear()
    return {}


def _arm(faults: Faults, arguments: Mapping[str, Any]) -> object:
    _checked(arguments, {})
    faults.arm()
    return {}


VERBS: dict[str, Callable[[Faults, Mapping[str, Any]], object]] = {
    "add-fault": _add,
    "hostile": _hostile,
    "clear-faults": _clear,
    "arm-faults": _arm,
}


def _checked(arguments: Mapping[str, Any], kinds: Mapping[str, type | tuple[type, ...]]) -> dict[str, Any]:
    for name, value in arguments.items():
        if name not in kinds or not isinstance(value, kinds[name]) or isinstance(value, bool):
            raise ValueError(f"{name} cannot be {value!r}; there are {', '.join(kinds) or 'no arguments'}")
    return dict(arguments)


class RemoteFaults:
    """``Faults`` from outside: the same names, without callbacks; every method raises ``ValueError`` when refused."""

    def __init__(self, look: Callable[[], Mapping[str, Any]], do: Callable[..., object]) -> None:
        self._look = look
        self._do = do

    def add(self, *faults: Fault) -> None:
        """More faults, one after another."""
        for fault in faults:
            if fault.callback is not None:
                raise ValueError("a callback cannot be sent to another process")
            self._do("add-fault", **fault.to_json())

    def hostile(self, seed: int | None = None, share: float = SHARE, kinds: Collection[FaultKind] = KINDS) -> Hostile:
        """The preset, from now on; the sandbox logs its seed too."""
        names = sorted(kind.value for kind in kinds)
        self._do("hostile", share=share, kinds=names, **({} if seed is None else {"seed": seed}))
        preset = self.preset
        if preset is None:
            raise ValueError("somebody cleared the faults meanwhile")
        return preset

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._do("clear-faults")

    def arm(self) -> None:
        """Count anew."""
        self._do("arm-faults")

    @property
    def calls(self) -> int:
        """How many recognised calls came since ``arm``."""
        return int(self._look()["calls"])

    @property
    def seen(self) -> tuple[SeenCall, ...]:
        """These calls."""
        return tuple(SeenCall(**call) for call in self._look()["seen"])

    @property
    def fired(self) -> tuple[FiredFault, ...]:
        """Those of them that went wrong."""
        return tuple(FiredFault(**fired) for fired in self._look()["fired"])

    @property
    def armed(self) -> tuple[Fault, ...]:
        """What was added and not cleared; call-backs are left out."""
        found = self._look()["armed"]
        return tuple(fault_from_json(fault) for fault in found if fault["kind"] != FaultKind.CALL_BACK.value)

    @property
    def preset(self) -> Hostile | None:
        """The hostile preset while there is one."""
        found = self._look()["hostile"]
        if found is None:
            return None
        return Hostile(**{**found, "kinds": frozenset(FaultKind(kind) for kind in found["kinds"])})
