"""``apigw-client-cert explain``: why the next run does what it will do, and what a person has to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from apigw_client_cert import clock
from apigw_client_cert.cli.explanations import explanations_of
from apigw_client_cert.cli.options import judging, reading, table_or_json
from apigw_client_cert.cli.output import say

if TYPE_CHECKING:
    from apigw_client_cert.cli.limits import Limits
    from apigw_client_cert.cli.sources import Sources


@click.command("explain")
@click.argument("rotation")
@reading
@judging
@table_or_json
def command(*, rotation: str, sources: Sources, limits: Limits, form: str) -> int:
    """Explain ROTATION: facts, rule, date, what would change it; and the remedy where it is stuck.

    ROTATION is the certificate's resource name; a rotation id, a certificate's id or a stage (API/STAGE) does, too.
    """
    report = explanations_of(sources.read(), rotation, clock.now(), limits)
    if form == "json":
        from apigw_client_cert.cli.formats.explanation_document import render  # noqa: PLC0415 - one of the two
    else:
        from apigw_client_cert.cli.formats.explanation_text import render  # noqa: PLC0415 - the other
    say(render(report))
    return report.exit_status
