"""Acting on a binding's decision: at most one GET and one PATCH per stage while the presented one is ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from apigw_client_cert import errors
from apigw_client_cert.clock import format_instant, parse_instant
from apigw_client_cert.gateway.interface import Redeploy, StageKind, StageRef
from apigw_client_cert.lifecycle.inputs import ACM_ARN, known
from apigw_client_cert.lifecycle.ownership import ROTATION_ID, facts_of
from apigw_client_cert.lifecycle.state import STATE_VERSION, undamaged, without_none
from apigw_client_cert.rotation.binding import (
    BindingDecision,
    BindingPolicy,
    Move,
    Presented,
    Presents,
    Publication,
    Refusal,
    decide_binding,
)
from apigw_client_cert.rotation.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from apigw_client_cert.gateway.interface import Gateway

OUTPUTS = (
    "accountId",
    "presentedClientCertificateId",
    "presentedSince",
    "setClientCertificateId",
    "stateVersion",
    "waitingFor",
    "waitingUntil",
)


@undamaged()
def stage_of(props: Mapping[str, Any]) -> StageRef:
    """The stage that the properties name."""
    return StageRef(str(props["apiId"]), str(props["stageName"]), StageKind(props.get("apiKind") or "REST"))


def ours(gateway: Gateway, props: Mapping[str, Any], presented: str) -> bool:
    """Whether this binding's rotation put the certificate there: by the certificate's own tag, else by state.

    The tag first: where a switch took effect and its answer was lost, state names the one before; and what another
    rotation adopted since is that one's, though this binding set it once (invariant 9). State speaks for what carries
    no tag any more.
    """
    if ACM_ARN.fullmatch(presented):
        return False
    found = gateway.get(presented)
    owner = None if found is None else found.tags.get(ROTATION_ID)
    if owner is not None and props.get("rotationId"):
        return bool(owner == props["rotationId"])
    return presented == props.get("setClientCertificateId") or presented in _known_generations(props)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSwitch:
    """One create or update of one binding."""

    gateway: Gateway
    olds: Mapping[str, Any]
    news: Mapping[str, Any]
    now: datetime
    say: Callable[[str], None]

    def perform(self) -> dict[str, Any]:
        """Look at the stage, decide, act; returns the complete state.

        Raises ``StageTaken`` and ``NotPublished`` with nothing changed, and whatever the PATCH raises.
        """
        stage, desired = stage_of(self.news), str(self.news["clientCertificateId"])
        presented = self._look(stage, desired)
        decision = decide_binding(
            desired=desired,
            presented=presented,
            publication=self._publication(desired),
            policy=_policy(self.news),
            take_over=bool(self.news.get("takeOver")),
            now=self.now,
        )
        match decision.move:
            case Move.KEEP:
                return self._state(presented=desired, set_id=desired)
            case Move.BIND:
                if decision.hurried:
                    self.say(
                        f"stage {stage} moves to {desired} before its lead has passed: {presented.id} expires soon"
                    )
                self.gateway.bind(stage, desired, Redeploy(self.news.get("redeploy") or "never"))
                return self._state(presented=desired, set_id=desired)
            case Move.WAIT:
                until = self._say_wait(stage, desired, presented, decision)
                set_id = self.olds.get("setClientCertificateId")
                return self._state(presented=presented.id, set_id=set_id, waiting_until=until)
            case Move.REFUSE:
                raise _refusal(decision.refusal or Refusal.FOREIGN, stage, presented, desired)

    def _say_wait(self, stage: StageRef, desired: str, presented: Presented, decision: BindingDecision) -> str:
        until = format_instant(decision.until or self.now)
        self.say(f"stage {stage} keeps {presented.id} until {until}: backends have not trusted {desired} long enough")
        return until

    def _look(self, stage: StageRef, desired: str) -> Presented:
        presented = self.gateway.presented(stage)
        if presented is None:
            return Presented(kind=Presents.NOTHING)
        if presented == desired:
            return Presented(kind=Presents.OURS, id=presented)
        if ACM_ARN.fullmatch(presented):
            return Presented(kind=Presents.ACM, id=presented)
        generation = _known_generations(self.news).get(presented)
        if generation is not None:
            not_after = parse_instant(generation["expirationDate"])
            return Presented(kind=Presents.OURS, id=presented, not_after=not_after, sha256=generation.get("sha256"))
        return self._identify(presented)

    def _identify(self, presented: str) -> Presented:
        found = self.gateway.get(presented)
        if found is None:
            return Presented(kind=Presents.GONE, id=presented)
        rotation_id = found.tags.get(ROTATION_ID)
        if presented == self.olds.get("setClientCertificateId") or rotation_id == self.news.get("rotationId", ""):
            kind = Presents.OURS
        else:
            kind = Presents.FOREIGN if rotation_id is None else Presents.OTHER_ROTATION
        facts = facts_of(found)
        not_after = min(facts.not_after, found.expiration_date)
        return Presented(kind=kind, id=presented, not_after=not_after, sha256=facts.sha256)

    @undamaged()
    def _publication(self, desired: str) -> Publication:
        generation = _known_generations(self.news).get(desired, {})
        published = known(self.news, "publishedSince")
        if published is None:
            since = generation.get("pendingSince")
            return Publication(since=None if since is None else parse_instant(since))
        since = published.get(generation.get("sha256"))
        return Publication(since=None if since is None else parse_instant(since), trusted=set(published))

    def _state(self, *, presented: str | None, set_id: str | None, waiting_until: str | None = None) -> dict[str, Any]:
        unchanged = presented is not None and presented == self.olds.get("presentedClientCertificateId")
        since = self.olds.get("presentedSince") if unchanged else format_instant(self.now)
        return without_none(
            {
                **{key: value for key, value in self.news.items() if key not in OUTPUTS and not key.startswith("__")},
                "region": self.gateway.region,
                "accountId": self.olds.get("accountId") or self.gateway.account_id(),
                "presentedClientCertificateId": presented,
                "presentedSince": since if presented else None,
                "setClientCertificateId": set_id,
                "waitingFor": self.news["clientCertificateId"] if waiting_until else None,
                "waitingUntil": waiting_until,
                "stateVersion": STATE_VERSION,
            }
        )


def _policy(props: Mapping[str, Any]) -> BindingPolicy:
    names = {"publishLead": "publish_lead", "activateBy": "activate_by"}
    return BindingPolicy(**{name: parse_duration(props[key]) for key, name in names.items() if props.get(key)})


@undamaged()
def _known_generations(props: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {one["id"]: one for one in known(props, "generations") or ()}


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
        "Stage {stage} presents the ACM certificate {presented}",
        "The stage keeps it; nothing was changed. ACM renews it without us.",
        "Leave the stage to ACM and remove this binding, or set take_over=True to replace it.",
    ),
    Refusal.NOT_PUBLISHED: _Wording(
        errors.NotPublished,
        "Stage {stage} must leave {presented}, which expires soon, but {desired} is not in the trust bundle",
        "The stage keeps it; nothing was changed.",
        "Find out why the bundle's last update failed, mend it, and run again before the expiry.",
    ),
}


def _refusal(refusal: Refusal, stage: StageRef, presented: Presented, desired: str) -> errors.RotationError:
    wording = _WORDING[refusal]
    facts = {"stage": stage, "presented": presented.id, "desired": desired}
    return wording.kind(
        wording.what.format(**facts),
        means=wording.means,
        remedy=wording.remedy.format(**facts),
        subject=str(stage),
    )
