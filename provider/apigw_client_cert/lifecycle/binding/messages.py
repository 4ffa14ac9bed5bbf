"""Why a binding may not move, waits, or moves in spite of a wait: in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apigw_client_cert import errors
from apigw_client_cert.clock import format_instant
from apigw_client_cert.gateway.acm import is_acm, named
from apigw_client_cert.rotation.binding import Refusal
from apigw_client_cert.rotation.waves import Hold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apigw_client_cert.gateway.interface import StageRef
    from apigw_client_cert.lifecycle.binding.look import Held
    from apigw_client_cert.rotation.binding import BindingDecision, Presented


class _Wording(NamedTuple):
    kind: type[errors.RotationError]
    what: str
    means: str
    remedy: str


_WORDING = {
    Refusal.OTHER_ROTATION: _Wording(
        errors.StageTaken,
        "Stage {stage} presents {presented}, a live certificate of another rotation",
        "The stage was left as it is.",
        "One of these applies. (1) "
        "If the certificate was renamed or moved in the program, give it (or the component around it) an alias of its"
        " former name. (2) If two bindings compete for this stage, remove one of them. (3) To hand the stage over from"
        " one rotation to the other, publish both certificates with one TrustBundle(certificates=[a, b]) first, and set"
        " take_over=True (on the component or the binding). (4) If the other rotation's state is lost, remove the tag"
        " apigw-client-cert:rotation-id from that certificate (aws apigateway untag-resource): it is nobody's then, and"
        " take_over=True with also_trust=[its PEM] replaces it.",
    ),
    Refusal.FOREIGN: _Wording(
        errors.StageTaken,
        "Stage {stage} presents {presented}, a live certificate that this rotation did not make",
        "The stage was left as it is.",
        "Set take_over=True to replace it once backends trust the new one, with also_trust=[its PEM] on the bundle"
        " meanwhile; or, where this rotation adopts no other one, adopt it with"
        " adopt_client_certificate_id={presented!r}.",
    ),
    Refusal.FOREIGN_UNTRUSTED: _Wording(
        errors.StageTaken,
        "Stage {stage} presents {presented}, and the trust bundle does not hold that certificate",
        "The stage was left as it is. Backends that read the bundle reject the stage until it moves.",
        "Add its PEM to the bundle with also_trust=[its PEM] and run again.",
    ),
    Refusal.ACM: _Wording(
        errors.StageTaken,
        "Stage {stage} presents {named}",
        "The stage was left as it is. ACM renews it without us.",
        "Leave the stage to ACM and remove this binding, or set take_over=True to replace it"
        f" ({errors.page('acm')} says how).",
    ),
    Refusal.NOT_PUBLISHED: _Wording(
        errors.NotPublished,
        "Stage {stage} must leave {presented}, which expires soon, but {desired} is not in the trust bundle",
        "The stage was left as it is.",
        "Find out why the bundle's last update failed, or whether ignore_changes keeps this binding's"
        " publishedSince as it was; mend it, and run again before the expiry.",
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


_REPAIR = (
    "Run pulumi up --refresh where the bundle is declared, which writes it again; a stage that waits for its lead then"
    f" waits anew. Where this stack cannot see the target: {errors.page('resources#the-look-at-the-targets')}."
)


def not_held(stage: StageRef, presented: Presented, desired: str, held: Held) -> errors.NotPublished:
    """The error for a stage that stays, because the targets do not hold what it presents or should present."""
    lost = errors.joined(held.lacking_presented)
    if lost:
        stays = f"The stage keeps {named(presented.id)}, which {lost} does not hold: it is refused there."
    else:
        # No target holds a certificate of ACM's: backends trust its authority.
        stays = (
            f"The stage keeps {named(presented.id)}{'' if is_acm(presented.id or '') else ', which the targets hold'}."
        )
    if presented.id == desired:
        what = f"Stage {stage} presents {desired}, and {lost} does not hold that certificate"
        stays = "Backends that read it refuse the stage's requests; the stage was left as it is."
    elif held.lacking_desired:
        what = f"Stage {stage} should present {desired}, but {errors.joined(held.lacking_desired)} does not hold it"
    elif held.lacking_presented:
        what = f"Stage {stage} waits for {desired}, and presents what {lost} does not hold"
    else:
        what = f"Stage {stage} should present {desired}, which is not published, and a target cannot be read"
        stays = f"The stage keeps {named(presented.id)}, which is. {held.unread}"
    return errors.NotPublished(what, means=stays, remedy=_REPAIR, subject=str(stage))


def not_handed_on(stage: StageRef, presented: Presented) -> errors.NotPublished:
    """The error for a stage that stays on what the program's own resources do not publish."""
    return errors.NotPublished(
        f"Stage {stage} presents {named(presented.id)}, which what publish= returned does not hold, or was not given",
        means="Backends that read it may refuse the stage's requests; the stage was left as it is.",
        remedy="Add its PEM to also_trust, or see why those resources did not run. Then run again.",
        subject=str(stage),
    )


def bound_unheld(stage: StageRef, desired: str, held: Held) -> errors.NotPublished:
    """The error after a stage that presented nothing alive was bound to what the targets do not hold."""
    lost = errors.joined(held.lacking_desired)
    return errors.NotPublished(
        f"Stage {stage} presents {desired} now, and {lost} does not hold that certificate",
        means="It presented nothing that lives, so it was bound all the same; backends that read the target refuse it.",
        remedy=_REPAIR,
        subject=str(stage),
    )


def rolled_back_unheld(stage: StageRef, desired: str, presented: Presented, held: Held) -> errors.NotPublished:
    """The error after a rollback that lost nothing, with a target that does not hold what it led to, or is not seen."""
    lost = errors.joined(held.lacking_desired)
    if lost:
        what, remedy = f", and {lost} does not hold that certificate", _REPAIR
        means = f"It does not hold {presented.id} either; backends that read it refuse the stage's requests."
    else:
        what, remedy = ", although what a target holds could not be seen", _REPAIR
        means = "Of such a target it counts how it was left, and nothing says that the stage lost a backend there."
    if held.unread is not None:
        means, remedy = f"{means} {held.unread.what}.", held.unread.remedy
    return errors.NotPublished(
        f"Stage {stage} was rolled back from {presented.id} to {desired}{what}",
        means=means,
        remedy=remedy,
        subject=str(stage),
    )


def losing(stage: StageRef, desired: str, presented: Presented, held: Held) -> str:
    """Why a stage moves at once, whatever it would have waited for."""
    lost = errors.joined(held.lacking_presented)
    return (
        f"stage {stage} moves to {desired} at once: {lost} does not hold {presented.id}, and the stage is losing"
        " traffic already"
    )


def waiting(
    stage: StageRef, desired: str, presented: Presented, decision: BindingDecision, held_by: Sequence[str]
) -> str:
    """Until when a stage keeps what it presents, and why."""
    hold = decision.hold or Hold.LEAD
    until = "" if decision.until is None else f" until {format_instant(decision.until)}"
    slow = errors.joined(map(errors.safe_repr, held_by))
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
