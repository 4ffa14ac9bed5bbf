"""Who owns a certificate: the tags, adopting what an interrupted run left behind, and never touching the rest."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.certificate import read_certificate
from apigw_client_cert.clock import format_instant
from apigw_client_cert.gateway.certificates import ROTATION_ID_TAG
from apigw_client_cert.lifecycle.inputs import UNKNOWN, known
from apigw_client_cert.rotation.model import Generation, Role
from apigw_client_cert.rotation.transitions import begin, resume

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from apigw_client_cert.gateway.interface import Gateway, IssuedCertificate, Usage
    from apigw_client_cert.lifecycle.inputs import Failures
    from apigw_client_cert.rotation.model import Rotation

_PREFIX = "apigw-client-cert:"
ROTATION_ID = ROTATION_ID_TAG
GENERATION = _PREFIX + "generation"
NAMES = ("project", "stack", "parent", "name")
_INFORMATION = {key: _PREFIX + key for key in NAMES}

# AWS: tag keys to 128 characters, values to 256, of this character set, none that begins with "aws:"
# (facts/aws-client-certs.md §1.3). A stage takes 50 tags; five are ours.
_TAG_TEXT = re.compile(r"[a-zA-Z0-9+\-=._:/]*")
_KEY_LENGTH, _VALUE_LENGTH, _USER_TAGS = 128, 256, 45

# How old a certificate of the same names may be to count as what an interrupted creation left behind. Names are
# no proof of ownership: another stack of the same names may be at work, so the window is as short as an
# impatient person's next try.
RECENT = timedelta(hours=1)


def check_tags(tags: object, failures: Failures) -> None:
    """Validate user tags against AWS's limits; ours cannot be set by hand."""
    if tags is None:
        return
    if not isinstance(tags, dict):
        failures.add("tags", f"tags must be a mapping of text to text, not {tags!r}")
        return
    if len(tags) > _USER_TAGS:
        failures.add("tags", f"tags has {len(tags)} entries; at most {_USER_TAGS} fit beside ours")
    for key, value in tags.items():
        if value == UNKNOWN:
            continue
        if not isinstance(value, str) or len(key) > _KEY_LENGTH or len(value) > _VALUE_LENGTH:
            failures.add("tags", f"tag {key!r}: keys have up to 128 characters, values are text of up to 256")
        elif not key or not _TAG_TEXT.fullmatch(key) or not _TAG_TEXT.fullmatch(value):
            failures.add("tags", f"tag {key!r}: only letters, digits and +-=._:/ are allowed")
        elif key.startswith(("aws:", _PREFIX)):
            failures.add("tags", f"tag {key!r}: keys that begin with aws: or {_PREFIX} are reserved")


def tags_of(props: Mapping[str, Any], rotation_id: str, number: int) -> dict[str, str]:
    """The tags of one generation: the user's, the owner's id, and names for people."""
    information = {tag: _tag_value(props[key]) for key, tag in _INFORMATION.items() if known(props, key)}
    return {**(known(props, "tags") or {}), **information, ROTATION_ID: rotation_id, GENERATION: str(number)}


def issued_generation(issued: IssuedCertificate, number: int) -> Generation:
    """A certificate as AWS describes it, turned into a generation; the earlier of the two expiry dates counts."""
    facts = read_certificate(issued.pem)
    return Generation(
        number=number,
        id=issued.id,
        role=Role.PENDING,
        created_date=issued.created_date,
        not_after=min(facts.not_after, issued.expiration_date),
        serial=facts.serial,
        sha256=facts.sha256,
        sha1=facts.sha1,
        spki_sha256=facts.spki_sha256,
        pem=facts.pem,
    )


def adopt_or_generate(
    gateway: Gateway, props: Mapping[str, Any], tags: Mapping[str, str], rotation: Rotation, now: datetime
) -> IssuedCertificate:
    """The next generation: what an interrupted run left behind under the same tags, else a new one."""
    in_state = {one.id for one in rotation.generations}
    found = _find(gateway.list_certificates(), tags)
    for orphan in sorted(found, key=lambda one: one.created_date):
        if orphan.id not in in_state and orphan.expiration_date > now:
            return orphan
    return _generate(gateway, props, tags)


