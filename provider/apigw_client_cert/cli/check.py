"""``apigw-client-cert check``: an alarm for cron and CI. Silent where all is fine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from apigw_client_cert import clock
from apigw_client_cert.cli.findings.finding import Urgency
from apigw_client_cert.cli.formats import rendered, texts
from apigw_client_cert.cli.options import judging, reading
from apigw_client_cert.cli.output import say
from apigw_client_cert.cli.rows import report_of
from apigw_client_cert.cli.states import Unread
from apigw_client_cert.errors import printable

if TYPE_CHECKING:
    from apigw_client_cert.cli.limits import Limits
    from apigw_client_cert.cli.rows import Report
    from apigw_client_cert.cli.sources import Sources


@click.command("check")
@reading
@judging
@click.option("--person", is_flag=True, help="Leave out what the next run does by itself: 0 instead of 2.")
@click.option(
    "--at-least",
    type=click.IntRange(min=0),
    default=0,
    metavar="COUNT",
    help="Fewer rotations than this whose owner was read are unread ones: another backend, or no right to see them.",
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="The document of `status --json`, whether all is fine or not; with --person without what is left out.",
)
def command(*, sources: Sources, limits: Limits, person: bool, at_least: int, as_json: bool) -> int:
    """Say what is due and what needs a person, one line each; nothing where all is fine.

    Exit status: 0 fine, 2 something is due, 3 something needs a person, 4 something could not be read; of several the
    one that a person must see, 3 before 4 before 2.
    """
    report = report_of(sources.read(), clock.now(), limits)
    owned = sum(row.phase is not None for row in report.rows)
    if owned < at_least:
        few = Unread("all that was read", f"it has {owned} rotations, and is to have --at-least {at_least}")
        report = replace(report, unread=(*report.unread, few))
    if person:
        report = _without_due(report)
    if as_json:
        say(rendered(report, "json"))
        return report.exit_status
    for word, where, message in texts.said(report):
        if word != Urgency.NOTE.value:
            say(printable(f"{word}: {where}: {message}") + "\n")
    return report.exit_status


def _without_due(report: Report) -> Report:
    """The report without what the next run does by itself."""
    rows = (
        replace(row, findings=tuple(one for one in row.findings if one.urgency is not Urgency.DUE))
        for row in report.rows
    )
    return replace(report, rows=tuple(rows))
