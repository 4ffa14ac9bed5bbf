"""Rule 1: everything that changes a role, adds or removes a generation lives in this file.

``decide.py`` says which step is due, the lifecycle acts, and ``advance`` turns what came of it into the next
rotation. As much as possible is in ``TABLE``: a step that would reach a phase which its row does not list raises
``IllegalTransition`` and changes nothing. The diagram in docs/state-machine.md is generated from the table.

There are three kinds of rows. A *decided* step follows from state and clock. ``LOSE`` and ``RESUME`` are *observed*:
somebody deleted a generation, or AWS still knows one that state does not, and the table cannot forbid it, only say
where it leads. ``ADOPT`` is *asked for*: the user names a certificate.
"""

from __future__ import annotations

import enum
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from apigw_client_cert.rotation.history import CREATE, begun, recorded
from apigw_client_cert.rotation.model import Generation, Phase, Role, Rotation

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime


class Step(enum.Enum):
    """The steps, most urgent first: when several are due, a run takes the first of them."""

    RECOVER = "recover"
    REGENERATE = "regenerate"
    PIN = "pin"
    ACTIVATE = "activate"
    ISSUE = "issue"
    WITHDRAW = "withdraw"
    RETIRE = "retire"
    CONFIRM = "confirm"
    NONE = "none"
    LOSE = "lose"
    RESUME = "resume"
    ADOPT = "adopt"


#: Steps that no decision takes: they were observed, or asked for.
UNDECIDED = (Step.LOSE, Step.RESUME, Step.ADOPT)


class Transition(NamedTuple):
    """One row: this step, taken in this phase, leads to one of those phases."""

    step: Step
    before: Phase
    after: tuple[Phase, ...]
    meaning: str


_STEADY, _PUBLISHED, _OVERLAPPING, _LOST = Phase.STEADY, Phase.PUBLISHED, Phase.OVERLAPPING, Phase.LOST

