"""The only place that reads time.

``APIGW_CLIENT_CERT_NOW=2027-03-01T00:00:00Z`` makes a preview answer what a run on 1 March would do if none came before
it: no forecast, which would play the runs until then (``rotation/forecast.py``). With it set,
``guard_made_up_clock`` refuses every change unless the endpoint is this machine: a certificate issued, or a trust
withdrawn, on a made-up date would be real.
"""

from __future__ import annotations

import os
import re
import time
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from apigw_client_cert import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "APIGW_CLIENT_CERT_NOW"

_RFC3339 = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


def now(environ: Mapping[str, str] = os.environ) -> datetime:
    """The current instant, aware UTC and cut to whole seconds; the made-up one where the variable is set.

    Raises ``BadInput`` for a value that is not RFC 3339 with a time zone.
    """
    made_up = environ.get(VARIABLE)
    if made_up:
        try:
            return parse_instant(made_up)
        except ValueError as error:
            raise errors.BadInput(
                f"{VARIABLE}={errors.safe_repr(made_up)} is not an instant",
                means="Nothing was looked at.",
                remedy="Write it like 2027-03-01T00:00:00Z, or unset the variable.",
                subject=VARIABLE,
            ) from error
    return datetime.now(timezone.utc).replace(microsecond=0)  # noqa: TID251 - the one place that may


def monotonic() -> float:
    """Seconds that only grow, for limits on waiting; the made-up clock has no part in them."""
    return time.monotonic()


def is_made_up(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the variable sets the clock."""
    return bool(environ.get(VARIABLE))


def guard_made_up_clock(*, loopback: bool, environ: Mapping[str, str] = os.environ) -> None:
    """Refuse to change anything on a made-up date, except on a sandbox of this machine."""
    if is_made_up(environ) and not loopback:
        raise errors.Refused(
            f"{VARIABLE} is set and the endpoint is not this machine",
            means="Nothing was changed: a made-up clock may preview, but not act on a real account.",
            remedy=f"Unset {VARIABLE} to run the update.",
            subject=VARIABLE,
        )


def parse_instant(text: str) -> datetime:
    """The instant of an RFC 3339 timestamp, in UTC and cut to whole seconds; raises ``ValueError``."""
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise ValueError(f"{errors.safe_repr(text)} is not an RFC 3339 timestamp with a time zone")
    offset = "+00:00" if match[3] in "Zz" else match[3]
    try:
        return datetime.fromisoformat(f"{match[1]}T{match[2]}{offset}").astimezone(timezone.utc)
    except OverflowError as error:
        raise ValueError(f"{text!r} lies outside the years 1 to 9999 in UTC") from error


def format_instant(instant: datetime) -> str:
    """RFC 3339 in UTC with seconds: the form of every date in state."""
    # strftime's %Y does not pad years below 1000 on Linux; isoformat does.
    return f"{instant.astimezone(timezone.utc).replace(microsecond=0, tzinfo=None).isoformat()}Z"
