"""What a rotation remembers of its own steps, for whoever has to show them: an audit, a person on call. Pure.

Every transition goes through here, so nothing that ``transitions.py`` did is missing, and nothing that failed is in it.
No rule reads it. It is bounded, because state is: a certificate that a stranger presents is looked at every day.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from apigw_client_cert.errors import LONGEST_SHOWN, MOST_LISTED
from apigw_client_cert.rotation.model import HistoryEntry, Role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from apigw_client_cert.rotation.model import Generation, Rotation

#: How many entries are kept; an undisturbed rotation makes four a year.
MOST: Final = 24
#: The word for the beginning, which is no row of the table; all others are the table's.
CREATE: Final = "create"
_LOOK: Final = "confirm"
_WITHDRAWN: Final = "withdraw"


def begun(step: str, generations: Sequence[Generation], now: datetime) -> tuple[HistoryEntry, ...]:
    """The entries of a rotation that begins with these generations."""
    return _bounded(tuple(_brought_in(step, one, now) for one in generations))


def recorded(
    step: str, before: Rotation, after: Rotation, now: datetime, in_use: Mapping[int, Collection[str]] | None
) -> tuple[HistoryEntry, ...]:
    """The history after a step: an entry for each generation that it concerned.

    A generation that a retirement has kept was looked at, and no more. A look that finds what the one before it found
    of the same generation is counted there.

    Args:
        step: The word of the table.
        before: The rotation that the step was taken from, with its history.
        after: What came of it.
        now: When.
        in_use: What a look found, by generation; None where nobody looked.
    """
    history = before.history
    for entry in _entries(step, before, after, now, in_use):
        history = _with(history, entry)
    return _bounded(history)


def signed(rotation: Rotation, caller: str | None, before: Collection[HistoryEntry] = ()) -> Rotation:
    """The rotation whose entries that were not there before name who called; of a look that was repeated, the first."""
    known = {_identity(one) for one in before}
    return replace(
        rotation,
        history=tuple(one if _identity(one) in known else replace(one, caller=caller) for one in rotation.history),
    )


def _identity(one: HistoryEntry) -> tuple[datetime, str, str]:
    return one.at, one.step, one.certificate_id


def _bounded(history: tuple[HistoryEntry, ...]) -> tuple[HistoryEntry, ...]:
    """The entries that are kept: a stranger's stage that comes and goes makes looks, which push no other step out."""
    kept = list(history)
    while len(kept) > MOST:
        del kept[next((number for number, one in enumerate(kept) if one.step == _LOOK), 0)]
    return tuple(kept)


def _entries(
    step: str, before: Rotation, after: Rotation, now: datetime, in_use: Mapping[int, Collection[str]] | None
) -> Iterator[HistoryEntry]:
    for one in before.generations:
        if after.numbered(one.number) is None:
            yield replace(_entry(step, one, now), role=None, in_use_by=None if in_use is None else ())
    for one in after.generations:
        former = before.numbered(one.number)
        if former is None:
            yield _brought_in(step, one, now)
            continue
        if one.role is Role.ACTIVE and former.role is not Role.ACTIVE:
            yield _entry(step, one, now)
        if former.trusted and not one.trusted:
            yield _entry(_WITHDRAWN, one, now)
        if in_use is not None and one.role is Role.PREVIOUS:
            yield _looked_at(one, now, in_use.get(one.number, ()))


def _entry(step: str, generation: Generation, now: datetime) -> HistoryEntry:
    return HistoryEntry(
        at=now,
        step=step,
        generation=generation.number,
        certificate_id=generation.id,
        sha256=generation.sha256,
        role=generation.role,
    )


def _brought_in(step: str, generation: Generation, now: datetime) -> HistoryEntry:
    # What an interrupted run has left was made earlier than it is taken in.
    return replace(_entry(step, generation, now), created=generation.created_date)


def _looked_at(generation: Generation, now: datetime, users: Collection[str]) -> HistoryEntry:
    return replace(
        _entry(_LOOK, generation, now),
        in_use_by=tuple(one[:LONGEST_SHOWN] for one in sorted(users)[:MOST_LISTED]),
        in_use_by_more=max(len(users) - MOST_LISTED, 0),
    )


def _with(history: tuple[HistoryEntry, ...], entry: HistoryEntry) -> tuple[HistoryEntry, ...]:
    last = next((one for one in reversed(history) if one.certificate_id == entry.certificate_id), None)
    if last is None or not _finds_the_same(last, entry):
        return (*history, entry)
    again = replace(last, times=last.times + 1, last_at=entry.at)
    return tuple(again if one is last else one for one in history)


def _finds_the_same(last: HistoryEntry, entry: HistoryEntry) -> bool:
    return (
        last.step == entry.step == _LOOK
        and last.in_use_by == entry.in_use_by
        and last.in_use_by_more == entry.in_use_by_more
    )