def first_rotation(gateway: Gateway, props: Mapping[str, Any], token: str, now: datetime) -> Rotation:
    """The rotation of a new resource: an adopted one, a recent lost first generation, or a fresh one.

    Raises ``BadInput`` for a dead certificate to adopt, and ``NotOurs`` while a stage presents a certificate of the
    same names: this resource replaces another, its state was lost, or the other one is a twin stack's. Starting
    afresh would withdraw trust from what the stage presents (invariant 12).
    """
    trigger = known(props, "rotationTrigger")
    adopted = known(props, "adoptClientCertificateId")
    if adopted is not None:
        return _adopt_explicitly(gateway, props, adopted, token, now)
    ours = tags_of(props, token, 1)
    namesakes = [
        one
        for one in gateway.list_certificates()
        # Without the parent: a certificate that was moved into a component looks like this too.
        if ROTATION_ID in one.tags and _same(one.tags, ours, ("project", "stack", "name"))
    ]
    if namesakes:
        _refuse_presented(gateway, namesakes)
    lost = [
        one
        for one in namesakes
        if one.tags.get(GENERATION) == "1"
        and _same(one.tags, ours, ("parent",))
        and abs(now - one.created_date) <= RECENT
    ]
    first = min(lost, key=lambda one: one.created_date, default=None) or _generate(gateway, props, ours)
    return begin(first.tags.get(ROTATION_ID, token), issued_generation(first, 1), now, trigger=trigger)


def _adopt_explicitly(
    gateway: Gateway, props: Mapping[str, Any], certificate_id: str, token: str, now: datetime
) -> Rotation:
    """The certificate that the user named becomes ours and active, with what its former rotation left beside it."""
    found = gateway.get(certificate_id)
    if found is None or found.expiration_date <= now:
        state = "does not exist" if found is None else f"expired at {format_instant(found.expiration_date)}"
        raise errors.BadInput(
            f"adopt_client_certificate_id is {certificate_id!r}, and that certificate {state} in {gateway.region}",
            means="Nothing was changed.",
            remedy="Name a live certificate of this account and region, or leave the property out to generate one.",
            subject="adoptClientCertificateId",
        )
    former = found.tags.get(ROTATION_ID)
    beside = [one for one in gateway.list_certificates() if former and one.tags.get(ROTATION_ID) == former]
    by_number = {max(_number(one), 1): one for one in [*beside, found]}
    for number, one in by_number.items():
        gateway.tag(one.id, tags_of(props, token, number))
    generations = [issued_generation(one, number) for number, one in sorted(by_number.items())]
    chosen = [one.number for one in generations if one.id == found.id]
    return resume(token, generations, chosen, now, trigger=known(props, "rotationTrigger"))


def retag(gateway: Gateway, olds: Mapping[str, Any], news: Mapping[str, Any], rotation: Rotation) -> None:
    """Bring the tags of every generation in line with changed names or user tags (a renamed stack, for example)."""
    dropped = sorted(set(known(olds, "tags") or {}) - set(known(news, "tags") or {}))
    for generation in rotation.generations:
        if gateway.get(generation.id) is None:
            continue  # deleted by hand since the last refresh, which will say so; tags are no reason to fail here
        gateway.tag(generation.id, tags_of(news, rotation.rotation_id, generation.number))
        if dropped:
            gateway.untag(generation.id, dropped)


def orphans(gateway: Gateway, rotation: Rotation) -> list[str]:
    """Certificates of this rotation that are in no state and whose number is past: left by a lost answer."""
    in_state = {one.id for one in rotation.generations}
    return [
        one.id
        for one in gateway.list_certificates()
        if one.id not in in_state
        and one.tags.get(ROTATION_ID) == rotation.rotation_id
        # A higher number may be what a run at this very moment is about to record.
        and _number(one) <= rotation.highest_number
    ]


