"""Where a generation comes from: what an interrupted run left behind, what the user names, or a new one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from apigw_client_cert import errors
from apigw_client_cert.clock import format_instant
from apigw_client_cert.lifecycle.existence import sought
from apigw_client_cert.lifecycle.inputs import known
from apigw_client_cert.lifecycle.ownership import (
    GENERATION,
    NAMES,
    ROTATION_ID,
    issued_generation,
    made_by,
    namesake,
    number_of,
    tags_of,
)
from apigw_client_cert.rotation.decide import may_be_the_issued
from apigw_client_cert.rotation.transitions import Step, begin, rediscover, resume, take_in

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    from apigw_client_cert.gateway.interface import Gateway, IssuedCertificate, Usage
    from apigw_client_cert.lifecycle.proof import Proof
    from apigw_client_cert.rotation.model import Rotation
    from apigw_client_cert.rotation.policy import Policy

# How old a certificate of the same owner may be to count as what an interrupted creation left behind. Names are
# no proof, however exact: a stack of the same names on another backend may be at work, so the window is as short as
# an impatient person's next try.
RECENT = timedelta(hours=1)


def adopt_or_generate(  # noqa: PLR0913 - what a generation is made from
    gateway: Gateway,
    props: Mapping[str, Any],
    tags: Mapping[str, str],
    *,
    rotation: Rotation,
    proof: Proof,
    policy: Policy,
    now: datetime,
    say: Callable[[str], None],
) -> IssuedCertificate:
    """The next generation: what an interrupted run left behind under the same tags, else a new one.

    Tags are no proof: what no run of this step can have made is left alone, and named. Nothing is generated where
    nothing says that this is the rotation's account: its stages would be bound to what is not there.
    """
    in_state = {one.id for one in rotation.generations}
    listed = gateway.list_certificates()
    proof.guard(listed)
    found = [one for one in _find(listed, tags) if one.id not in in_state and one.expiration_date > now]
    left = [one for one in found if may_be_the_issued(one.created_date, one.expiration_date, rotation, policy, now)]
    for one in found:
        if one not in left:
            say(
                f"{props['name']}: certificate {one.id}, generated {format_instant(one.created_date)}, carries the tags"
                f" of generation {tags[GENERATION]}, and by its date no run of this step has made it: it is not taken"
                " for ours, and the next retirement deletes it unless a stage presents it. Unless a run before was"
                " interrupted, find out who may tag certificates"
            )
    if not left:
        return _generate(gateway, props, tags, before=in_state | {one.id for one in found})
    orphan = min(left, key=lambda one: one.created_date)
    say(
        f"{props['name']}: certificate {orphan.id}, generated {format_instant(orphan.created_date)} by a run that was"
        f" interrupted, is generation {tags[GENERATION]}; none was generated now"
    )
    return orphan


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a new resource's first generation will come from: looked up, and nothing changed yet.

    Attributes:
        listed: Every certificate of the account and region.
        named: What ``adopt_client_certificate_id`` names.
        lost: A first generation that an interrupted creation of the same owner left.
        taken: All that is taken over: one of these, with what its former rotation left beside it, by number.
        earlier: Certificates of the same owner that are left alone.
    """

    listed: tuple[IssuedCertificate, ...]
    named: IssuedCertificate | None = None
    lost: IssuedCertificate | None = None
    taken: Mapping[int, IssuedCertificate] = field(default_factory=dict)
    earlier: tuple[IssuedCertificate, ...] = ()


def origin(gateway: Gateway, props: Mapping[str, Any], now: datetime) -> Origin:
    """Look for what the new resource goes on from; changes nothing.

    Raises ``BadInput`` for a dead certificate to adopt, and ``NotOurs`` while a stage presents a certificate of the
    same names and one of them lives: this resource replaces another, its state was lost, or the other one is a twin
    stack's. Starting afresh would withdraw trust from what the stage presents (invariant 12).
    """
    adopted = known(props, "adoptClientCertificateId")
    if adopted is not None:
        named = named_alive(gateway, adopted, now)
        listed = gateway.list_certificates()
        return Origin(listed=listed, named=named, taken=_family(named, listed, props))
    listed = gateway.list_certificates()
    namesakes = [one for one in listed if namesake(one.tags, props)]
    alive = [one for one in namesakes if one.expiration_date > now]
    # Where all of them have expired there is no trust to withdraw, and nothing to adopt.
    if alive:
        _refuse_presented(gateway, namesakes, alive)
    own = [one for one in listed if made_by(one.tags, props)]
    recent = [one for one in own if one.tags.get(GENERATION) == "1" and abs(now - one.created_date) <= RECENT]
    lost = min(recent, key=lambda one: one.created_date, default=None)
    return Origin(listed=listed, lost=lost, taken={} if lost is None else {1: lost}, earlier=tuple(own))


