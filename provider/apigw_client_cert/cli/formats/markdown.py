"""Markdown for a job's summary or a ticket: the table, and a list of what there is to say."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

from apigw_client_cert.cli.formats import texts
from apigw_client_cert.clock import format_instant
from apigw_client_cert.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apigw_client_cert.cli.rows import Report

# A colon makes a link of what follows only before two slashes, and an @ calls people.
_MARKS: Final = re.compile(r"([\\`*_\[\]|~$@]|:(?=//))")
_COLUMNS: Final = ("Stack", "Rotation", "Phase", "Certificate", "Left", "Next step", "Stages", "Last run")


def render(report: Report) -> str:
    """The document; nothing from a state is markup in it."""
    return "\n".join([f"Client certificates as of {format_instant(report.now)}", "", *_lines(report), ""])


def _lines(report: Report) -> Iterator[str]:
    if not report.rows and not report.unread and not report.inventory:
        yield "No rotation in what was read."
    if report.rows:
        yield line(_COLUMNS)
        yield line("---" for _column in _COLUMNS)
    for row in report.rows:
        stages = "<br>".join(escaped(texts.stage(one, row)) for one in row.stages) or "-"
        cells = (
            row.stack.label,
            row.name,
            texts.phase(row),
            texts.certificate(row.active),
            texts.days(row.active, report.now),
            texts.step(row.next),
        )
        yield line([*map(escaped, cells), stages, escaped(texts.last_run(row))])
    for account in report.accounts:
        yield from (*(("",) if report.rows else ()), escaped(texts.held(account)))
        if report.inventory and account.certificates:
            yield from ("", line(texts.INVENTORY), line("---" for _column in texts.INVENTORY))
            yield from (line(map(escaped, texts.listed(one, report.now))) for one in account.certificates)
    said = list(texts.said(report))
    if said and (report.rows or report.accounts):
        yield ""
    for word, where, message in said:
        yield f"- **{word}** {escaped(where)}: {escaped(message)}"


def line(cells: Iterable[str]) -> str:
    """A line of a table; the cells are Markdown already."""
    return f"| {' | '.join(cells)} |"


def escaped(text: str) -> str:
    """The text as Markdown shows it, in a cell of a table too; HTML in it is text as well."""
    return _MARKS.sub(r"\\\1", html.escape(printable(text), quote=False))
