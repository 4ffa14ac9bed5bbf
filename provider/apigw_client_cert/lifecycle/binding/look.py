"""What a binding sees before it decides: what its stage presents, and what the targets hold that publish it.

State is a memory and inputs are wishes: a stage leaves a live certificate only after a look at every target that its
backends read (invariant 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.clock import parse_instant
from apigw_client_cert.gateway.acm import is_acm
from apigw_client_cert.lifecycle.binding.outputs import known_generations
from apigw_client_cert.lifecycle.existence import sought
from apigw_client_cert.lifecycle.inputs import CONNECTION, Failures, connection_of, has_unknown, known
from apigw_client_cert.lifecycle.ownership import ROTATION_ID, facts_of, number_of
from apigw_client_cert.lifecycle.state import undamaged
from apigw_client_cert.publish.specs import spec_findings
from apigw_client_cert.rotation import binding as rule
from apigw_client_cert.rotation.binding import Presented, Presents
from apigw_client_cert.trust.contents import fingerprints_in, marks_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apigw_client_cert.gateway.connection import Connection
    from apigw_client_cert.gateway.interface import Gateway, StageRef
    from apigw_client_cert.lifecycle.environment import Environment

PUBLISHED_TO = "publishedTo"
_WAYS = (*CONNECTION, "accountId")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a stage presents at this moment.

    ``number`` is its generation's, 0 where nobody knows it. ``marks`` are what targets may name it by; None where that
    has not been looked up.
    """

    presented: Presented
    number: int = 0
    marks: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(rule.Held):
    """What the targets hold, which of them do not, and why one cannot be read: for the rule, and for its words."""

    lacking_desired: tuple[str, ...] = ()
    lacking_presented: tuple[str, ...] = ()
    unread: errors.RotationError | None = None