def first_rotation(gateway: Gateway, props: Mapping[str, Any], found: Origin, token: str, now: datetime) -> Rotation:
    """The rotation of a new resource: an adopted one, a recent lost first generation, or a fresh one.

    What is taken over gets a rotation id of its own, so that whoever had it before finds nothing to delete.
    """
    trigger = known(props, "rotationTrigger")
    if found.named is not None:
        return _adopt_explicitly(gateway, props, found, token, now)
    tags = tags_of(props, token, 1)
    if found.lost is None:
        return begin(token, issued_generation(_generate(gateway, props, tags), 1), now, trigger=trigger)
    # Interrupted after this, the next creation finds it as this one did: the owner's digest stays.
    gateway.tag(found.lost.id, tags)
    return begin(token, issued_generation(found.lost, 1), now, trigger=trigger)


def rediscovered(gateway: Gateway, rotation: Rotation, now: datetime) -> Rotation | None:
    """The rotation with the live certificates of its id that state does not know; None where AWS has none.

    State may have been edited, restored, or refreshed while AWS was answering from an old copy. What stages present
    becomes active again, and all that lives stays trusted.
    """
    found = _unknown(gateway, rotation, now)
    if not found:
        return None
    usage = gateway.scan()
    numbers = _numbers(rotation, found, usage)
    presented = {number for certificate_id, number in numbers.items() if usage.users.get(certificate_id)}
    return rediscover(rotation, [issued_generation(one, numbers[one.id]) for one in found], presented, now)


def with_presented(gateway: Gateway, rotation: Rotation, now: datetime) -> Rotation:
    """The rotation with the live certificates of its id that stages present and state does not know, as previous ones.

    State was put back, or lost one of several: what publishes by this state alone would withdraw what is presented. An
    orphan that nobody presents is left to the step that finds it; a stage that could not be seen counts. Where the look
    is not allowed state is believed.
    """
    if rotation.active is None:
        return rotation
    try:
        found = _unknown(gateway, rotation, now)
        if not found:
            return rotation
        usage = gateway.scan()
    except errors.NeedsOperator:
        return rotation
    numbers = _numbers(rotation, found, usage)
    presented = [issued_generation(one, numbers[one.id]) for one in found if usage.of(one.id)]
    return take_in(rotation, presented, now) if presented else rotation


def _unknown(gateway: Gateway, rotation: Rotation, now: datetime) -> list[IssuedCertificate]:
    in_state = {one.id for one in rotation.generations}
    return [
        one
        for one in gateway.list_certificates()
        if one.tags.get(ROTATION_ID) == rotation.rotation_id and one.id not in in_state and one.expiration_date > now
    ]


def _numbers(rotation: Rotation, found: Sequence[IssuedCertificate], usage: Usage) -> dict[str, int]:
    """Id -> number: the one in its tags, or the next free one."""
    numbers = {one.id: one.number for one in rotation.generations}
    # What stages present first, so that it keeps the number in its tags where two have the same.
    for one in sorted(found, key=lambda one: (not usage.users.get(one.id), number_of(one), one.created_date)):
        wanted, highest = max(number_of(one), 1), max([rotation.highest_number, *numbers.values()])
        numbers[one.id] = highest + 1 if wanted in numbers.values() else wanted
    return numbers


def named_alive(gateway: Gateway, certificate_id: str, now: datetime) -> IssuedCertificate:
    """The certificate that the user named; raises ``BadInput`` for one that is missing or expired."""
    found = sought(gateway, certificate_id)
    if found is not None and found.expiration_date > now:
        return found
    state = "does not exist" if found is None else f"expired at {format_instant(found.expiration_date)}"
    raise errors.BadInput(
        f"adopt_client_certificate_id is {certificate_id!r}, and that certificate {state} in {gateway.region}",
        means="Nothing was changed.",
        remedy="Name a live certificate of this account and region, or leave the property out to generate one.",
        subject="adoptClientCertificateId",
    )


