"""A history as Markdown, for a ticket or an auditor: everything in full, the newest last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from apigw_client_cert.cli.formats import history_texts as texts
from apigw_client_cert.cli.formats.markdown import escaped, line
from apigw_client_cert.cli.histories import Confirmed, at_of
from apigw_client_cert.clock import format_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apigw_client_cert.cli.histories import HistoryReport

_STANDINGS: Final = (
    "Certificate",
    "Stack",
    "Rotation",
    "Role",
    "SHA-256",
    "Made",
    "Expires",
    "Published since",
    "Bound stages, since",
)
_COLUMNS: Final = ("At", "Stack", "Rotation", "Step", "Certificate", "SHA-256", "What", "By")


def render(report: HistoryReport) -> str:
    """The document; nothing from a state is markup in it."""
    title = f"What was done to client certificates, as of {format_instant(report.now)}"
    return "\n".join([title, "", *_lines(report), ""])


def _lines(report: HistoryReport) -> Iterator[str]:
    told = list(texts.said(report))
    if report.in_order:
        yield line(_COLUMNS)
        yield line("---" for _column in _COLUMNS)
    elif not told:
        yield "No rotation in what was read."
    for whose, one in report.in_order:
        at = at_of(one)
        cells = (
            "-" if at is None else format_instant(at),
            one.stack if isinstance(one, Confirmed) else whose.stack.label,
            whose.name,
            texts.step(one),
            texts.certificate(one),
            "-" if isinstance(one, Confirmed) else one.sha256,
            texts.what(one),
            texts.caller(one),
        )
        yield line(map(escaped, cells))
    if report.standings:
        yield from _standings(report)
    if told and (report.in_order or report.standings):
        yield ""
    yield from (f"- **{word}** {escaped(sentence)}" for word, sentence in told)


def _standings(report: HistoryReport) -> Iterator[str]:
    if report.in_order:
        yield from ("", "What holds now, by the states:", "")
    yield line(_STANDINGS)
    yield line("---" for _column in _STANDINGS)
    for whose, one in report.standings:
        made = one.generation
        told = (
            ("-", "-", "-", "-")
            if made is None
            else (made.role.value, made.sha256, format_instant(made.created_date), format_instant(made.not_after))
        )
        cells = map(escaped, (texts.standing(one), whose.stack.label, whose.name, *told))
        lists = (texts.published(one, whose, format_instant), texts.presented(one, whose, format_instant))
        yield line([*cells, *("<br>".join(map(escaped, each)) or "-" for each in lists)])
