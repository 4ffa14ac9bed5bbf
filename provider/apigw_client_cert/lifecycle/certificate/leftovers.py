"""Certificates of this resource's names under another rotation id: said, never deleted.

A creation that was killed after it generated, and was tried again too late to adopt what it had made, leaves one. So
does a stack of the same names on another backend that has bound nothing yet, and AWS shows no difference between the
two (invariant 4): a person who knows the stacks decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apigw_client_cert import errors
from apigw_client_cert.lifecycle.ownership import OWNER, ROTATION_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from apigw_client_cert.gateway.interface import IssuedCertificate, Usage


def leftovers(listed: Sequence[IssuedCertificate], rotation_id: str, usage: Usage) -> list[str]:
    """The ids of what somebody of exactly our names left, as far as can be seen: no stage presents any of theirs."""
    owners = {one.tags.get(OWNER) for one in listed if one.tags.get(ROTATION_ID) == rotation_id} - {None}
    others = [
        one for one in listed if one.tags.get(OWNER) in owners and one.tags.get(ROTATION_ID) not in {None, rotation_id}
    ]
    # One that is at work has generations that nobody presents, too.
    at_work = {one.tags[ROTATION_ID] for one in others if usage.of(one.id)}
    return [one.id for one in others if one.tags[ROTATION_ID] not in at_work]


def say_leftovers(name: str, ids: Iterable[str], say: Callable[[str], None]) -> None:
    """One line where there are any, with the remedy."""
    found = list(ids)
    if found:
        say(
            f"{name}: warning: {errors.joined(found)}: made under these very names by another creation, and presented"
            " by no stage. A creation that was interrupted may have left it, or another stack of the same names keeps"
            " it; AWS shows no difference, so no run deletes it. If no other stack does, delete it by hand: aws"
            f" apigateway delete-client-certificate --client-certificate-id {found[0]}"
        )
