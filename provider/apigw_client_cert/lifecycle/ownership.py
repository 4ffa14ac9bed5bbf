"""Who owns a certificate: its tags, and what may be deleted by them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.gateway.certificates import ROTATION_ID_TAG
from apigw_client_cert.lifecycle.inputs import UNKNOWN, known
from apigw_client_cert.rotation.model import Generation, Role
from apigw_client_cert.trust.x509 import read_certificate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apigw_client_cert.gateway.interface import IssuedCertificate, Usage
    from apigw_client_cert.lifecycle.inputs import Failures
    from apigw_client_cert.rotation.model import Rotation
    from apigw_client_cert.trust.x509 import CertificateFacts

_PREFIX = "apigw-client-cert:"
ROTATION_ID = ROTATION_ID_TAG
GENERATION = _PREFIX + "generation"
OWNER = _PREFIX + "owner"
NAMES = ("project", "stack", "parent", "name")
_NAMED = tuple(key for key in NAMES if key != "parent")
INFORMATION = {key: _PREFIX + key for key in NAMES}

# AWS: tag keys to 128 characters, values to 256, none that begins with "aws:" (docs/aws.md §1.3). Of the
# character set AWS's pages differ; this is the widest, of the developer guide ("letters, spaces, numbers") and of the
# models of its tagging services: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]. What API Gateway does not take, it refuses itself.
# A certificate takes 50 tags: three that ownership rests on are always there, and the names, which people read, as far
# as there is room.
_TAG_SIGNS = frozenset("_.:/=+-@")
_TAG_CATEGORIES = frozenset("LZN")
# State carries numbers as floats, which count to 2**53; a longer one was set by a hand.
_NUMBER = re.compile(r"[0-9]{1,9}")
_KEY_LENGTH, _VALUE_LENGTH, _USER_TAGS, _MOST_TAGS = 128, 256, 45, 50
_DIGEST_LENGTH = 32


def check_tags(tags: object, failures: Failures) -> None:
    """Validate user tags against AWS's limits; ours cannot be set by hand."""
    if tags is None:
        return
    if not isinstance(tags, dict):
        failures.add("tags", f"tags must be a mapping of text to text, not {errors.safe_repr(tags)}")
        return
    if len(tags) > _USER_TAGS:
        failures.add(
            "tags",
            f"tags has {len(tags)} entries; at most {_USER_TAGS} fit beside ours: remove {len(tags) - _USER_TAGS}",
        )
    for key, value in tags.items():
        if value == UNKNOWN:
            continue
        if not isinstance(value, str) or len(key) > _KEY_LENGTH or len(value) > _VALUE_LENGTH:
            failures.add(
                "tags",
                f"tag {errors.safe_repr(key)}: keys have up to 128 characters, values are text of up to 256;"
                " shorten it",
            )
        elif not key or not _fits_tag(key + value):
            failures.add(
                "tags",
                f"tag {errors.safe_repr(key)}: only letters, digits, spaces and _ . : / = + - @ are allowed;"
                " drop others",
            )
        elif key.lower().startswith(("aws:", _PREFIX)):
            failures.add(
                "tags",
                f"tag {errors.safe_repr(key)}: keys that begin with aws: or {_PREFIX} are reserved;"
                " give it another key",
            )


def _fits_tag(text: str) -> bool:
    return all(one in _TAG_SIGNS or unicodedata.category(one)[0] in _TAG_CATEGORIES for one in text)


def tags_of(props: Mapping[str, Any], rotation_id: str, number: int) -> dict[str, str]:
    """The tags of one generation: the user's, who owns it, and names for people as far as they fit."""
    theirs = known(props, "tags") or {}
    owned = {ROTATION_ID: rotation_id, GENERATION: str(number), OWNER: owner_digest(props)}
    names = [(tag, _tag_value(props[key])) for key, tag in INFORMATION.items() if known(props, key)]
    room = _MOST_TAGS - len(theirs) - len(owned)
    # The project goes first where there is no room, then the stack: the parent tells apart who was moved.
    return {**theirs, **dict(names[max(len(names) - room, 0) :]), **owned}


def owner_digest(props: Mapping[str, Any]) -> str:
    """Who exactly the owner is, for a tag: readable tags lose characters, and a digest of the names does not.

    Two digests: of project, stack and name, and of everything above the resource, which a move in the program changes.
    """
    return f"{_digest([props.get(key) for key in _NAMED])}.{_digest([_above(props)])}"


def _digest(parts: Sequence[object]) -> str:
    named = ["" if part is None else f"={part}" for part in parts]
    return hashlib.sha256("\0".join(named).encode(errors="surrogatepass")).hexdigest()[:_DIGEST_LENGTH]


def _above(props: Mapping[str, Any]) -> str | None:
    """The types of all that is above the resource, as its URN has them; of its parent alone where no URN is known.

    Without the resource's own type: the same resource has another one in the plugin.
    """
    urn, parent = known(props, "owner"), known(props, "parent")
    if urn is None:
        return None if parent is None else str(parent)
    return str(urn).split("::", 3)[2].rpartition("$")[0] or None