TABLE: tuple[Transition, ...] = (
    Transition(Step.ISSUE, _STEADY, (_PUBLISHED,), "generate the successor, trusted beside the active one"),
    Transition(Step.ISSUE, _OVERLAPPING, (_PUBLISHED,), "the same, while an older one still waits for retirement"),
    Transition(Step.ISSUE, _PUBLISHED, (_PUBLISHED,), "replace a pending one that is nearly due itself"),
    Transition(Step.ACTIVATE, _PUBLISHED, (_OVERLAPPING,), "the pending one may be presented; stages move"),
    Transition(Step.CONFIRM, _OVERLAPPING, (_OVERLAPPING,), "look who still presents a previous one"),
    Transition(Step.CONFIRM, _PUBLISHED, (_PUBLISHED,), "the same, during the next rotation"),
    Transition(Step.RETIRE, _OVERLAPPING, (_STEADY, _OVERLAPPING), "look again, and delete what nobody presents"),
    Transition(Step.RETIRE, _PUBLISHED, (_PUBLISHED,), "the same, during the next rotation"),
    Transition(Step.WITHDRAW, _OVERLAPPING, (_OVERLAPPING,), "an expired previous one leaves the trust bundle"),
    Transition(Step.WITHDRAW, _PUBLISHED, (_PUBLISHED,), "the same, during the next rotation"),
    Transition(Step.PIN, _PUBLISHED, (_PUBLISHED, _OVERLAPPING), "the pinned one becomes active"),
    Transition(Step.PIN, _OVERLAPPING, (_PUBLISHED, _OVERLAPPING), "roll back: a newer active one waits as pending"),
    Transition(Step.RECOVER, _LOST, (_STEADY, _PUBLISHED, _OVERLAPPING), "a live generation takes the place at once"),
    Transition(Step.RECOVER, _PUBLISHED, (_PUBLISHED, _OVERLAPPING), "the active one expired; a live one takes over"),
    Transition(Step.RECOVER, _OVERLAPPING, (_OVERLAPPING,), "the active one expired; a previous one takes over"),
    Transition(Step.REGENERATE, _LOST, (_STEADY, _OVERLAPPING), "none is alive: generate and activate in one"),
    Transition(Step.REGENERATE, _STEADY, (_OVERLAPPING,), "the active one expired and nothing else is alive"),
    Transition(Step.REGENERATE, _PUBLISHED, (_OVERLAPPING,), "the same, with an expired pending one"),
    Transition(Step.REGENERATE, _OVERLAPPING, (_OVERLAPPING,), "the same, with expired previous ones"),
    Transition(Step.LOSE, _STEADY, (_LOST,), "the active one was deleted by hand"),
    Transition(Step.LOSE, _PUBLISHED, (_STEADY, _PUBLISHED, _OVERLAPPING, _LOST), "some were deleted by hand"),
    Transition(Step.LOSE, _OVERLAPPING, (_STEADY, _OVERLAPPING, _LOST), "some were deleted by hand"),
    Transition(Step.LOSE, _LOST, (_LOST,), "more were deleted by hand"),
    Transition(Step.RESUME, _LOST, (_STEADY, _PUBLISHED, _OVERLAPPING), "AWS knows live ones that state does not"),
    Transition(Step.RESUME, _STEADY, (_PUBLISHED, _OVERLAPPING), "the same, or stages present one that state lost"),
    Transition(Step.RESUME, _PUBLISHED, (_PUBLISHED, _OVERLAPPING), "the same, with an expired pending one"),
    Transition(Step.RESUME, _OVERLAPPING, (_PUBLISHED, _OVERLAPPING), "the same, with expired previous ones"),
    Transition(Step.ADOPT, _STEADY, (_OVERLAPPING,), "a certificate that the user names becomes the active one"),
    Transition(Step.ADOPT, _PUBLISHED, (_OVERLAPPING,), "the same; the pending one becomes previous, too"),
    Transition(Step.ADOPT, _OVERLAPPING, (_OVERLAPPING,), "the same, while an older one waits for retirement"),
    Transition(Step.ADOPT, _LOST, (_STEADY, _OVERLAPPING), "the same, where none was active"),
)

_AFTER: dict[tuple[Step, Phase], tuple[Phase, ...]] = {(row.step, row.before): row.after for row in TABLE}


class IllegalTransition(ValueError):  # noqa: N818 - names the violated rule, as the table does
    """A step was taken in a phase, or towards a phase, that the table does not know; the rotation did not change."""


def begin(rotation_id: str, first: Generation, now: datetime, *, trigger: str | None = None) -> Rotation:
    """The rotation at creation: one active generation, newly generated or adopted, on offer to backends from now."""
    active = replace(first, role=Role.ACTIVE, pending_since=now)
    return Rotation(
        rotation_id=rotation_id,
        generations=(active,),
        highest_number=first.number,
        trigger=trigger,
        history=begun(CREATE, [active], now),
    )


def resume(  # noqa: PLR0913 - what AWS says, and how the user has asked for it
    rotation_id: str,
    generations: Sequence[Generation],
    presented: Collection[int],
    now: datetime,
    *,
    trigger: str | None = None,
    step: Step = Step.RESUME,
) -> Rotation:
    """The rotation as it can be told from AWS alone: the certificates in order, and which of them stages present.

    The newest live one that is presented is active; where none is, the oldest live one: it was trusted longest.
    The newest after it waits as pending, and all waits start anew. Nothing is taken out of trust but what expired.
    ``step`` is the word for it: ``ADOPT`` where the user names the certificate.
    """
    live = [one.number for one in generations if not one.expired(now)]
    shown = [number for number in live if number in presented]
    active = max(shown) if shown else min(live, default=None)
    later = [number for number in live if active is not None and number > active]
    roles = {active: Role.ACTIVE, max(later, default=None): Role.PENDING}
    resumed = tuple(
        replace(
            one,
            role=roles.get(one.number, Role.PREVIOUS),
            pending_since=now,
            unused_since=None,
            scanned_at=None,
            trusted=not one.expired(now),
        )
        for one in generations
    )
    return Rotation(
        rotation_id=rotation_id,
        generations=resumed,
        highest_number=max(one.number for one in generations),
        trigger=trigger,
        history=begun(step.value, resumed, now),
    )


