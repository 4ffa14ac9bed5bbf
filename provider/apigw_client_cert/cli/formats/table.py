"""The table for people: one line for each rotation, and under it what there is to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from apigw_client_cert.cli.exit_status import ExitStatus
from apigw_client_cert.cli.formats import texts
from apigw_client_cert.cli.formats.terminal import plain_table, printed, said, width
from apigw_client_cert.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from rich.console import RenderableType
    from rich.table import Table

    from apigw_client_cert.cli.live.account import Listed
    from apigw_client_cert.cli.rows import Report, Row

# From here on there is room for each stage and for the last run.
_WIDE: Final = 120
_LONGEST_UNBROKEN: Final = 20
_ROW_STYLES: Final = {ExitStatus.PERSON: "red", ExitStatus.DUE: "yellow"}


def render(report: Report) -> str:
    """The table, the findings, and what could not be read; coloured on a terminal, and as wide as it is."""
    return printed(_parts(report))


def _parts(report: Report) -> Iterator[RenderableType]:
    if report.rows:
        yield _table(report, wide=width() >= _WIDE)
    for account in report.accounts:
        yield Text(printable(texts.held(account)))
        if report.inventory and account.certificates:
            yield _inventory(account.certificates, report.now)
    findings = [(word, f"{where}: {message}") for word, where, message in texts.said(report)]
    if findings:
        yield said(findings)
    if not report.rows and not findings and not report.inventory:
        yield "No rotation in what was read."


def _table(report: Report, *, wide: bool) -> Table:
    titles = ["STACK", "ROTATION", "PHASE", "ACTIVE", "LEFT", "NEXT STEP", "STAGES"]
    table = plain_table(*titles, *(["LAST RUN"] if wide else []), gap=2 if wide else 1)
    table.columns[titles.index("LEFT")].justify = "right"
    # A name is broken only where it is longer than what stands on a terminal beside the rest.
    table.columns[0].min_width = min(_LONGEST_UNBROKEN, max(len(row.stack.label) for row in report.rows))
    for row in report.rows:
        table.add_row(
            *map(Text, map(printable, _cells(row, report, wide=wide))), style=_ROW_STYLES.get(row.exit_status, "")
        )
    return table


def _inventory(certificates: Iterable[Listed], now: datetime) -> Table:
    table = plain_table(*(title.upper() for title in texts.INVENTORY))
    for one in certificates:
        table.add_row(*map(Text, map(printable, texts.listed(one, now))))
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
