"""Which commands there are. Each is a module of its own, imported when it is called."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

#: Name -> the module that has a click command named ``command``, and the line that ``--help`` has of it.
COMMANDS: Final = {
    "status": ("apigw_client_cert.cli.status", "Every rotation: phase, certificate, next step, stages, findings."),
    "check": ("apigw_client_cert.cli.check", "An alarm for cron and CI: silent, or a line for each finding."),
    "matrix": ("apigw_client_cert.cli.matrix", "The stacks in which something is due, for a matrix of CI jobs."),
    "forecast": (
        "apigw_client_cert.cli.forecast",
        "What the runs until a date will do, and where they come too seldom.",
    ),
    "explain": ("apigw_client_cert.cli.explain", "Why the next run does what it does, and what a person has to do."),
    "history": ("apigw_client_cert.cli.history", "What was done to each certificate, when and by whom, for an audit."),
    "sweep": ("apigw_client_cert.cli.sweep", "Certificates that rotations have left behind; --apply deletes them."),
    "iam-policy": (
        "apigw_client_cert.cli.iam_policy",
        "What IAM has to allow, for these stages and targets.",
    ),
    "backend-config": (
        "apigw_client_cert.cli.backend_config",
        "The lines that a server needs, for what is published.",
    ),
}


class Commands(click.Group):
    """The program; neither ``--help`` nor a command imports another command."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """The list in the help, from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_module, line) in COMMANDS.items()])


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="apigw-client-cert", message="%(version)s")
def program() -> None:
    """What the states of Pulumi stacks say of the client certificates that they rotate.

    Nothing is changed, but by sweep --apply.

    Exit status: 0 fine, 2 something is due, 3 something needs a person, 4 something could not be read.
    """
