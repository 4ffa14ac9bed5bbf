"""Why a binding may not move, waits, or moves in spite of a wait: in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apigw_client_cert import errors
from apigw_client_cert.clock import format_instant
from apigw_client_cert.gateway.acm import named
from apigw_client_cert.rotation.binding import Presented, Refusal
from apigw_client_cert.rotation.turn import Hold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apigw_client_cert.gateway.interface import StageRef
    from apigw_client_cert.rotation.binding import BindingDecision


class _Wording(NamedTuple):
    kind: type[errors.RotationError]
    what: str
    means: str
    remedy: str


_WORDING = {
    Refusal.OTHER_ROTATION: _Wording(
        errors.StageTaken,
        "Stage {stage} presents {presented}, a live certificate of another rotation",
        "The stage keeps it; nothing was changed.",
        "If the certificate was renamed or moved in the program, give it (or the component around it) an alias of its"
        " former name. Else two bindings compete for this stage: remove one of them. take_over does not apply here.",
    ),
    Refusal.FOREIGN: _Wording(
        errors.StageTaken,
        "Stage {stage} presents {presented}, a live certificate that this rotation did not make",
        "The stage keeps it; nothing was changed.",
        "Set take_over=True to replace it once backends trust the new one, with also_trust=[its PEM] on the bundle"
        " meanwhile; or adopt it with adopt_client_certificate_id={presented!r}.",
    ),
    Refusal.FOREIGN_UNTRUSTED: _Wording(
        errors.StageTaken,
        "Stage {stage} presents {presented}, and the trust bundle does not hold that certificate",
        "The stage keeps it; nothing was changed. Backends that read the bundle reject the stage until it moves.",
        "Add its PEM to the bundle with also_trust=[its PEM] and run again.",
    ),
    Refusal.ACM: _Wording(
        errors.StageTaken,
        "Stage {stage} presents {named}",
        "The stage keeps it; nothing was changed. ACM renews it without us.",
        "Leave the stage to ACM and remove this binding, or set take_over=True to replace it (docs/acm.md says how).",
    ),
    Refusal.NOT_PUBLISHED: _Wording(
        errors.NotPublished,
        "Stage {stage} must leave {presented}, which expires soon, but {desired} is not in the trust bundle",
        "The stage keeps it; nothing was changed.",
        "Find out why the bundle's last update failed, mend it, and run again before the expiry.",
    ),
}


def refusal_error(refusal: Refusal, stage: StageRef, presented: Presented, desired: str) -> errors.RotationError:
    """The error for a stage that may not move, with the remedy."""
    wording = _WORDING[refusal]
    facts = {"stage": stage, "presented": presented.id, "named": named(presented.id), "desired": desired}
    return wording.kind(
        wording.what.format(**facts),
        means=wording.means,
        remedy=wording.remedy.format(**facts),
        subject=str(stage),
    )


def waiting(
    stage: StageRef, desired: str, presented: Presented, decision: BindingDecision, held_by: Sequence[str]
) -> str:
    """Until when a stage keeps what it presents, and why."""
    hold = decision.hold or Hold.LEAD
    until = "" if decision.until is None else f" until {format_instant(decision.until)}"
    slow = errors.listed(map(errors.shown, held_by))
    why = {
        Hold.WAVE: f"the wave before has not moved, been verified and soaked ({slow})",
        Hold.WINDOW: "its maintenance windows are closed; let a scheduled run fall into one",
    }.get(hold, f"backends have not trusted {desired} long enough")
    at_most = " at most" if hold is Hold.WAVE else ""
    return f"stage {stage} keeps {named(presented.id)}{until}{at_most}: {why}"


def overruled(stage: StageRef, desired: str, presented: Presented, holds: Sequence[Hold]) -> str:
    """What a stage did not wait for, because what it presents expires soon."""
    words = {
        Hold.LEAD: "before its lead has passed",
        Hold.WAVE: "before the wave before it has moved and soaked",
        Hold.WINDOW: "outside of its maintenance windows",
    }
    return (
        f"stage {stage} moves to {desired} {' and '.join(words[hold] for hold in holds)}: {presented.id} expires soon"
    )
