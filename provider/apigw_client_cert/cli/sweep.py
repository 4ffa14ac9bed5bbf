"""``apigw-client-cert sweep``: certificates that rotations have left behind; with ``--apply`` they are deleted."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from apigw_client_cert import clock
from apigw_client_cert.cli.options import reaching, reading, table_or_json
from apigw_client_cert.cli.output import say
from apigw_client_cert.cli.states import StackState
from apigw_client_cert.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apigw_client_cert.cli.reach import Reach
    from apigw_client_cert.cli.sources import Sources
    from apigw_client_cert.cli.states import Unread


@click.command("sweep")
@reading
@reaching
@click.option("--apply", is_flag=True, help="Delete them, each after another look. Nothing is changed without it.")
@click.option(
    "--these-are-all-states",
    "acknowledged",
    is_flag=True,
    help="What is named here is every state that may have a rotation in the account: needed unless it is --all-stacks.",
)
@table_or_json
def command(*, sources: Sources, reach: Reach, apply: bool, acknowledged: bool, form: str) -> int:
    """Find certificates with our tag that are in no state and that no stage presents, and with --apply delete them.

    Exit status: 0 nothing is left behind, 2 something would be deleted, 4 it was refused, or a deletion failed.
    """
    from apigw_client_cert.cli.fleet import fleet_of  # noqa: PLC0415 - loads the lifecycle
    from apigw_client_cert.cli.formats import sweep_document, sweep_table  # noqa: PLC0415 - one of them is needed
    from apigw_client_cert.cli.live.asking import ask  # noqa: PLC0415 - as above
    from apigw_client_cert.cli.live.sweeping import applied, planned  # noqa: PLC0415 - as above

    words: set[str] = set()
    fleet = fleet_of(_noting(sources.read(with_words=True), words))
    seen = ask(fleet, reach, with_quota=False)
    now = clock.now()
    sweep = planned(
        fleet, seen, frozenset(words), now, all_read=sources.complete, acknowledged=acknowledged, applying=apply
    )
    if apply and not sweep.refused:
        reach_guard(reach, seen.regions)
        sweep = applied(
            sweep,
            seen,
            frozenset(words),
            said=partial(_said, beside=form == "json"),
        )
    say(sweep_document.render(sweep) if form == "json" else sweep_table.render(sweep))
    return sweep.exit_status


def _said(line: str, *, beside: bool) -> None:
    """What was done to one certificate, at once; ``beside``: the document is to stand alone on standard output."""
    if beside:
        click.echo(printable(line), err=True)
    else:
        say(f"{printable(line)}\n")


def _noting(states: Iterable[StackState | Unread], words: set[str]) -> Iterator[StackState | Unread]:
    """The states without their words, which are collected: those of hundreds have most in common."""
    for state in states:
        if isinstance(state, StackState):
            words |= state.words
            yield replace(state, words=frozenset())
        else:
            yield state


def reach_guard(reach: Reach, regions: Iterable[str]) -> None:
    """Refuse to delete on a made-up date, except on a sandbox of this machine."""
    from apigw_client_cert.gateway.reach import stays_on_this_machine  # noqa: PLC0415 - loads boto3

    for region in regions:
        clock.guard_made_up_clock(loopback=stays_on_this_machine(reach.connection(region)))
