"""``apigw-client-cert history``: what was done to each rotation of the states that are read, the newest last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from apigw_client_cert import clock
from apigw_client_cert.cli.histories import histories_of
from apigw_client_cert.cli.options import reading_some, table_json_or_markdown
from apigw_client_cert.cli.output import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apigw_client_cert.cli.sources import Sources


@click.command("history")
@reading_some
@table_json_or_markdown
def command(*, sources: Sources, asked: Sequence[str], form: str) -> int:
    """Show what was done to every rotation, or to each ROTATION, and how its certificates stand.

    Of the last 24 steps: when, which, of which certificate, what a look found, and who called. Of each certificate:
    when it expires, and since when it is published and presented. --format markdown is for an auditor: it has all of
    that in full.

    ROTATION is the certificate's resource name; a rotation id, a certificate's id, also of one that is gone, or a stage
    (API/STAGE) does, too. An argument that is a file, or -, is a state to read.

    Exit status: 0, or 4 where something could not be read, or no rotation has a name that was given.
    """
    report = histories_of(sources.read(), asked, clock.now())
    if form == "json":
        from apigw_client_cert.cli.formats.history_document import render  # noqa: PLC0415 - one of the three
    elif form == "markdown":
        from apigw_client_cert.cli.formats.history_markdown import render  # noqa: PLC0415 - another
    else:
        from apigw_client_cert.cli.formats.history_table import render  # noqa: PLC0415 - loads rich
    say(render(report))
    return report.exit_status
