"""``apigw-client-cert backend-config``: the lines that a server needs once to accept what is published for it."""

from __future__ import annotations

import sys

import click

from apigw_client_cert.cli.exit_status import ExitStatus
from apigw_client_cert.cli.output import say
from apigw_client_cert.errors import page
from apigw_client_cert.trust.servers import BACKENDS, setup_lines, setup_place


@click.command("backend-config")
@click.argument("server", type=click.Choice(list(BACKENDS)))
@click.option("--path", metavar="FILE", help=f"What the server reads; else what {page('backends')} says.")
def command(*, server: str, path: str | None) -> int:
    """Print the lines for one kind of server; where they belong is said on standard error."""
    sys.stderr.write(f"These belong {setup_place(server)}; {page('backends')} says what else counts.\n")
    say(setup_lines(server, path=path).rstrip() + "\n")
    return ExitStatus.FINE
