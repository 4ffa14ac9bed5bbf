"""The values that the rules speak of: generations, the rotation, findings. Frozen and validated.

Instants are aware UTC datetimes cut to whole seconds; durations are ``timedelta``.
Nothing here reads a clock, parses X.509 or knows how a value is stored.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


# Every rule adds or subtracts at most ten years (durations.LONGEST): inside these bounds none can overflow.
_FIRST_YEAR, _LAST_YEAR = 1970, 9000


class Role(enum.Enum):
    """What a generation is for; its value is the word in state."""

    PENDING = "pending"
    ACTIVE = "active"
    PREVIOUS = "previous"


class Phase(enum.Enum):
    """Where a rotation stands; derived from the roles, so it cannot contradict them."""

    STEADY = "steady"
    PUBLISHED = "published"
    OVERLAPPING = "overlapping"
    LOST = "lost"


class Severity(enum.Enum):
    """How loudly a finding is said."""

    NOTE = "note"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """An expected situation that the user should hear of; a value, never an exception.

    ``reason`` is stable and for machines; ``message`` is for people and holds no PEM.
    """

    reason: str
    message: str
    severity: Severity = Severity.WARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedCertificate:
    """What a backend needs to accept one certificate.

    Fingerprints are lower-case hex without colons: ``sha256`` and ``sha1`` over the DER certificate,
    ``spki_sha256`` over the DER SubjectPublicKeyInfo.
    """

    sha256: str
    sha1: str
    spki_sha256: str
    pem: str = field(repr=False)
    not_after: datetime

    def expired(self, now: datetime) -> bool:
        """Whether the validity is over at this instant; the last second counts as expired (RFC 5280 says inclusive)."""
        return now >= self.not_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation(TrustedCertificate):
    """One certificate made by API Gateway, and what the rotation remembers of it.

    ``number`` counts from 1 and is never used twice; ``id`` is AWS's client certificate id.
    ``pending_since``: returned as pending by an update for the first time, None where it never was.
    ``unused_since``: the first of an unbroken run of clean scans. ``scanned_at``: the last scan of any outcome.
    ``trusted``: still in the trust bundle; cleared when an expired one leaves it.
    """

    number: int
    id: str
    role: Role
    created_date: datetime
    serial: str
    pending_since: datetime | None = None
    unused_since: datetime | None = None
    scanned_at: datetime | None = None
    trusted: bool = True

    def __post_init__(self) -> None:
        """Refuse what no rule could handle: a number below 1, an empty id, naive instants."""
        if self.number < 1:
            raise ValueError(f"generation numbers start at 1, not {self.number}")
        if not self.id:
            raise ValueError(f"generation {self.number} has no client certificate id")
        for name in ("created_date", "not_after", "pending_since", "unused_since", "scanned_at"):
            instant = getattr(self, name)
            if instant is not None and instant.utcoffset() is None:
                raise ValueError(f"{name} of generation {self.number} has no time zone")
            if instant is not None and not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
                raise ValueError(f"{name} of generation {self.number} is in the year {instant.year}")


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """What one step did to one generation (``history.py``).

    ``step``: a word of the transition table. ``role``: the generation's after it, None where it is gone. ``created``:
    when AWS made it, where the step brought it in. ``in_use_by``: what a look found, the first of them and how many
    more; empty for nobody, None where nobody looked. ``times`` and ``last_at`` count looks that found the same.
    ``caller``: the ARN of the credentials, where it is known.
    """

    at: datetime
    step: str
    generation: int
    certificate_id: str
    sha256: str
    role: Role | None = None
    created: datetime | None = None
    in_use_by: tuple[str, ...] | None = None
    in_use_by_more: int = 0
    times: int = 1
    last_at: datetime | None = None
    caller: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """One logical certificate: its generations and what is remembered between runs.

    At most one generation is pending and at most one active; none active is phase ``lost``.
    ``highest_number`` survives lost generations, so that a number never names two certificates.
    ``trigger`` is the value of ``rotation_trigger`` that was last honoured.
    ``history``: the last steps, the newest last; two rotations that differ in nothing else are equal.
    """

    rotation_id: str
    generations: tuple[Generation, ...]
    highest_number: int
    trigger: str | None = None
    retirement_blocked_by: tuple[str, ...] = ()
    history: tuple[HistoryEntry, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse a rotation that contradicts itself."""
        numbers = [generation.number for generation in self.generations]
        if numbers != sorted(set(numbers)):
            raise ValueError(f"generations must be in order and distinct, got {numbers}")
        if numbers and self.highest_number < numbers[-1]:
            raise ValueError(f"highest number {self.highest_number} is below generation {numbers[-1]}")
        for role in (Role.PENDING, Role.ACTIVE):
            if sum(generation.role is role for generation in self.generations) > 1:
                raise ValueError(f"more than one generation is {role.value}")

    @property
    def active(self) -> Generation | None:
        """The generation that stages may present now."""
        return self._only(Role.ACTIVE)

    @property
    def pending(self) -> Generation | None:
        """The generation that is published and waits for its lead to pass."""
        return self._only(Role.PENDING)

    @property
    def previous(self) -> tuple[Generation, ...]:
        """The generations that were active or superseded and are still needed, oldest first."""
        return tuple(generation for generation in self.generations if generation.role is Role.PREVIOUS)

    @property
    def phase(self) -> Phase:
        """The phase that the roles amount to; a pending generation outranks previous ones."""
        if self.active is None:
            return Phase.LOST
        if self.pending is not None:
            return Phase.PUBLISHED
        return Phase.OVERLAPPING if self.previous else Phase.STEADY

    def numbered(self, number: int) -> Generation | None:
        """The generation with this number, if it is still there."""
        return next((generation for generation in self.generations if generation.number == number), None)

    def _only(self, role: Role) -> Generation | None:
        for generation in self.generations:
            if generation.role is role:
                return generation
        return None
