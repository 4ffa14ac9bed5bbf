"""A history for a terminal, or for what is none: one table over all rotations, the newest last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from apigw_client_cert.cli.formats import history_texts as texts
from apigw_client_cert.cli.formats.terminal import plain_table, printed, said, width
from apigw_client_cert.cli.histories import Confirmed, at_of
from apigw_client_cert.errors import printable
from apigw_client_cert.rotation.messages import date, minute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType
    from rich.table import Table

    from apigw_client_cert.cli.histories import HistoryReport, RotationHistory
    from apigw_client_cert.rotation.model import HistoryEntry

# From here on there is room for the fingerprint's beginning and for the caller.
_WIDE: Final = 120
_ENOUGH: Final = 16


def render(report: HistoryReport) -> str:
    """The table, and what there is to say besides."""
    return printed(_parts(report))


def _parts(report: HistoryReport) -> Iterator[RenderableType]:
    told = list(texts.said(report))
    if report.in_order:
        yield _table(report, wide=width() >= _WIDE)
    elif not told:
        yield Text("No rotation in what was read.")
    if report.standings:
        if report.in_order:
            yield Text("")
        yield _standings(report, wide=width() >= _WIDE)
    if told:
        yield said(told)


def _table(report: HistoryReport, *, wide: bool) -> Table:
    titles = ("AT", "STACK", "ROTATION", "STEP", "CERTIFICATE", "WHAT", *(("SHA-256", "BY") if wide else ()))
    table = plain_table(*titles, gap=2 if wide else 1)
    for whose, one in report.in_order:
        table.add_row(*map(Text, map(printable, _cells(whose, one, wide=wide))))
    return table


def _standings(report: HistoryReport, *, wide: bool) -> Table:
    published = "PUBLISHED SINCE" if wide else "PUBLISHED"
    titles = ("CERTIFICATE", "STACK", "ROTATION", "EXPIRES", published, "BOUND STAGES, SINCE")
    table = plain_table(*titles, gap=2 if wide else 1)
    for whose, one in report.standings:
        until = "-" if one.generation is None else date(one.generation.not_after)
        written = minute if wide else date
        lists = (texts.published(one, whose, written), texts.presented(one, whose, written))
        cells = [texts.standing(one), whose.stack.label, whose.name, until]
        lines = ("\n".join(map(printable, each)) or "-" for each in lists)
        table.add_row(*map(Text, map(printable, cells)), *map(Text, lines))
    return table


def _cells(whose: RotationHistory, one: HistoryEntry | Confirmed, *, wide: bool) -> list[str]:
    at = at_of(one)
    stack = one.stack if isinstance(one, Confirmed) else whose.stack.label
    cells = ["-" if at is None else minute(at), stack, whose.name, texts.step(one), texts.certificate(one)]
    beginning = "-" if isinstance(one, Confirmed) else f"{one.sha256[:_ENOUGH]}…"
    # Without partition, service and account of the ARN: the other formats have all of it.
    who = texts.caller(one).split(":", 5)[-1]
    return [*cells, texts.what(one), *((beginning, who) if wide else ())]
