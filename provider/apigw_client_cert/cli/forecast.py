"""``apigw-client-cert forecast``: what the runs until a date will do to the rotations of the states that are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from apigw_client_cert.cli.cadence import scheduling
from apigw_client_cert.cli.forecasts import forecast_of
from apigw_client_cert.cli.options import reading, table_or_json
from apigw_client_cert.cli.output import say

if TYPE_CHECKING:
    from apigw_client_cert.cli.cadence import Cadence
    from apigw_client_cert.cli.sources import Sources


@click.command("forecast")
@reading
@scheduling
@table_or_json
def command(*, sources: Sources, cadence: Cadence, form: str) -> int:
    """Play the runs until a date: each step, publication and move, and where runs come too seldom.

    Every call is taken to succeed. Stacks that use another stack's certificate run right after it.
    """
    report = forecast_of(sources.read(), cadence)
    if form == "json":
        from apigw_client_cert.cli.formats.forecast_document import render  # noqa: PLC0415 - one of the two
    else:
        from apigw_client_cert.cli.formats.forecast_table import render  # noqa: PLC0415 - loads rich
    say(render(report))
    return report.exit_status