def rediscover(rotation: Rotation, found: Sequence[Generation], presented: Collection[int], now: datetime) -> Rotation:
    """Carry on with live generations of AWS that state did not know, as ``resume`` does, beside those that it did."""
    together = sorted([*rotation.generations, *found], key=lambda one: one.number)
    resumed = resume(rotation.rotation_id, together, presented, now)
    return _move(Step.RESUME, rotation, resumed.generations, now)


def take_in(rotation: Rotation, found: Sequence[Generation], now: datetime) -> Rotation:
    """Trust generations that stages present and state did not know, as previous ones; the active one stays."""
    previous = [replace(one, role=Role.PREVIOUS, pending_since=now, trusted=True) for one in found]
    together = sorted([*rotation.generations, *previous], key=lambda one: one.number)
    return _move(Step.RESUME, rotation, tuple(together), now)


def adopt(rotation: Rotation, taken: Sequence[Generation], number: int, now: datetime) -> Rotation:
    """Make a certificate that the user named the active one; what it replaces, and what came with it, is previous."""
    for one in taken:
        _refuse_used_number(rotation, one)
    former = _change(
        rotation.generations, [*_numbers(rotation.active), *_numbers(rotation.pending)], role=Role.PREVIOUS
    )
    added = (
        replace(one, role=Role.ACTIVE if one.number == number else Role.PREVIOUS, pending_since=now) for one in taken
    )
    return _move(Step.ADOPT, rotation, (*former, *added), now)


def issue(rotation: Rotation, successor: Generation, now: datetime, *, trigger: str | None = None) -> Rotation:
    """Add a pending generation whose wait starts now; a pending one that it replaces becomes a previous one."""
    _refuse_used_number(rotation, successor)
    demoted = _change(rotation.generations, _numbers(rotation.pending), role=Role.PREVIOUS)
    added = replace(successor, role=Role.PENDING, pending_since=now)
    return _move(Step.ISSUE, rotation, (*demoted, added), now, trigger=trigger)


def activate(rotation: Rotation, number: int, now: datetime, step: Step = Step.ACTIVATE) -> Rotation:
    """Make a known generation the active one; the former one becomes previous, or pending when rolled back."""
    former = rotation.active
    rolled_back = step is Step.PIN and former is not None and former.number > number
    pending_is_free = rotation.pending is None or rotation.pending.number == number
    generations = rotation.generations
    if former is not None:
        role = Role.PENDING if rolled_back and pending_is_free else Role.PREVIOUS
        generations = _change(generations, [former.number], role=role)
    generations = _change(generations, [number], role=Role.ACTIVE, unused_since=None, scanned_at=None, trusted=True)
    return _move(step, rotation, generations, now)


def regenerate(rotation: Rotation, fresh: Generation, now: datetime, *, trigger: str | None = None) -> Rotation:
    """Put a fresh generation in the place of all dead ones; nobody can have trusted it yet."""
    _refuse_used_number(rotation, fresh)
    dead = _change(rotation.generations, [*_numbers(rotation.active), *_numbers(rotation.pending)], role=Role.PREVIOUS)
    added = replace(fresh, role=Role.ACTIVE, pending_since=now)
    return _move(Step.REGENERATE, rotation, (*dead, added), now, trigger=trigger)


def confirm(rotation: Rotation, in_use: Mapping[int, Collection[str]], now: datetime) -> Rotation:
    """Record a scan: who presents which previous generation; a clean one starts, or continues, its unused time."""
    return _scanned(Step.CONFIRM, rotation, (), in_use, now)


