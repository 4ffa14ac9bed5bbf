"""One page for people: self-contained HTML that loads nothing, with a timeline for each rotation.

``page.html`` is a ``string.Template``; its style and its script are inline, and the page's policy allows those two by
their hash and nothing else. Without the script everything is there but sorting and filtering.
"""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Final

from apigw_client_cert import clock, errors
from apigw_client_cert.cli.formats.page.drawing import shared_axis
from apigw_client_cert.cli.formats.page.rotations import RANKS, rank, table
from apigw_client_cert.cli.formats.page.texts import escaped, isolated
from apigw_client_cert.cli.formats.unread import told
from apigw_client_cert.rotation.messages import minute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apigw_client_cert.cli.rows import Report

# The years of which a rule can speak, with one before and one after each.
_YEARS: Final = range(1971, 9000)


def render(report: Report) -> str:
    """The page; nothing from a state is markup in it."""
    if report.now.year not in _YEARS:
        raise errors.BadInput(
            f"The clock says {report.now.year}, and a page shows the years around it",
            means="No page was made.",
            remedy=f"Set {clock.VARIABLE} to a year from {_YEARS.start} to {_YEARS.stop - 1}, or unset it.",
            subject=clock.VARIABLE,
        )
    style, script = _part("page.css"), _part("page.js")
    return Template(_part("page.html")).substitute(
        policy=f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}"
        "; base-uri 'none'; form-action 'none'",
        style=style,
        script=script,
        clock=_clock(report),
        summary="\n".join(_summary(report)),
        unread="\n".join(_unread(report)),
        axis=shared_axis(report.now),
        rotations=table(report) if report.rows else "<p>No rotation in what was read.</p>",
    )


def _part(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _clock(report: Report) -> str:
    at = f"<strong>{minute(report.now)}</strong>"
    if clock.is_made_up():
        return f"As of {at}, which <code>{clock.VARIABLE}</code> sets: as it will be then if no run comes before"
    return f"Made {at}, by the clock of the machine that made it"


def _summary(report: Report) -> Iterator[str]:
    ranks = [rank(row) for row in report.rows]
    yield f"<div><dt>rotations</dt><dd>{len(ranks)}</dd></div>"
    for number, word in enumerate(RANKS):
        yield f'<div class="u{number}"><dt>{word}</dt><dd>{ranks.count(number)}</dd></div>'
    yield f'<div class="u{0 if report.unread else len(RANKS) - 1}"><dt>unread</dt><dd>{len(report.unread)}</dd></div>'


def _unread(report: Report) -> Iterator[str]:
    if not report.unread:
        return
    yield "<section><h2>Could not be read</h2>\n<ul>"
    for label, why in told(report.unread):
        yield f"<li>{isolated(label)}: {escaped(why)}</li>"
    yield "</ul></section>"
