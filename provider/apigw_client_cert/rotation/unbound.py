"""bound_instead(): what a stage that presents nothing alive is bound to while its certificate is not trusted. Pure.

Such a stage has nothing to lose, so it is bound at once; but it has something to choose. Where backends had no time to
learn the certificate that it should present, the one that was active before serves its callers meanwhile, as it does
those of every stage that has kept it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from apigw_client_cert.rotation.binding import PUBLISHED_LONG_ENOUGH, Move, Presents, decide_binding
from apigw_client_cert.rotation.durations import served

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from apigw_client_cert.rotation.binding import BindingPolicy, Held, Presented, Publication
    from apigw_client_cert.rotation.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """A generation that was active before the desired one, as a stage would present it.

    ``publication`` and ``held`` are of the desired one, seen from such a stage.
    """

    presented: Presented
    publication: Publication
    held: Held | None = None


def bound_instead(  # noqa: PLR0913 - each is one fact of the rule, named at the call
    *,
    desired: str,
    publication: Publication,
    held: Held | None,
    before: Iterable[Before],
    policy: BindingPolicy | Policy,
    now: datetime,
) -> Before | None:
    """The generation that the stage is bound to; None for the desired one.

    The desired one wherever its targets hold it and its lead was served, and where no other is known to be better:
    ``before``, newest first, is asked only then. One that a stage would leave in the same run is not better.
    """
    lead = served(policy.publish_lead, PUBLISHED_LONG_ENOUGH)
    since = publication.unbroken_since
    published = since is not None and (held is None or held.desired)
    if published and _waited(since, lead, now):
        return None
    for one in before:
        decision = decide_binding(
            desired=desired,
            presented=one.presented,
            publication=one.publication,
            policy=policy,
            take_over=False,
            now=now,
            held=one.held,
        )
        known = one.publication.presented_since
        # What is published later than a lead ago is still better than what is not published at all.
        trusted = known is not None and (not published or _waited(known, lead, now))
        holds = one.held is None or one.held.presented
        lives = one.presented.kind is Presents.OURS and one.presented.alive(now)
        if lives and trusted and holds and decision.move is not Move.BIND:
            return one
    return None


def _waited(since: datetime | None, lead: timedelta, now: datetime) -> bool:
    return since is not None and now >= since + lead
