"""``apigw-client-cert status``: a row for each rotation of the states that are read."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from apigw_client_cert import clock
from apigw_client_cert.cli.formats import rendered
from apigw_client_cert.cli.options import asking_aws, demand, judging, reading_if_named, saying
from apigw_client_cert.cli.output import say
from apigw_client_cert.cli.rows import report_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from apigw_client_cert.cli.fleet import Fleet
    from apigw_client_cert.cli.limits import Limits
    from apigw_client_cert.cli.live.account import Scope
    from apigw_client_cert.cli.live.asking import Seen
    from apigw_client_cert.cli.reach import Reach
    from apigw_client_cert.cli.sources import Sources


@click.command("status")
@reading_if_named
@judging
@asking_aws
@click.option("--no-state", is_flag=True, help="With --live: what the account holds, for people who adopt it.")
@saying
def command(*, sources: Sources, limits: Limits, reach: Reach | None, no_state: bool, form: str) -> int:
    """Show every rotation: phase, active certificate, next step, stages, and what there is to say of it.

    With --live AWS is asked, too: for stages that somebody switched, for what is gone, and for what is in no state.
    """
    if no_state and (reach is None or sources.named):
        raise click.UsageError("--no-state asks AWS alone: give it with --live, and without anything to read.")
    if not no_state:
        demand(sources)
    report = report_of(sources.read(), clock.now(), limits, *_looking(sources, reach))
    say(rendered(replace(report, inventory=no_state), form))
    return report.exit_status


def _looking(sources: Sources, reach: Reach | None) -> tuple[Callable[[Fleet], Seen], Scope] | tuple[()]:
    if reach is None:
        return ()
    from apigw_client_cert.cli.live.account import Scope  # noqa: PLC0415 - states alone need none of it
    from apigw_client_cert.cli.live.asking import ask  # noqa: PLC0415 - as above

    scope = Scope.ALL if sources.complete else Scope.SOME if sources.named else Scope.NONE
    return partial(ask, reach=reach), scope
