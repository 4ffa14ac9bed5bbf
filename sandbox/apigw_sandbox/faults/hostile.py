"""The hostile preset: a small share of all calls goes wrong, by a seed."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apigw_sandbox.faults import answers
from apigw_sandbox.faults.kinds import Fault, FaultKind

if TYPE_CHECKING:
    from apigw_sandbox.faults.records import SeenCall

SHARE = 0.05
SEEDS = 2**32

# A stale answer only soon after a change, and no wait that a test would feel.
# UNVERIFIED: how long API Gateway lags; AWS says "eventually consistent" and gives no number
# (docs/aws.md §3.4).
_ON_READS = (
    Fault(kind=FaultKind.THROTTLE),
    Fault(kind=FaultKind.SERVER_ERROR),
    Fault(kind=FaultKind.RESET),
    Fault(kind=FaultKind.LOST_ANSWER),
    Fault(kind=FaultKind.TIMEOUT, seconds=0.5),
    Fault(kind=FaultKind.STALE, seconds=60),
    Fault(kind=FaultKind.SLOW),
)
_ON_CHANGES = (
    Fault(kind=FaultKind.THROTTLE),
    Fault(kind=FaultKind.CONFLICT),
    Fault(kind=FaultKind.SERVER_ERROR),
    Fault(kind=FaultKind.SERVER_ERROR, after_effect=True),
    Fault(kind=FaultKind.RESET),
    Fault(kind=FaultKind.LOST_ANSWER),
    Fault(kind=FaultKind.TIMEOUT, seconds=0.5),
    Fault(kind=FaultKind.TIMEOUT, seconds=0.5, after_effect=False),
    Fault(kind=FaultKind.SLOW),
    Fault(kind=FaultKind.SLOW, after_effect=False),
)
KINDS = frozenset(fault.kind for fault in (*_ON_READS, *_ON_CHANGES))
"""What the preset draws from; never ``access-denied``, which no run survives, and no callbacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    """The preset. A draw depends on the seed, the service, the action and how often it was called since ``arm``.

    So the same sequence of calls meets the same faults in every sandbox, whatever ids it draws, and a call more of
    one action moves no fault of another.

    Args:
        seed: From 0 to 2³²-1.
        share: Of all calls, from 0 to 1; of each action's calls in the long run.
        kinds: What to draw from; some of ``KINDS``.

    Raises:
        ValueError: out of these ranges.
    """

    seed: int
    share: float = SHARE
    kinds: frozenset[FaultKind] = KINDS

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if not 0 <= self.seed < SEEDS:
            raise ValueError(f"a seed is from 0 to {SEEDS - 1}, not {self.seed}")
        if not 0 <= self.share <= 1:
            raise ValueError(f"a share is from 0 to 1, not {self.share}")
        if not self.kinds or not self.kinds <= KINDS:
            raise ValueError(f"the preset draws from {', '.join(sorted(kind.value for kind in KINDS))}")

    def fault(self, call: SeenCall, nth: int) -> Fault | None:
        """What this call meets, the ``nth`` of its service and action, or None."""
        about = f"{self.seed}:{call.service}:{call.action}:{nth}"
        if _drawn(f"{about}:share") >= self.share:
            return None
        choices = [
            fault
            for fault in (_ON_CHANGES if call.mutating else _ON_READS)
            if fault.kind in self.kinds and answers.can_happen(fault, call)
        ]
        return choices[int(_drawn(f"{about}:kind") * len(choices))] if choices else None

    def to_json(self) -> dict[str, object]:
        """All fields; the kinds by their values."""
        return {"seed": self.seed, "share": self.share, "kinds": sorted(kind.value for kind in self.kinds)}

    def __str__(self) -> str:
        """How to ask for the same again."""
        names = ", ".join(str(kind) for kind in FaultKind if kind in self.kinds)
        return f"hostile(seed={self.seed}, share={self.share}{'' if self.kinds == KINDS else f', kinds={{{names}}}'})"


def new_seed() -> int:
    """A seed that nobody chose."""
    return secrets.randbelow(SEEDS)


def _drawn(text: str) -> float:
    """A number in [0, 1)."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") / 2**64