def look_at_stage(
    gateway: Gateway, stage: StageRef, desired: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> Seen:
    """What the stage presents, seen from the binding's rotation; one call more where no generation tells."""
    presented = gateway.presented(stage)
    if presented is None:
        return Seen(presented=Presented(kind=Presents.NOTHING))
    if presented == desired:
        return Seen(presented=Presented(kind=Presents.OURS, id=presented))
    if is_acm(presented):
        return Seen(presented=Presented(kind=Presents.ACM, id=presented))
    return look_at_certificate(gateway, presented, olds, news)


def look_at_certificate(
    gateway: Gateway, certificate_id: str, olds: Mapping[str, Any], news: Mapping[str, Any]
) -> Seen:
    """One certificate as a stage may present it; no call where a generation tells."""
    generation = known_generations(news).get(certificate_id)
    if generation is None or not generation.get("expirationDate"):
        return _identified(gateway, certificate_id, olds, news)
    return _as_generation(certificate_id, generation)


@undamaged()
def _as_generation(presented: str, generation: Mapping[str, Any]) -> Seen:
    not_after, sha256 = parse_instant(generation["expirationDate"]), generation.get("sha256")
    return Seen(
        presented=Presented(kind=Presents.OURS, id=presented, not_after=not_after, sha256=sha256),
        number=int(generation.get("number") or 0),
    )


def _identified(gateway: Gateway, presented: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Seen:
    """A certificate that state does not know, by its tags: state may have been put back."""
    # Looked for twice: one stale NotFound would give a stage away that somebody else's backends depend on.
    found = sought(gateway, presented)
    if found is None:
        return Seen(presented=Presented(kind=Presents.GONE, id=presented))
    rotation_id = found.tags.get(ROTATION_ID)
    of_this_rotation = rotation_id == news.get("rotationId", "")
    # The tag first: what this binding set may be another rotation's by now, or by a program that changed certificate=.
    if of_this_rotation or (rotation_id is None and presented == olds.get("setClientCertificateId")):
        kind = Presents.OURS
    else:
        kind = Presents.FOREIGN if rotation_id is None else Presents.OTHER_ROTATION
    facts = facts_of(found)
    not_after = min(facts.not_after, found.expiration_date)
    return Seen(
        presented=Presented(kind=kind, id=presented, not_after=not_after, sha256=facts.sha256, rotation_id=rotation_id),
        number=number_of(found) if of_this_rotation else 0,
        marks=marks_of(facts.pem),
    )


def look_at_targets(
    gateway: Gateway, seen: Seen, desired: str, news: Mapping[str, Any], environment: Environment
) -> Held | None:
    """What the targets hold, each read once per run; None where the bundle has none, or nobody named one."""
    published_to = known(news, PUBLISHED_TO)
    if not published_to or not published_to["targets"]:
        return None
    try:
        mentioned, unread = _read(published_to, environment)
        marks = _marks_in(gateway, desired, news)
        shown = marks if seen.presented.id == desired else _marks_of(gateway, seen, news)
    except errors.RotationError as error:
        return Held(desired=True, presented=True, unseen=True, unread=error)
    lacking = _lacking(mentioned, marks), () if shown is None else _lacking(mentioned, shown)
    return Held(
        desired=not lacking[0],
        presented=not lacking[1],
        worse=shown is not None
        and (not {*lacking[0]} <= {*lacking[1]} or (unread is not None and _left_worse(news, marks, shown))),
        unseen=unread is not None,
        lacking_desired=lacking[0],
        lacking_presented=lacking[1],
        unread=unread,
    )


def _read(
    published_to: Mapping[str, Any], environment: Environment
) -> tuple[dict[str, frozenset[str]], errors.RotationError | None]:
    """Address -> the fingerprints there, of each target that can be read, and what the first raises that cannot."""
    connection, account_id = connection_of(published_to), known(published_to, "accountId")
    specs, mentioned, unread = published_to["targets"], {}, None
    if account_id and any(spec["type"] != "file" for spec in specs):
        try:
            _guard_account(environment, connection, str(account_id))
        except errors.RotationError as error:
            specs, unread = [spec for spec in specs if spec["type"] == "file"], error
    for spec in specs:
        found = _looked_at(spec, connection, environment)
        if isinstance(found, errors.RotationError):
            unread = unread or found
        else:
            mentioned.update(found)
    return mentioned, unread


def _looked_at(
    spec: Mapping[str, Any], connection: Connection, environment: Environment
) -> dict[str, frozenset[str]] | errors.RotationError:
    try:
        target = environment.looked_at_target(spec, connection)
        return {target.address: fingerprints_in(target.seen() or "")}
    except errors.RotationError as error:
        return error


def _left_worse(news: Mapping[str, Any], marks: frozenset[str], shown: frozenset[str]) -> bool:
    """Whether the targets, as the bundle left them, hold what is presented and are not known to hold the other."""
    published = known(news, "publishedSince") or {}
    return not shown.isdisjoint(published) and marks.isdisjoint(published)


def is_handed_on(presented: Presented, news: Mapping[str, Any], now: datetime) -> bool:
    """Whether what the stage presents of ours is among what other resources publish, as far as the bundle knows.

    Where they alone publish there is no target to look at, and what else they publish is theirs to know; True wherever
    nothing can be said.
    """
    if presented.kind is not Presents.OURS or not presented.alive(now):
        return True
    return is_told_of(news, presented.id, presented.sha256)


def is_told_of(news: Mapping[str, Any], certificate_id: str | None, sha256: str | None = None) -> bool:
    """The same from the inputs alone, for a certificate of ours that is presented."""
    published_to, published = known(news, PUBLISHED_TO), known(news, "publishedSince")
    if published is None or not published_to or has_unknown(published_to) or published_to["targets"]:
        return True
    sha256 = sha256 or known_generations(news).get(str(certificate_id), {}).get("sha256")
    return sha256 is None or sha256 in published


def unread(held: Held) -> errors.RotationError | None:
    """Why a target could not be read, with the way without for a stack that may not; it does not know whose it is."""
    if held.unread is None:
        return None
    return held.unread.and_remedy(
        'Where another stack publishes it, and this one may not read it, look="no" goes without'
        f" ({errors.page('resources#sharedcertificate')})."
    )


def moves_unseen(news: Mapping[str, Any]) -> bool:
    """Whether a bundle publishes and nobody said where."""
    return known(news, "publishedSince") is not None and known(news, PUBLISHED_TO) is None


def _guard_account(environment: Environment, connection: Connection, account_id: str) -> None:
    """A parameter of the same name in another account would be believed."""
    try:
        environment.observing_gateway(connection, account_id)
    except errors.Refused as error:
        raise errors.Refused(
            f"The targets that publish the certificate cannot be looked at: {error.what}",
            means="The stage was left as it is.",
            remedy="Use credentials of the account that the targets are in; a stack that cannot have them says"
            f' look="no" ({errors.page("resources#sharedcertificate")}).',
            subject=error.subject,
        ) from error


def _lacking(mentioned: Mapping[str, frozenset[str]], marks: frozenset[str]) -> tuple[str, ...]:
    return tuple(address for address, found in mentioned.items() if found.isdisjoint(marks))


def _marks_of(gateway: Gateway, seen: Seen, news: Mapping[str, Any]) -> frozenset[str] | None:
    """None where nothing is presented, or nothing that has a fingerprint here."""
    if seen.marks is None and seen.presented.kind is Presents.OURS:
        return _marks_in(gateway, str(seen.presented.id), news)
    return seen.marks


def _marks_in(gateway: Gateway, certificate_id: str, news: Mapping[str, Any]) -> frozenset[str]:
    """All that targets may name a certificate by: as its generation says, else as AWS does; none where it is gone."""
    generation = known_generations(news).get(certificate_id, {})
    told = [generation.get(key) for key in ("sha256", "sha1", "pemSha1")]
    if all(told):
        return frozenset(map(str, told))
    if generation.get("pem"):
        return marks_of(str(generation["pem"]))
    found = gateway.get(certificate_id)
    return frozenset() if found is None else marks_of(facts_of(found).pem)


def check_published_to(news: Mapping[str, Any], failures: Failures) -> None:
    """Validate where the bundle publishes, as far as it is known."""
    told = known(news, PUBLISHED_TO)
    if told is None or has_unknown(told):
        return
    targets = told.get("targets") if isinstance(told, dict) else None
    if not isinstance(targets, list):
        failures.add(PUBLISHED_TO, f"published_to must have a list of targets, not {errors.safe_repr(told)}")
        return
    for spec in targets:
        finding = spec_findings(spec) if isinstance(spec, dict) else f"expected a target, not {errors.safe_repr(spec)}"
        if finding is not None:
            failures.add(PUBLISHED_TO, f"published_to: {finding}")
    rotations = told.get("rotationIds")
    if rotations is not None and not (isinstance(rotations, list) and all(isinstance(one, str) for one in rotations)):
        failures.add(
            PUBLISHED_TO, f"published_to: rotationIds must be a list of texts, not {errors.safe_repr(rotations)}"
        )
    for key in _WAYS:
        if told.get(key) is not None and not isinstance(told[key], str):
            failures.add(PUBLISHED_TO, f"published_to: {key} must be a text, not {errors.safe_repr(told[key])}")
