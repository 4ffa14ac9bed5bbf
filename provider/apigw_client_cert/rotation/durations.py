"""Durations as users write them: ``"30d"``, ``"24h"``, ``"90m"``, ``"10s"`` or ``timedelta``."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction
from functools import lru_cache

from apigw_client_cert.errors import safe_repr

_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1), "s": timedelta(seconds=1)}
_FORM = re.compile(r"([0-9]{1,9})([dhms])")

# No certificate of API Gateway lives longer than 365 days (docs/aws.md §2): ten times that is a slip.
LONGEST = timedelta(days=3650)

# An exact daily schedule starts some seconds early as often as late; a wait of 24 h that demanded all of it
# would slip by a whole day every other time.
SERVED = Fraction(95, 100)


def parse_duration(value: object) -> timedelta:
    """The duration that a user wrote as text or ``timedelta``, in whole seconds.

    Raises ``ValueError`` with a remedy for anything else: another type or form, a fraction of a second,
    zero, a negative value, or more than ``LONGEST``.
    """
    if isinstance(value, timedelta):
        duration = value
    else:
        match = _FORM.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise ValueError(
                f'{safe_repr(value)} is not a duration; write a whole number and a unit, such as "30d" or "90m"'
            )
        duration = int(match[1]) * _UNITS[match[2]]
    if duration.microseconds or duration <= timedelta(0):
        raise ValueError(f"{safe_repr(value)} is not a positive number of whole seconds")
    if duration > LONGEST:
        raise ValueError(f"{safe_repr(value)} is longer than {LONGEST.days} days, which no certificate lives")
    return duration


def format_duration(duration: timedelta) -> str:
    """The shortest form that ``parse_duration`` reads back to the same duration."""
    seconds = int(duration.total_seconds())
    unit, length = next(
        (unit, length) for unit, one in _UNITS.items() if seconds % (length := int(one.total_seconds())) == 0
    )
    return f"{seconds // length}{unit}"


@lru_cache(maxsize=1024)
def served(wait: timedelta, part: Fraction = SERVED) -> timedelta:
    """How much of a wait must have passed before it counts as served: whole seconds, and at least one.

    A wait that is served at the instant at which it starts would be due again in the run that served it.
    """
    return timedelta(seconds=max(1, int(wait // timedelta(seconds=1) * part)))
