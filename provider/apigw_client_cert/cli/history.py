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
    """Show the last steps of every rotation, or of each ROTATION: when, which, whose, what looks found, by whom.

    A ROTATION is named as for explain; a certificate that is gone names it, too. What is a file is read: - and a FILE.
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
