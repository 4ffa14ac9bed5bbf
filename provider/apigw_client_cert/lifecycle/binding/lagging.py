"""A binding whose inputs do not follow its certificate: seen in each run, and red in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.gateway.acm import named
from apigw_client_cert.lifecycle.binding.look import PUBLISHED_TO
from apigw_client_cert.lifecycle.binding.outputs import binding_policy, known_generations
from apigw_client_cert.lifecycle.inputs import has_unknown, known
from apigw_client_cert.lifecycle.state import instant_or_none, undamaged
from apigw_client_cert.rotation.lag import Lag, Told, lag_of, unpublished
from apigw_client_cert.rotation.messages import minute
from apigw_client_cert.rotation.model import Role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from apigw_client_cert.gateway.interface import StageRef

_IGNORED = (
    'Take ignore_changes of "clientCertificateId", "generations", "publishedSince" or "*" off this binding, and out'
    " of a transform that adds it everywhere: it belongs on aws.apigateway.Stage alone"
    f" ({errors.page('resources#stages-that-pulumi-or-terraform-manages')})"
)


def lag(stage: StageRef, news: Mapping[str, Any], now: datetime) -> str | None:
    """What is wrong with what the inputs tell, in words; None where nothing is, or where it is not known at preview."""
    if has_unknown({key: news.get(key) for key in ("clientCertificateId", "generations", "activateBy")}):
        return None
    told, desired = _told(news), str(news["clientCertificateId"])
    match lag_of(desired, told, binding_policy(news).activate_by, now):
        case Lag.NOT_ACTIVE:
            active = next(one.id for one in told if one.active)
            return f"stage {stage} is told to present {desired}{_until(desired, told)}, but {active} is the active one"
        case Lag.NO_SUCCESSOR:
            return f"stage {stage} is told to present {desired}{_until(desired, told)}, and of no successor"
        case _:
            return _unpublished(stage, desired, told, news, now)


def _unpublished(
    stage: StageRef, desired: str, told: Sequence[Told], news: Mapping[str, Any], now: datetime
) -> str | None:
    """What other resources publish may have no date yet, and what is not known at preview says nothing."""
    published_to, published = known(news, PUBLISHED_TO), known(news, "publishedSince")
    if published is None or not published_to or has_unknown(published_to) or not published_to["targets"]:
        return None
    found = unpublished(desired, told, published, binding_policy(news).publish_lead, now)
    if found is None or found.pending_since is None:
        return None
    return (
        f"stage {stage} is not told since when all targets hold {found.id}, which was issued at"
        f" {minute(found.pending_since)}"
    )


def guard_followed(stage: StageRef, news: Mapping[str, Any], state: Mapping[str, Any], now: datetime) -> None:
    """Raise ``NotFollowed`` where the inputs lag; ``state`` is what came of this run, which did all else first."""
    finding = lag(stage, news, now)
    if finding is None:
        return
    raise errors.NotFollowed(
        finding[0].upper() + finding[1:],
        means=f"It presents {named(state.get('presentedClientCertificateId'))}, and no run moves it on while the inputs"
        " stand still.",
        remedy=f"{_IGNORED}, and pass certificate.client_certificate_id, certificate.generations and the bundle's"
        " published_since. To stay with an older generation, set pin_generation on the certificate; where no successor"
        " is made or published, mend the run of the certificate or of its bundle (--exclude leaves it out, and a target"
        " that cannot be read withholds the date).",
        subject=str(stage),
    )


@undamaged()
def _told(news: Mapping[str, Any]) -> list[Told]:
    return [
        Told(
            id=certificate_id,
            active=one.get("role") == Role.ACTIVE.value,
            pending=one.get("role") == Role.PENDING.value,
            sha256=one.get("sha256"),
            not_after=instant_or_none(one.get("expirationDate")),
            pending_since=instant_or_none(one.get("pendingSince")),
        )
        for certificate_id, one in known_generations(news).items()
    ]


def _until(desired: str, told: list[Told]) -> str:
    ends = next((one.not_after for one in told if one.id == desired), None)
    return "" if ends is None else f", which is refused from {minute(ends)} on"