def _family(
    named: IssuedCertificate, listed: Sequence[IssuedCertificate], props: Mapping[str, Any]
) -> dict[int, IssuedCertificate]:
    """The named certificate, with what its former rotation, or an interrupted adoption, left beside it."""
    former = named.tags.get(ROTATION_ID)
    ids = set() if former is None else {former, _successor_of(former, named.id, props)}
    beside = [one for one in listed if one.tags.get(ROTATION_ID) in ids]
    return dict(sorted({max(number_of(one), 1): one for one in [*beside, named]}.items()))


def _adopt_explicitly(gateway: Gateway, props: Mapping[str, Any], found: Origin, token: str, now: datetime) -> Rotation:
    """The certificate that the user named becomes ours and active, with what its former rotation left beside it."""
    named = cast("IssuedCertificate", found.named)
    former = named.tags.get(ROTATION_ID)
    token = _successor_of(former, named.id, props) if former else token
    # The named one last: until then its tag leads back to the others.
    for number, one in sorted(found.taken.items(), key=lambda numbered: numbered[1].id == named.id):
        gateway.tag(one.id, tags_of(props, token, number))
    generations = [issued_generation(one, number) for number, one in found.taken.items()]
    chosen = [one.number for one in generations if one.id == named.id]
    return resume(token, generations, chosen, now, trigger=known(props, "rotationTrigger"), step=Step.ADOPT)


def _successor_of(former: str, certificate_id: str, props: Mapping[str, Any]) -> str:
    """The id of the rotation that takes over from another: whoever is interrupted while tagging finds it again."""
    parts = [former, certificate_id, *(str(known(props, key) or "") for key in NAMES)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


# UNVERIFIED: that GetClientCertificates returns each certificate's tags. The service model says so (docs/aws.md §1.1);
# without them a lost certificate would not be found again, and the next one would be generated beside it.
def _find(listed: Sequence[IssuedCertificate], tags: Mapping[str, str]) -> list[IssuedCertificate]:
    return [
        one
        for one in listed
        if one.tags.get(ROTATION_ID) == tags[ROTATION_ID] and one.tags.get(GENERATION) == tags[GENERATION]
    ]


def _generate(
    gateway: Gateway, props: Mapping[str, Any], tags: Mapping[str, str], before: Collection[str] = ()
) -> IssuedCertificate:
    """Generate once; when no answer comes, look whether it happened rather than asking again.

    ``before`` are the ids that were there before, with the same tags perhaps.
    """
    description = known(props, "description") or f"{props['name']}, generation {tags[GENERATION]}"
    try:
        return gateway.generate(description=description, tags=tags)
    except errors.OutcomeUnknown:
        found = [one for one in _find(gateway.list_certificates(), tags) if one.id not in before]
        if not found:
            raise
        return found[0]


def _refuse_presented(
    gateway: Gateway, candidates: Sequence[IssuedCertificate], alive: Sequence[IssuedCertificate]
) -> None:
    """Raise ``NotOurs`` where a stage presents a candidate; where that one is dead, the newest live one is to adopt."""
    usage = gateway.scan()
    # The newest first: adopting an older one would move the stages that present the newer one back.
    for one in sorted(candidates, key=number_of, reverse=True):
        stages = usage.users.get(one.id, ())
        if stages or usage.gaps:
            adoptable = one if one in alive else max(alive, key=number_of)
            by = errors.joined(stages) or f"a stage that could not be seen ({errors.joined(usage.gaps, '; ')})"
            raise errors.NotOurs(
                f"Certificate {one.id}, generated {format_instant(one.created_date)} under the same project, stack and"
                f" name, is presented by {by}",
                means="It is the one that this resource replaces, or another stack's of these names; nothing was"
                " changed, and nothing new was generated.",
                remedy="If this resource was renamed or moved in the program, give it (or the component around it) an"
                " alias of its former name. If it is to carry on with that certificate, set"
                f" adopt_client_certificate_id={adoptable.id!r}. If that is another stack's, give this one another"
                " name.",
                subject=one.id,
            )
