"""Instants and durations as the provider writes them, and the clock that both go by."""

from __future__ import annotations

import os
import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from .agreed import CLOCK_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

DURATION_PATTERN = "^[0-9]{1,9}[dhms]$"
"""What a configured duration looks like, as a JSON schema says it."""

_RFC3339 = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1), "s": timedelta(seconds=1)}


def now(environ: Mapping[str, str] = os.environ) -> datetime:
    """The current instant in UTC; the made-up one where ``APIGW_CLIENT_CERT_NOW`` is set, as in the provider.

    Raises ``ValueError`` for a made-up instant that is not RFC 3339 with a time zone.
    """
    made_up = environ.get(CLOCK_VARIABLE)
    if not made_up:
        return datetime.now(timezone.utc)  # noqa: TID251 - the pack's only look at the clock
    try:
        return parse_instant(made_up)
    except ValueError as error:
        raise ValueError(
            f"{CLOCK_VARIABLE}={made_up!r} is not an instant. Write it like 2027-03-01T00:00:00Z, or unset it."
        ) from error


def parse_instant(text: str) -> datetime:
    """The instant of an RFC 3339 timestamp, in UTC and cut to whole seconds; raises ``ValueError``."""
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not an RFC 3339 timestamp with a time zone")
    offset = "+00:00" if match[3] in "Zz" else match[3]
    try:
        return datetime.fromisoformat(f"{match[1]}T{match[2]}{offset}").astimezone(timezone.utc)
    except OverflowError as error:
        raise ValueError(f"{text!r} lies outside the years 1 to 9999 in UTC") from error


def parse_duration(text: object) -> timedelta:
    """The duration of a text such as ``30d``, ``24h``, ``90m`` or ``10s``; raises ``ValueError``."""
    if not isinstance(text, str) or re.fullmatch(DURATION_PATTERN, text, re.ASCII) is None:
        raise ValueError(f'{text!r} is not a duration; write a whole number and a unit, such as "2d" or "36h"')
    return int(text[:-1]) * _UNITS[text[-1]]


def in_words(duration: timedelta) -> str:
    """A duration for a message: whole days, or hours below two days."""
    hours = int(duration.total_seconds() // 3600)
    if hours < 48:  # noqa: PLR2004 - two days
        return "less than an hour" if hours < 1 else f"{hours} hour{'s' * (hours > 1)}"
    return f"{hours // 24} days"
