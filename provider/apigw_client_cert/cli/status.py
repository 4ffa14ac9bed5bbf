"""``apigw-client-cert status``: a row for each rotation of the states that are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from apigw_client_cert import clock
from apigw_client_cert.cli.formats import rendered
from apigw_client_cert.cli.options import judging, reading, saying
from apigw_client_cert.cli.output import say
from apigw_client_cert.cli.rows import report_of

if TYPE_CHECKING:
    from apigw_client_cert.cli.limits import Limits
    from apigw_client_cert.cli.sources import Sources


@click.command("status")
@reading
@judging
@saying
def command(*, sources: Sources, limits: Limits, form: str) -> int:
    """Show every rotation: phase, active certificate, next step, stages, and what there is to say of it."""
    report = report_of(sources.read(), clock.now(), limits)
    say(rendered(report, form))
    return report.exit_status
