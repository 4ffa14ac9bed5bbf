"""What can go wrong with a call, and which calls a fault is meant for."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from apigw_sandbox.faults.records import Moment, SeenCall

MOST_CHANGES_BEHIND = 10
"""How many changes a stale read may lag: so many earlier states are kept."""


class FaultKind(enum.Enum):
    """What the caller meets. Where a service words it in its own way (SSM, S3 …), ``answers.py`` does.

    ======================  ==============================================================  ==================
    kind                    what happens                                                    ``seconds``
    ======================  ==============================================================  ==================
    ``throttle``            refused: 429, ``Retry-After``; the call has no effect           1: what it asks for
    ``conflict``            refused: 409 of a concurrent modification; no effect
    ``access-denied``       refused: 403; no effect
    ``server-error``        answered with 5xx; no effect, or with ``after_effect`` its own
    ``reset``               the connection is reset (RST) before the call has an effect
    ``lost-answer``         the call takes effect, the connection is closed without answer
    ``timeout``             no answer while the caller waits; the call takes effect, or     60: then the
                            not with ``after_effect=False``                                 connection closes
    ``stale``               a read of API Gateway answers as the account was some changes   how old the last
                            ago (``earlier.py``)                                            change may be
    ``slow``                the answer comes late; with ``after_effect=False`` the effect   0.2: how late
                            too, so that calls which arrived later overtake it
    ``call-back``           a function of the test runs after the effect, before the
                            answer, or with ``after_effect=False`` before both
    ======================  ==============================================================  ==================
    """

    THROTTLE = "throttle"
    CONFLICT = "conflict"
    ACCESS_DENIED = "access-denied"
    SERVER_ERROR = "server-error"
    RESET = "reset"
    LOST_ANSWER = "lost-answer"
    TIMEOUT = "timeout"
    STALE = "stale"
    SLOW = "slow"
    CALL_BACK = "call-back"


@dataclass(frozen=True, slots=True)
class _Trait:
    """``effect``: the possible values of ``after_effect``, the default first; ``seconds``: None where unused."""

    effect: tuple[bool, ...]
    seconds: float | None = None


_TRAITS = {
    FaultKind.THROTTLE: _Trait((False,), 1.0),
    FaultKind.CONFLICT: _Trait((False,)),
    FaultKind.ACCESS_DENIED: _Trait((False,)),
    FaultKind.SERVER_ERROR: _Trait((False, True)),
    FaultKind.RESET: _Trait((False,)),
    FaultKind.LOST_ANSWER: _Trait((True,)),
    FaultKind.TIMEOUT: _Trait((True, False), 60.0),
    FaultKind.STALE: _Trait((True,), float("inf")),
    FaultKind.SLOW: _Trait((True, False), 0.2),
    FaultKind.CALL_BACK: _Trait((True, False)),
}

_WITH_CALLBACK = frozenset(
    {
        FaultKind.CALL_BACK,
        FaultKind.THROTTLE,
        FaultKind.CONFLICT,
        FaultKind.ACCESS_DENIED,
        FaultKind.SERVER_ERROR,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong, and the calls that it is meant for: those that everything given fits.

    Args:
        kind: What goes wrong.
        service: As boto3 names it: ``apigateway``, ``apigatewayv2``, ``ssm``, ``s3``, ``secretsmanager``, ``sts``.
        action: AWS's name; ``*`` and ``?`` as in a shell.
        resource: As in the journal, with ``*`` and ``?``: a certificate id, ``api/stage``, a parameter's name.
            It is what the request names: a call that makes something new with an id of AWS's choice has "".
        mutating: Only calls that change something, or only reads.
        calls: Which of the fitting calls, counted from 1 since ``arm`` or since the fault was added; None for all.
            With nothing else given it is the number of the call.
        repeats: Once it struck, it also strikes every later request with the same method, path, query and body.
        after_effect: Whether the call takes effect first; only some kinds leave a choice.
        seconds: See ``FaultKind``. A throttle's are whole; a client that is asked for more than its patience, such as
            900, gives up at once.
        behind: How many changes ago a stale read looks.
        callback: What ``call-back`` calls, in the server's thread and without any lock. Its result is ignored. When
            it raises ``HangUpError``, the caller gets no answer, and a call that has not taken effect will not.
            A refusal (``throttle``, ``conflict``, ``access-denied``, ``server-error``) may have one too, which runs
            before the caller hears of it: what somebody else does until the call comes again.

    Raises:
        ValueError: what does not go together.
    """

    kind: FaultKind
    service: str | None = None
    action: str | None = None
    resource: str | None = None
    mutating: bool | None = None
    calls: tuple[int, ...] | range | None = None
    repeats: bool = False
    after_effect: bool | None = None
    seconds: float | None = None
    behind: int = 1
    callback: Callable[[Moment], object] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Refuse what no fault can be."""
        trait = _TRAITS[self.kind]
        name = self.kind.value
        if self.after_effect is not None and self.after_effect not in trait.effect:
            raise ValueError(f"{name} always strikes {'after' if trait.effect[0] else 'before'} the effect")
        if self.seconds is not None and (trait.seconds is None or not self.seconds >= 0):
            raise ValueError(f"{name} {'takes no seconds' if trait.seconds is None else 'needs seconds of 0 or more'}")
        if self.calls is not None and (not self.calls or min(self.calls) < 1):
            raise ValueError(f"calls are counted from 1, not {self.calls}")
        if not 1 <= self.behind <= MOST_CHANGES_BEHIND or (self.behind > 1 and self.kind is not FaultKind.STALE):
            raise ValueError(f"behind is for stale reads, from 1 to {MOST_CHANGES_BEHIND}, not {self.behind}")
        if self.callback is None and self.kind is FaultKind.CALL_BACK:
            raise ValueError("a call-back needs a callback")
        if self.callback is not None and self.kind not in _WITH_CALLBACK:
            raise ValueError(f"{name} takes no callback")

    @property
    def takes_effect(self) -> bool:
        """Whether the call has taken effect when this strikes."""
        return _TRAITS[self.kind].effect[0] if self.after_effect is None else self.after_effect

    @property
    def delay(self) -> float:
        """``seconds``, or the kind's own; 0 where it has none."""
        return (_TRAITS[self.kind].seconds or 0.0) if self.seconds is None else self.seconds

    def fits(self, call: SeenCall) -> bool:
        """Whether the call is one of those that ``calls`` counts."""
        return (
            self.service in (None, call.service)
            and self.mutating in (None, call.mutating)
            and (self.action is None or fnmatchcase(call.action, self.action))
            and (self.resource is None or fnmatchcase(call.resource, self.resource))
        )

    def to_json(self) -> dict[str, object]:
        """The fields that differ from their defaults, as JSON values; a callback is left out."""
        given = {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name) != one.default}
        given.pop("callback", None)
        return {**given, "kind": self.kind.value, **({"calls": list(self.calls)} if self.calls else {})}


_KINDS: dict[str, type | tuple[type, ...]] = {
    "kind": str,
    "service": str,
    "action": str,
    "resource": str,
    "mutating": bool,
    "calls": list,
    "repeats": bool,
    "after_effect": bool,
    "seconds": (int, float),
    "behind": int,
}


def fault_from_json(given: Mapping[str, Any]) -> Fault:
    """The fault of ``Fault.to_json``; raises ``ValueError`` for what is none, and for a call-back."""
    for name, value in given.items():
        if name not in _KINDS:
            raise ValueError(f"a fault has no {name!r}; there are {', '.join(_KINDS)}")
        if not isinstance(value, _KINDS[name]) or (isinstance(value, bool) and _KINDS[name] is not bool):
            raise ValueError(f"{name} cannot be {value!r}")
    if "kind" not in given:
        raise ValueError(f"kind is missing; there are {', '.join(kind.value for kind in FaultKind)}")
    read = {**given, "kind": FaultKind(given["kind"])}
    if "calls" in given:
        if not all(type(number) is int for number in given["calls"]):
            raise ValueError(f"calls is a list of numbers, not {given['calls']!r}")
        read["calls"] = tuple(given["calls"])
    return Fault(**read)
