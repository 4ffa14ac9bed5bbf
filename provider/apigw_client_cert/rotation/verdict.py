"""TABLE: whether a stage moves, stays or goes back, by what is known of the two certificates. Data; pure and total.

One table for the gate before a switch, the confirmation after it, and the way back. Two sentences are behind every row:
what holds a move is a proof that the certificate to come is refused, or the loss of one that works; and where nothing
alive is presented, or what is presented is refused, there is nothing to lose.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Standing(enum.Enum):
    """What is known of one certificate at one backend; its value is the word of the documentation."""

    NOTHING = "nothing"
    DEAD = "dead"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNPROVEN = "not proven"
    UNASKED = "cannot be asked"
    LATER = "asked after the move"
    BEFORE = "refused before"


class Why(enum.Enum):
    """What a stage would move for; its value is the word of the documentation."""

    ROTATION = "rotation"
    ROLLBACK = "rollback"
    REPAIR = "repair"
    WAY_BACK = "way back"


class Outcome(enum.Enum):
    """What a stage does; its value is the word of the documentation."""

    MOVE = "move"
    STAY = "stay, red"
    GO_BACK = "go back, red"
    CONFIRMED = "confirmed"


PRESENTED: Final = (
    Standing.NOTHING,
    Standing.DEAD,
    Standing.ACCEPTED,
    Standing.REFUSED,
    Standing.UNPROVEN,
    Standing.UNASKED,
)
"""The rows of the table: what the stage presents."""
COMING: Final = (
    Standing.DEAD,
    Standing.ACCEPTED,
    Standing.REFUSED,
    Standing.UNPROVEN,
    Standing.UNASKED,
    Standing.LATER,
    Standing.BEFORE,
)
"""Its columns: the certificate to come. ``LATER``: only the confirmation after the move can ask about it. ``BEFORE``:
a run has seen it refused through the stage, took the switch back, and nothing has changed since.
"""

_MOVE, _STAY, _BACK, _GOOD = Outcome.MOVE, Outcome.STAY, Outcome.GO_BACK, Outcome.CONFIRMED
# dead, accepted, refused, not proven, cannot be asked, asked after the move, refused before
_NOTHING_TO_LOSE = (_STAY, _MOVE, _MOVE, _MOVE, _MOVE, _MOVE, _MOVE)
_UNLESS_REFUSED = (_STAY, _MOVE, _STAY, _MOVE, _MOVE, _MOVE, _MOVE)
_ONLY_PROVEN = (_STAY, _MOVE, _STAY, _STAY, _STAY, _STAY, _STAY)
_BACK_TO_WHAT_LIVES = (_STAY, _BACK, _BACK, _BACK, _BACK, _BACK, _BACK)
_BACK_UNLESS_REFUSED = (_STAY, _BACK, _STAY, _BACK, _BACK, _BACK, _BACK)
# What was seen to fail as little as what is presented is no better place.
_BACK_UNLESS_ALIKE = (_STAY, _BACK, _STAY, _STAY, _BACK, _BACK, _STAY)

_HARDLY_HELD = {
    Standing.NOTHING: _NOTHING_TO_LOSE,
    Standing.DEAD: _NOTHING_TO_LOSE,
    Standing.ACCEPTED: _UNLESS_REFUSED,
    Standing.REFUSED: _UNLESS_REFUSED,
    Standing.UNPROVEN: _UNLESS_REFUSED,
    Standing.UNASKED: _UNLESS_REFUSED,
}

TABLE: Final[Mapping[Why, Mapping[Standing, tuple[Outcome, ...]]]] = {
    Why.ROTATION: {
        Standing.NOTHING: _NOTHING_TO_LOSE,
        Standing.DEAD: _NOTHING_TO_LOSE,
        Standing.ACCEPTED: (_STAY, _MOVE, _STAY, _STAY, _STAY, _MOVE, _STAY),
        Standing.REFUSED: _UNLESS_REFUSED,
        Standing.UNPROVEN: _ONLY_PROVEN,
        Standing.UNASKED: _ONLY_PROVEN,
    },
    # Whoever pins an older generation has a reason; only a proof that it is refused holds him.
    Why.ROLLBACK: _HARDLY_HELD,
    # What is presented ends soon, or is in no target, or is gone: only a proof of refusal is worse than that.
    Why.REPAIR: _HARDLY_HELD,
    Why.WAY_BACK: {
        Standing.NOTHING: _BACK_TO_WHAT_LIVES,
        Standing.DEAD: _BACK_TO_WHAT_LIVES,
        Standing.ACCEPTED: (_GOOD,) * len(COMING),
        Standing.REFUSED: _BACK_UNLESS_REFUSED,
        Standing.UNPROVEN: _BACK_UNLESS_ALIKE,
        Standing.UNASKED: _BACK_UNLESS_ALIKE,
    },
}
"""Why, what is presented -> what the stage does, for each of ``COMING``.

On the way back, ``presented`` is what a switch that is not confirmed left there, and what is to come is the certificate
that was confirmed last.
"""


def outcome(why: Why, presented: Standing, coming: Standing) -> Outcome:
    """What the stage does; defined for each of ``PRESENTED`` and ``COMING``."""
    return TABLE[why][presented][COMING.index(coming)]


def leads_to_the_one_before(*, presented: str, confirmed: str | None, left: str | None) -> bool:
    """Whether the generation that was active before is the place to go back to from ``presented``.

    It is where this binding knows of no other: it has ``confirmed`` nothing, so nobody has seen ``presented`` work here
    either, and what it ``left`` on the stage is that, or nothing. Nobody has seen the one before work here: its
    standing is not proven.
    """
    return confirmed is None and left in {None, presented}
