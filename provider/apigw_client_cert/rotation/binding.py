"""decide_binding(): whether a stage moves to the desired certificate now, waits, or must not. Pure and total.

Invariant 1 is decided here: no stage leaves a live certificate for one that backends had no time to learn, or that
their targets do not hold at this moment.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from apigw_client_cert.rotation.durations import served
from apigw_client_cert.rotation.waves import Hold, WaveOrder

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from apigw_client_cert.rotation.policy import Policy

# Less than the 95 % after which the certificate activates: the bundle is written some seconds after the
# certificate is issued, and that must not cost a stage another whole run.
PUBLISHED_LONG_ENOUGH = Fraction(90, 100)
# When a stage that waits for another binding is looked at again where nothing sets a limit: an ACM certificate's
# expiry is not ours to know. Until then a change of that binding wakes it.
_LOOK_AGAIN = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingPolicy:
    """The part of a rotation's policy that a binding obeys, with the same defaults."""

    publish_lead: timedelta = timedelta(hours=24)
    activate_by: timedelta = timedelta(days=3)


class Presents(enum.Enum):
    """What a stage presents, seen from one rotation."""

    NOTHING = "nothing"
    GONE = "gone"
    OURS = "ours"
    OTHER_ROTATION = "other-rotation"
    FOREIGN = "foreign"
    ACM = "acm"


class Move(enum.Enum):
    """What a binding does."""

    KEEP = "keep"
    BIND = "bind"
    WAIT = "wait"
    REFUSE = "refuse"


class Refusal(enum.Enum):
    """Why a binding may not move, for the error that names the remedy."""

    OTHER_ROTATION = "other-rotation"
    FOREIGN = "foreign"
    FOREIGN_UNTRUSTED = "foreign-untrusted"
    ACM = "acm"
    NOT_PUBLISHED = "not-published"
    NOT_HELD = "not-held"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """The certificate that a stage presents now; ``id`` may be an ACM ARN.

    ``not_after`` and ``sha256`` are None where they cannot be known (ACM, nothing, gone).
    """

    kind: Presents
    id: str | None = None
    not_after: datetime | None = None
    sha256: str | None = None
    rotation_id: str | None = None

    def alive(self, now: datetime) -> bool:
        """Whether backends accept it at this instant, as far as can be known; what cannot be known is alive."""
        if self.kind in {Presents.NOTHING, Presents.GONE}:
            return False
        return self.not_after is None or now < self.not_after

    def ends_within(self, span: timedelta, now: datetime) -> bool:
        """Whether it is known to expire by then, or has."""
        return self.not_after is not None and now >= self.not_after - span


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What is known of the trust that backends were given.

    ``since``: from when the desired certificate is trusted, None when the bundle does not hold it.
    ``presented_since``: the same of what the stage presents.
    ``lacked_at``: when a target was last seen not to hold it: a run may have mended that, and ended before its state
    was saved.
    ``trusted``: the SHA-256 of all that the bundle holds; None where there is no bundle to ask.
    ``rotations``: the ids of the rotations whose certificates it publishes.
    """

    since: datetime | None
    trusted: Collection[str] | None = None
    rotations: Collection[str] = ()
    lacked_at: datetime | None = None
    presented_since: datetime | None = None

    @property
    def unbroken_since(self) -> datetime | None:
        """From when on backends have trusted it without a break, as far as is known."""
        if self.since is None or self.lacked_at is None:
            return self.since
        return max(self.since, self.lacked_at)

    def trusted_for_less(self, held: Held | None) -> bool:
        """Whether backends may have had less time with the desired certificate than with what the stage presents.

        What has no date and is held all the same may have been there for long; where neither has one, they are alike.
        """
        since = self.unbroken_since
        if self.presented_since is None:
            return since is not None and held is not None and held.presented
        return since is None or since > self.presented_since


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What every target that publishes the certificate, and can be read, holds at this moment.

    ``presented`` is True where it cannot be told: a stage that presents nothing, or what has no fingerprint here.
    ``worse``: one of several targets holds what is presented and not the desired one, by a look at it, or, where it
    cannot be read, as it was left. ``unseen``: one cannot be read.
    """

    desired: bool
    presented: bool
    worse: bool = False
    unseen: bool = False

    @property
    def against(self) -> bool:
        """Whether a stage that goes back would lose a backend that accepts it now."""
        return self.worse or (not self.desired and self.presented)


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingDecision:
    """What a binding does now; ``hold`` and ``until`` go with WAIT, ``refusal`` with REFUSE, the others with BIND.

    ``overruled`` are the waits that the presented certificate's expiry cuts short. ``losing`` says that backends refuse
    what is presented already. ``unheld`` says that some refuse what is bound: there was nothing to lose, and it is red.
    """

    move: Move
    until: datetime | None = None
    hold: Hold | None = None
    refusal: Refusal | None = None
    overruled: tuple[Hold, ...] = ()
    losing: bool = False
    unheld: bool = False


_NOT_HELD = BindingDecision(move=Move.REFUSE, refusal=Refusal.NOT_HELD)
_UNSEEN = BindingDecision(move=Move.REFUSE, refusal=Refusal.UNSEEN)


