"""What was seen and what was done: plain values to derive faults from, and to replay them."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCall:
    """One recognised call, before anything was done about it.

    ``number`` counts all calls since ``arm``, from 1; ``occurrence`` those of the same service, action and resource.
    ``resource`` is what the request names, "" for a call that makes something new with an id of AWS's choice.
    """

    number: int
    service: str
    action: str
    resource: str
    mutating: bool
    occurrence: int

    def to_json(self) -> dict[str, object]:
        """All fields."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class FiredFault:
    """One call that went wrong: ``number`` and the names are its ``SeenCall``'s, ``kind`` is a ``FaultKind``'s value.

    ``after_effect``: whether it took effect. ``hostile``: whether the preset drew it.
    """

    number: int
    service: str
    action: str
    resource: str
    kind: str
    after_effect: bool
    hostile: bool

    def to_json(self) -> dict[str, object]:
        """All fields."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What a callback is told: the call, whether it has taken effect, and the two ends of the caller's connection."""

    call: SeenCall
    after_effect: bool
    caller_port: int
    server_port: int
