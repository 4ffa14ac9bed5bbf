"""When runs come, as a user says it: until when, and ``--every`` or ``--cron``."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Any, Final

import click

from apigw_client_cert import clock
from apigw_client_cert.cli.options import DurationType
from apigw_client_cert.rotation.durations import format_duration
from apigw_client_cert.rotation.schedule import runs_at, runs_every

if TYPE_CHECKING:
    from collections.abc import Callable

    from apigw_client_cert.rotation.schedule import NextRun

_DAILY: Final = timedelta(days=1)
# What is further away than the rules themselves reckon with is a slip of the keyboard.
_LONGEST: Final = timedelta(days=3650)
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """The runs of a forecast: from when, until when, and how often, as the user wrote it."""

    start: datetime
    until: datetime
    runs: NextRun
    written: str


class InstantType(click.ParamType):  # type: ignore[type-arg,unused-ignore] # generic in newer releases only
    """``2028-01-01``, or an RFC 3339 timestamp."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:  # noqa: ANN401
        """The instant, UTC."""
        text = str(value)
        try:
            return clock.parse_instant(text if "T" in text.upper() else f"{text}T00:00:00Z")
        except ValueError:
            self.fail(f"{text!r} is no date; write it like 2028-01-01 or 2028-01-01T06:00:00Z", param, ctx)


def scheduling(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--until``, ``--every``, ``--cron`` and ``--timezone``; the command gets them as ``cadence``."""

    @click.option("--until", type=InstantType(), required=True, metavar="DATE", help="The end, such as 2028-01-01.")
    @click.option("--every", type=DurationType(), help="How far apart runs are; the first is now. 24h by default.")
    @click.option("--cron", metavar="EXPRESSION", help='When runs come, as cron says it: "17 6 * * *".')
    @click.option(
        "--timezone", "zone", metavar="NAME", default="UTC", show_default=True, help="In which --cron counts."
    )
    @functools.wraps(command)
    def with_cadence(*, until: datetime, every: timedelta | None, cron: str | None, zone: str, **rest: Any) -> Any:  # noqa: ANN401
        start = clock.now()
        if not start < until <= start + _LONGEST:
            raise click.UsageError("--until must lie in the future, at most ten years ahead.")
        if every is not None and cron is not None:
            raise click.UsageError("--every and --cron say the same thing; give one of them.")
        if cron is None:
            every = every or _DAILY
            runs, written = runs_every(start, every), f"every {format_duration(every)} from now on"
        else:
            runs, written = runs_at(_instants(cron, _zone(zone), start, until)), f"cron {cron!r} {zone}"
        return command(cadence=Cadence(start=start, until=until, runs=runs, written=written), **rest)

    return with_cadence


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return timezone.utc
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - few ask for one

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise click.UsageError(f"--timezone {name!r} is not known here; use a name such as Europe/Berlin.") from error


def _instants(cron: str, zone: tzinfo, start: datetime, until: datetime) -> list[datetime]:
    from cronsim import CronSim, CronSimError  # noqa: PLC0415 - most forecasts need no cron

    found: list[datetime] = []
    try:
        # It begins after the instant that it is given.
        for instant in CronSim(cron, (start - _SECOND).astimezone(zone)):
            if instant > until:
                break
            found.append(instant.astimezone(timezone.utc))
    except CronSimError as error:
        raise click.UsageError(
            f"--cron {cron!r} is no cron expression ({error}); write it like '17 6 * * *'."
        ) from error
    return found
