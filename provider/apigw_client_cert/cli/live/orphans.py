"""Which certificates nobody will ever need again: ours by their tag, in no state, presented by no stage.

A rotation deletes its own leftovers; these have no rotation any more, or never had one. What cannot be proven is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from apigw_client_cert import errors
from apigw_client_cert.cli.live.account import rotation_by_tags
from apigw_client_cert.cli.states import words_of
from apigw_client_cert.gateway.certificates import ROTATION_ID_TAG

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from apigw_client_cert.gateway.interface import IssuedCertificate, Usage

#: A run that is under way may have made it, and not recorded it yet.
YOUNG: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """Why a certificate stays; ``reason`` is a stable word."""

    reason: str
    message: str


def why_kept(
    one: IssuedCertificate,
    *,
    words: frozenset[str],
    usage: Usage,
    listed: Iterable[IssuedCertificate],
    now: datetime,
) -> Kept | None:
    """Why it is not to be deleted, or None.

    Args:
        one: The certificate, with its tags.
        words: All that stand in the states of all stacks.
        usage: Who presents what; with gaps it proves nothing.
        listed: The certificates of the same account and region.
        now: The instant by which it is young.
    """
    return next(_reasons(one, words, usage, listed, now), None)


def _reasons(
    one: IssuedCertificate,
    words: frozenset[str],
    usage: Usage,
    listed: Iterable[IssuedCertificate],
    now: datetime,
) -> Iterator[Kept]:
    rotation_id = one.tags.get(ROTATION_ID_TAG)
    if not rotation_id:
        yield Kept("foreign", f"it carries no {ROTATION_ID_TAG}: no rotation made or adopted it")
        return
    if any(key.startswith("aws:") for key in one.tags):
        yield Kept("foreign", "its tags say that a service of AWS manages it, too, such as CloudFormation")
    for what, name in (("it", one.id), (f"its rotation {rotation_id}", rotation_id)):
        if words_of(name) <= words:
            yield Kept("in-state", f"a state names {what}: its own runs delete what they no longer need")
    users = usage.of(one.id)
    if users:
        yield Kept("presented", f"it is presented: {errors.joined(users)}")
    alive = _alive(rotation_id, usage.users, listed)
    if alive:
        message = f"{errors.joined(alive)} of the same rotation is presented: a state that was not read has it"
        yield Kept("rotation-alive", message)
    if now - one.created_date < YOUNG:
        yield Kept("young", "it is younger than a day: a run under way may be about to record it")


def why_orphan(one: IssuedCertificate) -> str:
    """What was found of one that nothing keeps."""
    return f"made for {rotation_by_tags(one.tags)}, as its tags say; no state that was read names it or its rotation"


def _alive(rotation_id: str, users: Mapping[str, object], listed: Iterable[IssuedCertificate]) -> list[str]:
    return sorted(one.id for one in listed if one.tags.get(ROTATION_ID_TAG) == rotation_id and one.id in users)
