"""``apigw-client-cert matrix``: the stacks in which a run has something to do, for a matrix of CI jobs.

The state backend locks each stack and CI's runners share the work: there is no scheduler of ours.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from apigw_client_cert import clock
from apigw_client_cert.cli.exit_status import ExitStatus
from apigw_client_cert.cli.findings.finding import STALE, Urgency
from apigw_client_cert.cli.formats.unread import told
from apigw_client_cert.cli.limits import Limits
from apigw_client_cert.cli.options import DurationType, reading
from apigw_client_cert.cli.output import say
from apigw_client_cert.cli.rows import report_of
from apigw_client_cert.clock import format_instant
from apigw_client_cert.errors import printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from apigw_client_cert.cli.findings.finding import StatusFinding
    from apigw_client_cert.cli.rows import Report
    from apigw_client_cert.cli.sources import Sources
    from apigw_client_cert.cli.states import StackState

# https://docs.github.com/en/actions/reference/limits: the most jobs that one matrix may have.
_MOST_JOBS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class DueStack:
    """A stack to run, why, and since when something is due there."""

    stack: StackState
    reasons: tuple[str, ...]
    since: datetime | None
    harmed: bool

    @property
    def entry(self) -> dict[str, str]:
        """What a job is told, as texts; where two states have one name, the file that tells them apart, too."""
        apart = {"source": self.stack.source} if self.stack.named_by_source else {}
        return {
            "stack": self.stack.selector or self.stack.name,
            "project": self.stack.project,
            "name": self.stack.name,
            "reasons": " ".join(self.reasons),
            "since": "" if self.since is None else format_instant(self.since),
            **apart,
        }

    @property
    def only_stale(self) -> bool:
        """Whether a run is asked for because none has come, and nothing is known to be due."""
        return self.reasons == (STALE,)


def due_stacks(report: Report) -> list[DueStack]:
    """The stacks in which a run has something to do.

    First those with what harms now and nothing dates, then those in which something has been due for longest; last
    those that are only to be looked at again.
    """
    found: dict[str, list[StatusFinding]] = {}
    for one in (finding for row in report.rows for finding in row.findings if finding.run):
        found.setdefault(one.stack.label, []).append(one)
    due = [_due_stack(findings) for findings in found.values()]
    return sorted(due, key=lambda one: (one.only_stale, not one.harmed, one.since or report.now, one.stack.label))


def _due_stack(findings: Sequence[StatusFinding]) -> DueStack:
    steps = [one for one in findings if one.reason != STALE] or findings
    return DueStack(
        stack=findings[0].stack,
        reasons=tuple(dict.fromkeys(one.reason for one in (*steps, *findings))),
        since=min((one.since for one in steps if one.since is not None), default=None),
        harmed=any(one.urgency is Urgency.PERSON and one.since is None for one in steps),
    )


def github(due: Sequence[DueStack]) -> dict[str, Any]:
    """What ``strategy: matrix: ${{ fromJSON(…) }}`` takes: a job for each entry of ``include``."""
    return {"include": [one.entry for one in due]}


def gitlab(due: Sequence[DueStack], template: str) -> dict[str, Any]:
    """A child pipeline: a job for each stack that extends ``.rotate`` of the template; JSON is YAML."""
    jobs = {
        f"rotate {printable(one.stack.label)}": {
            "extends": ".rotate",
            # GitLab would put a variable's value in the place of what follows a single dollar sign.
            "variables": {f"ROTATE_{key.upper()}": value.replace("$", "$$") for key, value in one.entry.items()},
        }
        for one in due
    }
    # A pipeline without a job is an error there.
    return {"include": [{"local": template}], **(jobs or {"nothing is due": {"script": ["true"]}})}


@click.command("matrix")
@reading
@click.option("--format", "form", type=click.Choice(["github", "gitlab"]), default="github", show_default=True)
@click.option(
    "--template",
    default=".gitlab/rotate.yml",
    show_default=True,
    help="For gitlab: the file of the repository that has the hidden job `.rotate`.",
)
@click.option(
    "--stale",
    type=DurationType(),
    help="So are stacks whose state nothing has written for longer, last of all: a run sees what has drifted.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=_MOST_JOBS,
    show_default=True,
    help="The most stacks; the rest later.",
)
def command(*, sources: Sources, form: str, template: str, stale: timedelta | None, limit: int) -> int:
    """Print the stacks in which a run has something to do, as JSON for a matrix of CI jobs.

    Exit status: 0 whether something is due or not; 4 where something could not be read, with all that could.
    """
    # What is overdue is to be told by the step that is due.
    report = report_of(sources.read(), clock.now(), Limits(grace=timedelta.max, stale=stale))
    due = due_stacks(report)
    for label, why in told(report.unread):
        click.echo(f"unread: {printable(label)}: {printable(why)}", err=True)
    if len(due) > limit:
        click.echo(f"{len(due) - limit} more stacks are due: the next matrix has them", err=True)
    chosen = due[:limit]
    say(json.dumps(github(chosen) if form == "github" else gitlab(chosen, template)) + "\n")
    return ExitStatus.UNREAD if report.unread else ExitStatus.FINE
