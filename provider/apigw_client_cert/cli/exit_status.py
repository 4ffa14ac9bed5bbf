"""What the exit status says: 0 fine, 2 something is due, 3 something needs a person, 4 something could not be read."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable


class Judged(Protocol):
    """What has an exit status of its own: a row, or one thing that there is to say."""

    @property
    def exit_status(self) -> ExitStatus:
        """What it makes of the command's."""


One = TypeVar("One", bound=Judged)


class ExitStatus(enum.IntEnum):
    """The exit status of ``status`` and ``check``; wrong usage is ``UNREAD`` too, as nothing was looked at."""

    FINE = 0
    DUE = 2
    PERSON = 3
    UNREAD = 4


# What is known to be wrong outranks what is not known, and both what the next run does by itself.
_WORST_FIRST = (ExitStatus.PERSON, ExitStatus.UNREAD, ExitStatus.DUE, ExitStatus.FINE)


def worst(found: Iterable[ExitStatus]) -> ExitStatus:
    """The one that a person must see: 3 before 4 before 2 before 0."""
    return min(found, key=_WORST_FIRST.index, default=ExitStatus.FINE)


def worst_first(found: Iterable[One]) -> tuple[One, ...]:
    """What a person must see first, first; alike ones as they came."""
    return tuple(sorted(found, key=lambda one: _WORST_FIRST.index(one.exit_status)))
