"""The table of the page: a group of two rows for each rotation, the second with its findings and its details."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from apigw_client_cert.cli.exit_status import ExitStatus
from apigw_client_cert.cli.findings.finding import Urgency
from apigw_client_cert.cli.formats import texts
from apigw_client_cert.cli.formats.page.drawing import close_up, year
from apigw_client_cert.cli.formats.page.texts import coming, escaped, generation, isolated, stage
from apigw_client_cert.cli.timelines import timeline_of
from apigw_client_cert.rotation.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from apigw_client_cert.cli.findings.finding import StatusFinding
    from apigw_client_cert.cli.rows import Report, Row
    from apigw_client_cert.cli.timelines import Timeline

#: The words of the first column, the most urgent first.
RANKS: Final = ("person", "due", "note", "fine")
#: Title -> whether the page's script sorts by it.
_COLUMNS: Final = {
    "Urgency": True,
    "Rotation": True,
    "Stack": True,
    "Phase": False,
    "Active certificate": False,
    "Left": True,
    "Next step": True,
    "Stages": False,
    "Last run": False,
}
_SORTED: Final = "Urgency"
_LOUDNESS: Final = {Severity.WARNING: "person", Severity.NOTE: "note"}


def rank(row: Row) -> int:
    """Which of ``RANKS`` it has: that of its most urgent finding."""
    if row.exit_status is ExitStatus.FINE:
        return RANKS.index("note" if row.findings else "fine")
    return RANKS.index("person" if row.exit_status is ExitStatus.PERSON else "due")


def table(report: Report) -> str:
    """The whole of it, the most urgent first."""
    heads = [_head(title, sortable=sortable) for title, sortable in _COLUMNS.items()]
    rows = [_group(row, report.now) for row in sorted(report.rows, key=rank)]
    caption = "Each rotation. The second row of each has what there is to say of it, and opens its timeline."
    head = f"<table><caption>{caption}</caption>\n<thead><tr>{''.join(heads)}</tr></thead>"
    return "\n".join([head, *rows, "</table>"])


def _head(title: str, *, sortable: bool) -> str:
    how = ' data-sort aria-sort="ascending"' if title == _SORTED else " data-sort" if sortable else ""
    return f'<th scope="col"{how}>{title}</th>'


def _group(row: Row, now: datetime) -> str:
    number = rank(row)
    ends = None if row.active is None else row.active.expires
    cells = [
        f'<td data-s="{number}"><span class="u">{RANKS[number]}</span></td>',
        f'<th scope="row">{isolated(row.name)}</th>',
        f"<td>{isolated(row.stack.label)}</td>",
        f"<td>{escaped(texts.phase(row))}</td>",
        f"<td>{isolated(texts.certificate(row.active))}</td>",
        f'<td data-s="{_seconds(ends)}">{escaped(texts.days(row.active, now))}</td>',
        f'<td data-s="{_seconds(None if row.next is None else row.next.at)}">{escaped(texts.step(row.next))}</td>',
        f"<td>{escaped(texts.stages(row))}</td>",
        f"<td>{escaped(texts.last_run(row))}</td>",
    ]
    more = f'<td colspan="{len(_COLUMNS)}">{_more(row, timeline_of(row, now))}</td>'
    return f'<tbody class="u{number}"><tr>{"".join(cells)}</tr>\n<tr>{more}</tr></tbody>'


def _seconds(at: datetime | None) -> str:
    return "" if at is None else str(int(at.timestamp()))


def _more(row: Row, timeline: Timeline) -> str:
    urgent = [_finding(one, row) for one in row.findings if one.urgency is not Urgency.NOTE]
    notes = [_finding(one, row) for one in row.findings if one.urgency is Urgency.NOTE]
    words = " and ".join(["Timeline", *[f"{len(notes)} note{'s' * (len(notes) > 1)}"] * bool(notes)])
    parts = [
        _list("ul", notes),
        f"<div>{year(timeline)}{close_up(timeline)}</div>",
        f"<div>{_known(row, timeline)}{_future(timeline)}</div>",
    ]
    summary = f'<summary>{words}<span class="hidden"> of {isolated(row.name)}</span></summary>'
    return f"{_list('ul', urgent)}<details>{summary}{''.join(parts)}</details>"


def _finding(one: StatusFinding, row: Row) -> str:
    where = "" if one.stack.label == row.stack.label else f" in {isolated(one.stack.label)}"
    return f'<b class="{one.urgency.value}">{escaped(one.reason)}</b>{where}: {escaped(one.message)}'


def _known(row: Row, timeline: Timeline) -> str:
    generations = [generation(one, timeline) for one in timeline.lives]
    stages = [stage(one, timeline, row.stack.label) for one in timeline.lanes]
    return (
        f"<div>{_section('Generations', generations)}{_section('Stages', stages)}</div>"
        if generations or stages
        else ""
    )


def _future(timeline: Timeline) -> str:
    title = "What daily runs will do"
    if timeline.unforeseen is not None:
        return f"<div><h3>{title}</h3><p>It cannot be told: {escaped(timeline.unforeseen)}</p></div>"
    steps = _list("ol", coming(timeline)) or "<p>Nothing within a year.</p>"
    findings = [
        f'<b class="{_LOUDNESS[one.severity]}">{escaped(one.reason)}</b>: {escaped(one.message)}'
        for one in timeline.findings
    ]
    return f"<div><h3>{title}</h3>{steps}{_list('ul', findings)}</div>"


def _section(title: str, items: Iterable[str]) -> str:
    inside = _list("ul", items)
    return f"<h3>{title}</h3>{inside}" if inside else ""


def _list(kind: str, items: Iterable[str]) -> str:
    inside = "".join(f"<li>{one}</li>" for one in items)
    return f"<{kind}>{inside}</{kind}>" if inside else ""