def owned_ids(gateway: Gateway, rotation: Rotation) -> list[str]:
    """All that this rotation may delete.

    What another rotation adopted since is left to it. Raises ``NotOurs`` where state names a certificate that
    carries no rotation's tag any more: nobody knows then whose it is.
    """
    listed = gateway.list_certificates()
    in_state = {one.id for one in rotation.generations}
    untagged = sorted(one.id for one in listed if one.id in in_state and ROTATION_ID not in one.tags)
    if untagged:
        raise errors.NotOurs(
            f"Certificate {', '.join(untagged)} no longer carries the tag {ROTATION_ID}={rotation.rotation_id}",
            means="Somebody took it over, or removed the tag; nothing was deleted.",
            remedy="Put the tag back to have it deleted with the rest, or remove the resource from state"
            " (pulumi state delete) to leave it to its new owner.",
            subject=untagged[0],
        )
    return [one.id for one in listed if one.tags.get(ROTATION_ID) == rotation.rotation_id]


def guard_unused(usage: Usage, certificate_ids: Sequence[str]) -> None:
    """Refuse to delete while a stage presents one of these, or while that could not be seen (invariant 3)."""
    users = {one: usage.users[one] for one in certificate_ids if usage.users.get(one)}
    if users:
        seen = "; ".join(f"{one} by {', '.join(map(str, stages))}" for one, stages in users.items())
        raise errors.StillInUse(
            f"Stages still present what was to be deleted: {seen}",
            means="Deleting it would cut them off from their backends; nothing was deleted.",
            remedy="Switch those stages to another certificate, or clear them, and run again.",
            subject=next(iter(users)),
        )
    if usage.gaps:
        raise errors.StillInUse(
            f"The in-use scan could not read everything: {'; '.join(usage.gaps)}",
            means="A stage that was not seen may present the certificate; nothing was deleted.",
            remedy="Grant apigateway:GET on /restapis and /apis and what is below them, or run again later.",
        )


# UNVERIFIED: that GetClientCertificates returns each certificate's tags. The service model says so; without them a
# lost certificate would not be found again, and the next one would be generated beside it.
def _find(listed: Sequence[IssuedCertificate], tags: Mapping[str, str]) -> list[IssuedCertificate]:
    return [
        one
        for one in listed
        if one.tags.get(ROTATION_ID) == tags[ROTATION_ID] and one.tags.get(GENERATION) == tags[GENERATION]
    ]


def _generate(gateway: Gateway, props: Mapping[str, Any], tags: Mapping[str, str]) -> IssuedCertificate:
    """Generate once; when no answer comes, look whether it happened rather than asking again."""
    description = known(props, "description") or f"{props['name']}, generation {tags[GENERATION]}"
    try:
        return gateway.generate(description=description, tags=tags)
    except errors.OutcomeUnknown:
        found = _find(gateway.list_certificates(), tags)
        if not found:
            raise
        return found[0]


def _refuse_presented(gateway: Gateway, candidates: Sequence[IssuedCertificate]) -> None:
    usage = gateway.scan([one.id for one in candidates])
    # The newest first: adopting an older one would move the stages that present the newer one back.
    for one in sorted(candidates, key=_number, reverse=True):
        stages = usage.users.get(one.id, ())
        if stages or usage.gaps:
            by = ", ".join(map(str, stages)) or f"a stage that could not be seen ({'; '.join(usage.gaps)})"
            raise errors.NotOurs(
                f"Certificate {one.id}, generated {format_instant(one.created_date)} under the same project, stack and"
                f" name, is presented by {by}",
                means="It is the one that this resource replaces, or another stack's of these names; nothing was"
                " changed, and nothing new was generated.",
                remedy="If this resource was renamed or moved in the program, give it (or the component around it) an"
                f" alias of its former name. If it is to carry on with that certificate, set"
                f" adopt_client_certificate_id={one.id!r}. If that is another stack's, give this one another name.",
                subject=one.id,
            )


def _same(one: Mapping[str, str], other: Mapping[str, str], keys: Iterable[str]) -> bool:
    return all(one.get(_INFORMATION[key]) == other.get(_INFORMATION[key]) for key in keys)


def _number(certificate: IssuedCertificate) -> int:
    text = certificate.tags.get(GENERATION, "")
    return int(text) if text.isdecimal() else 0


def _tag_value(text: object) -> str:
    """Names are information: what AWS does not take in a tag is replaced rather than refused."""
    return re.sub(r"[^a-zA-Z0-9+\-=._:/]", "-", str(text))[:_VALUE_LENGTH]