def made_by(tags: Mapping[str, str], props: Mapping[str, Any]) -> bool:
    """Whether a certificate of ours carries exactly this owner.

    One of a release that knew no digest does where every name is in its tags, and none of them lost a character there.
    """
    if ROTATION_ID not in tags:
        return False
    if OWNER in tags:
        return tags[OWNER] == owner_digest(props)
    exact = all(_tag_value(props[key]) == str(props[key]) for key in NAMES if known(props, key))
    return exact and _readable_names(tags, NAMES) == _written_names(props, NAMES)


def namesake(tags: Mapping[str, str], props: Mapping[str, Any]) -> bool:
    """Whether a certificate of ours was made under this project, stack and name, whatever its parent.

    One that was moved into a component, or out of it, looks like this.
    """
    if ROTATION_ID not in tags:
        return False
    if OWNER in tags:
        return tags[OWNER].partition(".")[0] == owner_digest(props).partition(".")[0]
    return _readable_names(tags, _NAMED) == _written_names(props, _NAMED)


def _readable_names(tags: Mapping[str, str], names: Sequence[str]) -> list[str | None]:
    return [tags.get(INFORMATION[key]) for key in names]


def _written_names(props: Mapping[str, Any], names: Sequence[str]) -> list[str | None]:
    return [_tag_value(props[key]) if known(props, key) else None for key in names]


def facts_of(issued: IssuedCertificate) -> CertificateFacts:
    """What the PEM says; raises ``Unavailable`` where AWS's answer holds none that can be read."""
    try:
        facts = read_certificate(issued.pem)
    except errors.BadInput as error:
        raise _unreadable(issued, error.what) from error
    if facts.not_after < issued.created_date:
        raise _unreadable(issued, "its validity ended before it was made")
    return facts


def _unreadable(issued: IssuedCertificate, reason: str) -> errors.Unavailable:
    return errors.Unavailable(
        f"AWS's answer for client certificate {issued.id} cannot be read: {reason}",
        means="Nothing was published or presented on the strength of it.",
        remedy="Check `endpoint_url` and the proxy settings, and look at the certificate with"
        f" `aws apigateway get-client-certificate --client-certificate-id {issued.id}`; then run again.",
        subject=issued.id,
    )


def issued_generation(issued: IssuedCertificate, number: int) -> Generation:
    """A certificate as AWS describes it, turned into a generation; the earlier of the two expiry dates counts."""
    facts = facts_of(issued)
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


def orphans(listed: Sequence[IssuedCertificate], rotation: Rotation) -> list[str]:
    """Certificates of this rotation that are in no state and whose number is past: left by a lost answer."""
    in_state = {one.id for one in rotation.generations}
    return [
        one.id
        for one in listed
        if one.id not in in_state
        and one.tags.get(ROTATION_ID) == rotation.rotation_id
        # A higher number may be what a run at this very moment is about to record.
        and number_of(one) <= rotation.highest_number
    ]


def owned_ids(listed: Sequence[IssuedCertificate], rotation: Rotation) -> list[str]:
    """All that this rotation may delete.

    What another rotation adopted since is left to it. Raises ``NotOurs`` where state names a certificate that
    carries no rotation's tag any more: nobody knows then whose it is.
    """
    in_state = {one.id for one in rotation.generations}
    untagged = sorted(one.id for one in listed if one.id in in_state and ROTATION_ID not in one.tags)
    if untagged:
        raise errors.NotOurs(
            f"Certificate {errors.joined(untagged)} no longer carries the tag {ROTATION_ID}={rotation.rotation_id}",
            means="Somebody took it over, or a tool that manages it still removed the tag; nothing was deleted.",
            remedy="To have it deleted with the rest, run pulumi up --refresh, which tags it again, and then this. To"
            " leave it to whoever manages it now, remove the resource from state (pulumi state delete).",
            subject=untagged[0],
        )
    return [one.id for one in listed if one.tags.get(ROTATION_ID) == rotation.rotation_id]


def guard_unused(usage: Usage, certificate_ids: Sequence[str]) -> None:
    """Refuse to delete while a stage presents one of these, or while that could not be seen (invariant 3)."""
    users = {one: usage.users[one] for one in certificate_ids if usage.users.get(one)}
    if users:
        seen = "; ".join(f"{one} by {errors.joined(stages)}" for one, stages in users.items())
        raise errors.StillInUse(
            f"Stages still present what was to be deleted: {seen}",
            means="Deleting it would cut them off from their backends; nothing was deleted.",
            remedy="Switch those stages to another certificate, or clear them, and run again.",
            subject=next(iter(users)),
        )
    if usage.gaps:
        raise errors.StillInUse(
            f"The in-use scan could not read everything: {errors.joined(usage.gaps, '; ')}",
            means="A stage that was not seen may present the certificate; nothing was deleted.",
            remedy="Grant apigateway:GET on /restapis and /apis and what is below them, or run again later.",
        )


def number_of(certificate: IssuedCertificate) -> int:
    """The generation number in the tags; 0 where there is none."""
    text = certificate.tags.get(GENERATION, "")
    return int(text) if _NUMBER.fullmatch(text) else 0


def _tag_value(text: object) -> str:
    """Names are information: what some page of AWS's does not allow in a tag is replaced rather than refused.

    As the first release replaced it: the tags that it wrote are compared with this.
    """
    return re.sub(r"[^a-zA-Z0-9+\-=._:/]", "-", str(text))[:_VALUE_LENGTH]