def decide_binding(  # noqa: PLR0913 - each is one fact of the rule, named at the call
    *,
    desired: str,
    presented: Presented,
    publication: Publication,
    policy: BindingPolicy | Policy,
    take_over: bool,
    now: datetime,
    wave_order: WaveOrder | None = None,
    held: Held | None = None,
) -> BindingDecision:
    """Whether the stage moves; defined for every combination. ``held`` None: there is no target to look at."""
    if presented.id == desired:
        return _kept(held)
    refusal = _not_ours_to_replace(presented, publication, take_over=take_over, now=now)
    if refusal is not None:
        return BindingDecision(move=Move.REFUSE, refusal=refusal)
    if not presented.alive(now):
        return BindingDecision(move=Move.BIND, unheld=held is not None and not held.desired)
    wave_order = wave_order or WaveOrder()
    if wave_order.going_back and not publication.trusted_for_less(held):
        # A lead protects what is presented, and backends had as much time with what the stage goes back to.
        decision = BindingDecision(move=Move.BIND)
    else:
        decision = _in_wave_order(desired, presented, publication, policy, wave_order, now)
    if held is None:
        return decision
    if wave_order.going_back:
        return _back_as_held(decision, held)
    return _as_held(decision, held, presented, publication)


def _kept(held: Held | None) -> BindingDecision:
    """What a look at the targets makes of a stage that presents what it should (invariant 13)."""
    if held is not None and not held.desired:
        return _NOT_HELD
    return _UNSEEN if held is not None and held.unseen else BindingDecision(move=Move.KEEP)


def _as_held(decision: BindingDecision, held: Held, presented: Presented, publication: Publication) -> BindingDecision:
    """What a look at the targets makes of a decision about a live certificate (invariants 1 and 13)."""
    if not held.desired and publication.since is not None:
        return _NOT_HELD
    if held.unseen and decision.move is not Move.REFUSE:
        # What could not be seen counts as harm.
        return _UNSEEN
    if held.desired and not held.presented and presented.kind is Presents.OURS and not held.unseen:
        # It is losing traffic already: every wait would only add to the loss.
        return BindingDecision(move=Move.BIND, losing=True)
    if not held.presented and decision.move is Move.WAIT:
        return _NOT_HELD
    return decision


def _back_as_held(decision: BindingDecision, held: Held) -> BindingDecision:
    """The same for a stage that goes back to an older generation: only a backend that it would lose holds it."""
    if held.against:
        return _NOT_HELD
    if held.desired and not held.presented:
        return BindingDecision(move=Move.BIND, losing=True)
    if decision.move is Move.WAIT and not held.presented:
        return _NOT_HELD
    if decision.move is Move.WAIT and held.unseen:
        return _UNSEEN
    return replace(decision, unheld=not held.desired) if decision.move is Move.BIND else decision


def _in_wave_order(  # noqa: PLR0913, PLR0917 - each is one fact of the rule
    desired: str,
    presented: Presented,
    publication: Publication,
    policy: BindingPolicy | Policy,
    wave_order: WaveOrder,
    now: datetime,
) -> BindingDecision:
    """Whether a stage that presents a live certificate may leave it now."""
    hurry_at = None if presented.not_after is None else presented.not_after - policy.activate_by
    lead = served(policy.publish_lead, PUBLISHED_LONG_ENOUGH)
    since = publication.unbroken_since
    if since is None:
        if hurry_at is not None and now >= hurry_at:
            return BindingDecision(move=Move.REFUSE, refusal=Refusal.NOT_PUBLISHED)
        until = now + lead if hurry_at is None else min(now + lead, hurry_at)
        return BindingDecision(move=Move.WAIT, until=until, hold=Hold.LEAD)
    ready_at = since + lead
    lead_limit = hurry_at
    if hurry_at is not None and since >= hurry_at:
        # First published in the last days: backends that poll or reload get half of what is left to the limit.
        lead_limit = hurry_at + policy.activate_by / 2
    holds: list[tuple[Hold, datetime | None, datetime | None]] = [
        *([(Hold.LEAD, ready_at, lead_limit)] if now < ready_at else []),
        *((hold, ends, hurry_at) for hold, ends in wave_order.holds(desired, now)),
    ]
    for hold, ends, limit in holds:
        if limit is None or now < limit:
            last = min((instant for instant in (ends, limit) if instant is not None), default=now + _LOOK_AGAIN)
            return BindingDecision(move=Move.WAIT, until=last, hold=hold)
    return BindingDecision(move=Move.BIND, overruled=tuple(hold for hold, _ends, _limit in holds))


def _not_ours_to_replace(
    presented: Presented, publication: Publication, *, take_over: bool, now: datetime
) -> Refusal | None:
    """Why the presented certificate may not be replaced, whoever wants it (invariant 9)."""
    if presented.kind is Presents.ACM:
        return None if take_over else Refusal.ACM
    if not presented.alive(now):
        return None
    if presented.kind is Presents.OTHER_ROTATION:
        # One bundle that publishes both rotations says that they know of each other; without it they would compete.
        both = presented.rotation_id in publication.rotations and presented.sha256 in (publication.trusted or ())
        return None if take_over and both else Refusal.OTHER_ROTATION
    if presented.kind is Presents.FOREIGN:
        if not take_over:
            return Refusal.FOREIGN
        # While the stage waits it keeps presenting the foreign one: published trust must not cut it off.
        if publication.trusted is not None and presented.sha256 not in publication.trusted:
            return Refusal.FOREIGN_UNTRUSTED
    return None


def binding_due(
    *,
    desired: str,
    presented: str | None,
    waiting_for: str | None,
    waiting_until: datetime | None,
    now: datetime,
) -> bool:
    """Whether state alone says that a binding has something to do: a wait that was recorded is quiet until its end."""
    if desired == presented:
        return False
    return waiting_until is None or waiting_for != desired or now >= waiting_until
