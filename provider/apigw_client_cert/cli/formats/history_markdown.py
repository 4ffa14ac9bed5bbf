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
    if told and report.in_order:
        yield ""
    yield from (f"- **{word}** {escaped(sentence)}" for word, sentence in told)
