"""Whether a binding is still told which certificate is active: an input that the engine ignores stands still. Pure.

``ignore_changes`` puts an input's old value in the place of the new one, before any provider sees it. A binding that
is told so presents the same certificate until its last day, and every run would be green.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime, timedelta

# A run may leave out what publishes, and a stage waits a lead for what it publishes then.
_LEADS_TO_PUBLISH = 2
# A certificate that was minted short, or adopted late, is near its end for its whole life by ``activate_by`` alone.
_LAST_PART = 4


class Lag(enum.Enum):
    """How a binding's inputs lag behind the certificate."""

    NOT_ACTIVE = "not-active"
    NO_SUCCESSOR = "no-successor"
    NOT_PUBLISHED = "not-published"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One generation as a binding's inputs tell of it; what is None they do not say."""

    id: str
    active: bool = False
    pending: bool = False
    sha256: str | None = None
    not_after: datetime | None = None
    pending_since: datetime | None = None

    def near_its_end(self, activate_by: timedelta, now: datetime) -> bool:
        """Whether a successor must be on its way by now, whatever the runs before did."""
        if self.not_after is None:
            return False
        life = None if self.pending_since is None else (self.not_after - self.pending_since) / _LAST_PART
        return now >= self.not_after - (activate_by if life is None else min(activate_by, life))

    def dead(self, now: datetime) -> bool:
        """Whether it is known to have expired."""
        return self.not_after is not None and now >= self.not_after


def lag_of(desired: str, told: Sequence[Told], activate_by: timedelta, now: datetime) -> Lag | None:
    """How the desired certificate lags behind; None where it is the active one and has time, or nothing is told of it.

    A pin makes the pinned generation the active one, so what a pin holds back lags behind nothing. Where all inputs
    stand still, they still call the old one active: it is then told by its end, and by the successor that they lack.
    """
    active = next((one.id for one in told if one.active), None)
    if active is not None and active != desired:
        return Lag.NOT_ACTIVE
    wanted = next((one for one in told if one.id == desired), None)
    if wanted is None or not wanted.near_its_end(activate_by, now):
        return None
    succeeded = any(one.id != desired and not one.dead(now) for one in told)
    return None if succeeded and not wanted.dead(now) else Lag.NO_SUCCESSOR


def unpublished(
    desired: str, told: Sequence[Told], published: Collection[str], publish_lead: timedelta, now: datetime
) -> Told | None:
    """What the stage is to present now or next, and what publishes is not said to hold although it was made long ago.

    For a bundle that writes targets: it dates every generation in the run that made it. A binding whose
    ``publishedSince`` stands still waits for a lead that never begins, run after run.
    """
    wanted = [one for one in told if (one.id == desired or one.pending) and not one.dead(now)]
    for one in wanted:
        long_ago = one.pending_since is not None and now >= one.pending_since + _LEADS_TO_PUBLISH * publish_lead
        if long_ago and one.sha256 is not None and one.sha256 not in published:
            return one
    return None
