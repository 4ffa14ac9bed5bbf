"""Writing the tags of generations again: where names changed, and where somebody removed what says that they are ours.

Of what carries no rotation's tag, state and fingerprint say that it is ours, and no tag says that it is another's. One
that carries another rotation's id is never touched (invariant 4): that rotation has adopted it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.inputs import known
from apigw_client_cert.lifecycle.ownership import INFORMATION, ROTATION_ID, facts_of, tags_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from apigw_client_cert.gateway.interface import Gateway, IssuedCertificate
    from apigw_client_cert.lifecycle.proof import Proof
    from apigw_client_cert.rotation.model import Generation, Rotation

UNTAGGED = "untaggedClientCertificateIds"
# What another rotation was once seen to have adopted is that one's, also where its tags are gone again.
ELSEWHERE = "adoptedElsewhereClientCertificateIds"
_FORGET = (
    "Let that tool forget it without deleting it: terraform state rm or tofu state rm, or a removed block with"
    " destroy = false; pulumi state delete"
)


def retag(proof: Proof, olds: Mapping[str, Any], news: Mapping[str, Any], rotation: Rotation) -> list[str]:
    """Bring the tags of every generation in line with changed names or user tags (a renamed stack, for example).

    One that carries no rotation's tag is left alone unless a refresh has looked at it: new tags adopt nothing.
    Returns the ids of those that had lost their tags. Raises ``NotProven`` where none was found, perhaps elsewhere.
    """
    gateway, lost = proof.gateway, remembered(olds, rotation)
    theirs = set(known(olds, "tags") or {})
    had_none: list[str] = []
    for generation in rotation.generations:
        found = gateway.get(generation.id)
        if found is None:
            continue  # gone since the last run; tags are no reason to fail here
        proof.shown([found])
        untagged = generation.id in lost and is_untagged(found, generation)
        if not untagged and found.tags.get(ROTATION_ID) != rotation.rotation_id:
            continue
        tags = tags_of(news, rotation.rotation_id, generation.number)
        # First, or there may be no room for the new ones; what ownership rests on stays throughout.
        dropped = sorted((theirs | (found.tags.keys() & INFORMATION.values())) - tags.keys())
        if dropped:
            gateway.untag(generation.id, dropped)
        gateway.tag(generation.id, tags)
        had_none += [generation.id] if untagged else []
    proof.guard()
    return had_none


def is_untagged(found: IssuedCertificate, generation: Generation) -> bool:
    """Whether this is the generation that state knows, and nobody's by its tags."""
    if ROTATION_ID in found.tags:
        return False
    try:
        return facts_of(found).sha256 == generation.sha256
    except errors.Unavailable:
        return False


def elsewhere(props: Mapping[str, Any], rotation: Rotation, found: Iterable[IssuedCertificate]) -> list[str] | None:
    """The ids of our generations that another rotation has adopted, now or when a look saw it; None for none."""
    now = [one.id for one in found if one.tags.get(ROTATION_ID) not in {None, rotation.rotation_id}]
    return still_there([*now, *adopted_elsewhere(props)], rotation) or None


def still_there(ids: Collection[str], rotation: Rotation) -> list[str]:
    """Those that the rotation still knows, in its order."""
    return [one.id for one in rotation.generations if one.id in ids]


def adopted_elsewhere(props: Mapping[str, Any]) -> list[str]:
    """The same, as state remembers it."""
    return _ids_in(props, ELSEWHERE)


def look(  # noqa: PLR0913 - what is looked at, and for whom
    gateway: Gateway,
    rotation: Rotation,
    found: Iterable[IssuedCertificate],
    name: str,
    say: Callable[[str], None],
    *,
    theirs: Collection[str] = (),
) -> list[str] | None:
    """The ids of our generations without our tags, after a second look; said with who may have done it.

    ``theirs`` are another rotation's, whatever their tags say now.
    """
    suspects = [one.id for one in found if ROTATION_ID not in one.tags and one.id not in theirs]
    if not suspects:
        return None
    # UNVERIFIED: that GetClientCertificate returns the tags, as the model says (docs/aws.md §1.1); the list is a second
    # answer.
    listed = {one.id: one for one in gateway.list_certificates()}
    untagged = [
        one.id
        for one in rotation.generations
        if one.id in suspects and one.id in listed and is_untagged(listed[one.id], one)
    ]
    if not untagged:
        return None
    say(
        f"{name}: {errors.joined(untagged)} does not carry the tags of this rotation any more. Most likely a tool that"
        " manages the certificate still has removed them: it does so with each of its runs, and deletes the certificate"
        f" one day. {_FORGET}. The next update tags it again"
    )
    return untagged


def remembered(olds: Mapping[str, Any], rotation: Rotation) -> list[str]:
    """The generations that the last refresh found without their tags."""
    return still_there(_ids_in(olds, UNTAGGED), rotation)


def _ids_in(state: Mapping[str, Any], key: str) -> list[str]:
    ids = state.get(key)
    return list(map(str, ids)) if isinstance(ids, list) else []


def announced(name: str, ids: Iterable[str]) -> str:
    """The line of a preview."""
    return f"{name}: this update tags {errors.joined(ids)} again, which is this rotation's by state and fingerprint"


def done(name: str, ids: Iterable[str]) -> str:
    """The line after it."""
    return f"{name}: {errors.joined(ids)} had lost the tags of this rotation, and carries them again"


def blocking(generation: Generation) -> str:
    """Why a retirement that found no tags did not delete."""
    return (
        f"certificate {generation.id}: its tags had been removed, and this run has written them again; a later one"
        f" deletes it. If another tool manages it still, that tool removes them again. {_FORGET}"
    )