def retire(
    rotation: Rotation, deleted: Collection[int], in_use: Mapping[int, Collection[str]], now: datetime
) -> Rotation:
    """Record the scan that went before a deletion, and what was deleted after it."""
    return _scanned(Step.RETIRE, rotation, deleted, in_use, now)


def withdraw(rotation: Rotation, now: datetime) -> Rotation:
    """Take expired generations out of the trust bundle; they stay in AWS until nobody presents them."""
    return _move(Step.WITHDRAW, rotation, rotation.generations, now)


def remember_trigger(rotation: Rotation, trigger: str | None) -> Rotation:
    """Keep a trigger value that asks for nothing: set for the first time, unset, or honoured already."""
    return rotation if rotation.trigger == trigger else replace(rotation, trigger=trigger)


def lose(rotation: Rotation, gone: Collection[int], now: datetime) -> Rotation:
    """Forget generations that AWS no longer knows."""
    kept = tuple(generation for generation in rotation.generations if generation.number not in gone)
    if kept == rotation.generations:
        return rotation
    return _move(Step.LOSE, rotation, kept, now)


def _scanned(
    step: Step,
    rotation: Rotation,
    deleted: Collection[int],
    in_use: Mapping[int, Collection[str]],
    now: datetime,
) -> Rotation:
    generations: list[Generation] = []
    for generation in rotation.generations:
        if generation.number in deleted:
            continue
        if generation.role is not Role.PREVIOUS:
            generations.append(generation)
            continue
        since = generation.unused_since
        # A recorded start that lies in the future belongs to a clock that was put back: it proves nothing.
        unbroken = since if since is not None and since <= now else now
        unused = None if in_use.get(generation.number) else unbroken
        generations.append(replace(generation, unused_since=unused, scanned_at=now))
    return _move(step, rotation, tuple(generations), now, in_use=in_use)


def _move(  # noqa: PLR0913 - the one place where every part of the next rotation comes together
    step: Step,
    rotation: Rotation,
    generations: tuple[Generation, ...],
    now: datetime,
    *,
    trigger: str | None = None,
    in_use: Mapping[int, Collection[str]] | None = None,
) -> Rotation:
    # Both ways: what was withdrawn while a clock ran ahead, and is alive after all, is trusted again.
    settled = tuple(
        generation if generation.trusted is trusted else replace(generation, trusted=trusted)
        for generation in generations
        for trusted in [generation.role is Role.ACTIVE or not generation.expired(now)]
    )
    has_previous = any(generation.role is Role.PREVIOUS for generation in settled)
    blocked = rotation.retirement_blocked_by
    if in_use is not None:
        blocked = tuple(sorted({stage for stages in in_use.values() for stage in stages}))
    after = replace(
        rotation,
        generations=settled,
        highest_number=max([rotation.highest_number, *(generation.number for generation in settled)]),
        trigger=rotation.trigger if trigger is None else trigger,
        retirement_blocked_by=blocked if has_previous else (),
    )
    if after.phase not in _AFTER.get((step, rotation.phase), ()):
        raise IllegalTransition(f"{step.value} does not lead from {rotation.phase.value} to {after.phase.value}")
    return replace(after, history=recorded(step.value, rotation, after, now, in_use))


def _refuse_used_number(rotation: Rotation, fresh: Generation) -> None:
    if fresh.number <= rotation.highest_number:
        raise IllegalTransition(
            f"generation {fresh.number} cannot be new: numbers up to {rotation.highest_number} were used before"
        )


def _change(generations: Iterable[Generation], numbers: Collection[int], **changes: object) -> tuple[Generation, ...]:
    return tuple(
        replace(generation, **changes) if generation.number in numbers else generation  # type: ignore[arg-type]
        for generation in generations
    )


def _numbers(generation: Generation | None) -> list[int]:
    return [] if generation is None else [generation.number]
