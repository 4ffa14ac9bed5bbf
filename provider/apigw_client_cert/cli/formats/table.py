"""The table for people: one line for each rotation, and under it what there is to say."""

from __future__ import annotations

import io
import shutil
import sys
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from apigw_client_cert.cli.exit_status import ExitStatus
from apigw_client_cert.cli.formats import texts
from apigw_client_cert.cli.formats.terminal import plain_table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from apigw_client_cert.cli.live.account import Listed
    from apigw_client_cert.cli.rows import Report, Row

# From here on there is room for each stage and for the last run.
_WIDE: Final = 120
_LONGEST_UNBROKEN: Final = 20
_STYLES: Final = {"person": "bold red", "due": "yellow", "note": "dim", "unread": "bold red"}
_ROW_STYLES: Final = {ExitStatus.PERSON: "red", ExitStatus.DUE: "yellow"}


def render(report: Report) -> str:
    """The table, the findings, and what could not be read; coloured on a terminal, and as wide as it is."""
    coloured = sys.stdout.isatty()
    width = shutil.get_terminal_size(fallback=(80, 24)).columns
    text = io.StringIO()
    console = Console(file=text, width=width, force_terminal=coloured, legacy_windows=False, highlight=False)
    wide = width >= _WIDE
    if report.rows:
        console.print(_table(report, wide=wide))
    for account in report.accounts:
        console.print(Text(texts.printable(texts.held(account))))
        if report.inventory and account.certificates:
            console.print(_inventory(account.certificates, report.now))
    findings = list(texts.said(report))
    if findings:
        console.print(_list(findings))
    if not report.rows and not findings and not report.inventory:
        console.print("No rotation in what was read.")
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


def _table(report: Report, *, wide: bool) -> Table:
    table = Table(
        box=None,
        pad_edge=False,
        padding=(0, 2 if wide else 1, 0, 0),
        header_style="bold" if sys.stdout.isatty() else "",
    )
    columns = ["STACK", "ROTATION", "PHASE", "ACTIVE", "LEFT", "NEXT STEP", "STAGES"]
    for title in [*columns, "LAST RUN"] if wide else columns:
        table.add_column(title, justify="right" if title == "LEFT" else "left", overflow="fold")
    # A name is broken only where it is longer than what stands on a terminal beside the rest.
    table.columns[0].min_width = min(_LONGEST_UNBROKEN, max(len(row.stack.label) for row in report.rows))
    for row in report.rows:
        table.add_row(
            *map(Text, map(texts.printable, _cells(row, report, wide=wide))), style=_ROW_STYLES.get(row.exit_status, "")
        )
    return table


def _inventory(certificates: Iterable[Listed], now: datetime) -> Table:
    table = plain_table(*(title.upper() for title in texts.INVENTORY))
    for one in certificates:
        table.add_row(*map(Text, map(texts.printable, texts.listed(one, now))))
    return table


def _cells(row: Row, report: Report, *, wide: bool) -> list[str]:
    cells = [
        row.stack.label,
        row.name,
        texts.phase(row),
        texts.certificate(row.active),
        texts.days(row.active, report.now),
        texts.step(row.next),
    ]
    if not wide:
        return [*cells, texts.stages(row)]
    return [*cells, ", ".join(texts.stage(one, row) for one in row.stages) or "-", texts.last_run(row)]


def _list(findings: list[tuple[str, str, str]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False, title="")
    table.add_column()
    table.add_column(overflow="fold")
    for word, where, message in findings:
        text = Text(f"{texts.printable(where)}: {texts.printable(message)}")
        table.add_row(Text(word, style=_STYLES[word]), text)
    return table
