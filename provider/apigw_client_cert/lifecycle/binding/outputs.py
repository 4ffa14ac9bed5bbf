"""A binding's state: what was presented, set, waited for and verified, and every input echoed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apigw_client_cert.clock import format_instant, parse_instant
from apigw_client_cert.lifecycle.failed_step import DECLARING, FAILED_STEP
from apigw_client_cert.lifecycle.inputs import known
from apigw_client_cert.lifecycle.state import STATE_VERSION, instant_or_none, text, undamaged
from apigw_client_cert.lifecycle.unset import without_none
from apigw_client_cert.rotation.binding import BindingPolicy
from apigw_client_cert.rotation.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apigw_client_cert.rotation.binding import BindingDecision

# While a switch is not confirmed: what the stage presented before it that is not ours.
TAKEN_OVER = "takenOverClientCertificateId"
# What was refused on live traffic, and taken back.
LAST_REFUSED = "lastRefused"
# Certificate id -> when a target was last seen not to hold it, for what the stage presents or should present.
LACKED_AT = "lackedAt"
OUTPUTS = (
    "accountId",
    "evidence",
    FAILED_STEP,
    "lastConfirmed",
    LACKED_AT,
    LAST_REFUSED,
    "presentedClientCertificateId",
    "presentedSince",
    "setClientCertificateId",
    "stateVersion",
    TAKEN_OVER,
    "verifiedAt",
    "verifiedClientCertificateId",
    "waitingBecause",
    "waitingFor",
    "waitingUntil",
)
# What no update keeps of its inputs.
NOT_ECHOED = frozenset({*OUTPUTS, *DECLARING})
# What a verification left in state: it belongs to what was presented then.
_VERIFIED = ("verifiedAt", "verifiedClientCertificateId", "evidence")
# What a stage waits for, until when and why.
WAIT = ("waitingFor", "waitingUntil", "waitingBecause")
# All that belongs to what is presented.
_OF_WHAT_IS_PRESENTED = ("presentedClientCertificateId", "presentedSince", *WAIT, *_VERIFIED)


def binding_outputs(
    olds: Mapping[str, Any], news: Mapping[str, Any], presented: str | None, now: datetime, told: Mapping[str, Any]
) -> dict[str, Any]:
    """The complete state after a look or a step; ``told`` are the outputs that only the step knows.

    What the stage presented while a run failed is presented since this one, for those who wait until it has soaked.
    """
    before = None if FAILED_STEP in olds else olds.get("presentedClientCertificateId")
    unchanged = presented is not None and presented == before
    since = olds.get("presentedSince") if unchanged else format_instant(now)
    return without_none(
        {
            **{key: value for key, value in news.items() if key not in NOT_ECHOED and not key.startswith("__")},
            "presentedClientCertificateId": presented,
            "presentedSince": since if presented else None,
            **told,
            "stateVersion": STATE_VERSION,
        }
    )


def as_presented(olds: Mapping[str, Any], presented: str | None, now: datetime) -> dict[str, Any]:
    """The state after a look alone: the same, but for what belonged to something else that was presented then."""
    if presented == olds.get("presentedClientCertificateId"):
        return dict(olds)
    since = None if presented is None else format_instant(now)
    seen = {
        "presentedClientCertificateId": presented,
        "presentedSince": since,
        "lastConfirmed": last_confirmed(olds),
        TAKEN_OVER: taken_over(olds, presented),
    }
    return without_none({**{key: value for key, value in olds.items() if key not in _OF_WHAT_IS_PRESENTED}, **seen})


def waiting_outputs(news: Mapping[str, Any], decision: BindingDecision | None, now: datetime) -> dict[str, Any]:
    """Until when and why the stage keeps what it presents; nothing where it waits for nothing."""
    if decision is None:
        return {}
    return {
        "waitingFor": news["clientCertificateId"],
        "waitingUntil": format_instant(decision.until or now),
        "waitingBecause": decision.hold.value if decision.hold else None,
    }


def verified_outputs(
    olds: Mapping[str, Any],
    presented: str | None,
    evidence: Mapping[str, Any] | None,
    now: datetime,
    *,
    asked_for: bool,
) -> dict[str, Any]:
    """What was proven of what is presented, and, apart from that, what was confirmed last, and taken over since.

    What was proven before stays for as long as it is presented; what was confirmed last stays until something else is,
    or nobody asks for it any more; what was taken over is forgotten then.
    """
    verified = _verified(olds, presented, evidence, now)
    proven = verified.get("verifiedClientCertificateId")
    if proven:
        return {**verified, "lastConfirmed": _confirmed(proven, verified.get("verifiedAt"), verified.get("evidence"))}
    if not asked_for:
        return verified
    return {**verified, "lastConfirmed": last_confirmed(olds), TAKEN_OVER: taken_over(olds, presented)}


@undamaged()
def lacked_at(olds: Mapping[str, Any], desired: str) -> datetime | None:
    """When a target was last seen not to hold this certificate, by this binding; None for never."""
    told = (olds.get(LACKED_AT) or {}).get(desired)
    return None if told is None else parse_instant(told)


def lacked_outputs(olds: Mapping[str, Any], desired: str, presented: str | None) -> dict[str, Any]:
    """What a completed update keeps of that: until the stage presents it, or should present something else."""
    told = lacked_at(olds, desired)
    return {LACKED_AT: None if told is None or presented == desired else {desired: format_instant(told)}}


def place_to_go_back_to(olds: Mapping[str, Any]) -> str | None:
    """The certificate that the stage presents again where another one is not confirmed.

    The one that was confirmed last; where none ever was, the one that a completed update left there.
    """
    found = confirmed_last(olds) or olds.get("setClientCertificateId")
    return str(found) if found else None


def confirmed_last(olds: Mapping[str, Any]) -> str | None:
    """The certificate that was confirmed last; None where none ever was, or nobody asks for it any more."""
    last = last_confirmed(olds)
    return None if last is None else str(last["clientCertificateId"])


@undamaged()
def taken_over(state: Mapping[str, Any], presented: str | None) -> str | None:
    """What the stage presented before ``presented`` that this binding did not put there; None where nobody saw it.

    State says what was seen last: an update that ended, or a refresh. Once that is ``presented`` itself, the memory of
    the one before speaks. Another tool that unbinds a stage takes it off whatever it presented.
    """
    before = state.get("presentedClientCertificateId")
    last = last_confirmed(state)
    ours = {*known_generations(state), state.get("setClientCertificateId"), last and last["clientCertificateId"]}
    if before and presented and before not in {presented, *ours}:
        return text(before)
    memory = state.get(TAKEN_OVER)
    return text(memory) if memory and memory != presented else None


def is_open(olds: Mapping[str, Any], desired: str) -> bool:
    """Whether state says that a switch was made which nobody has confirmed: it has to be, where that is asked for.

    A stage that waits is asked only about one of the switches that this binding made.
    """
    presented = olds.get("presentedClientCertificateId")
    if presented is None or olds.get("verifiedClientCertificateId") == presented:
        return False
    if presented == desired:
        return True
    last = last_confirmed(olds)
    left = last["clientCertificateId"] if last else taken_over(olds, presented)
    return left is not None and left != presented and presented in known_generations(olds)


def _verified(
    olds: Mapping[str, Any], presented: str | None, evidence: Mapping[str, Any] | None, now: datetime
) -> dict[str, Any]:
    before = {key: olds.get(key) for key in _VERIFIED}
    same = presented is not None and presented == before["verifiedClientCertificateId"]
    if same and (evidence is None or evidence == before["evidence"]):
        return before
    if not evidence:
        return {}
    return {"verifiedAt": format_instant(now), "verifiedClientCertificateId": presented, "evidence": dict(evidence)}


def _confirmed(certificate_id: str, since: str | None, evidence: Mapping[str, Any] | None) -> dict[str, Any]:
    return without_none({"clientCertificateId": certificate_id, "since": since, "evidence": evidence})


@undamaged()
def last_confirmed(olds: Mapping[str, Any]) -> dict[str, Any] | None:
    """What was confirmed last; a state of an older release says so of what is presented alone."""
    told = olds.get("lastConfirmed")
    if told:
        return _confirmed(text(told["clientCertificateId"]), told.get("since"), told.get("evidence"))
    proven = olds.get("verifiedClientCertificateId")
    return _confirmed(text(proven), olds.get("verifiedAt"), olds.get("evidence")) if proven else None


@undamaged()
def known_generations(props: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The generations among the inputs, by certificate id."""
    return {one["id"]: one for one in known(props, "generations") or ()}


@undamaged()
def trusted_since(props: Mapping[str, Any], certificate_id: str) -> datetime | None:
    """Since when a generation is trusted as far as the inputs tell: from the bundle's date on, else from its issue."""
    generation, published = known_generations(props).get(certificate_id, {}), known(props, "publishedSince")
    since = generation.get("pendingSince") if published is None else published.get(generation.get("sha256"))
    return instant_or_none(since)


def binding_policy(props: Mapping[str, Any]) -> BindingPolicy:
    """The durations that a binding obeys, from its checked inputs; what is unset or unknown yet has the default."""
    names = {"publishLead": "publish_lead", "activateBy": "activate_by"}
    return BindingPolicy(**{name: parse_duration(props[key]) for key, name in names.items() if known(props, key)})
