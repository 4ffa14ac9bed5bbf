"""An explanation for people: sentences under headings, and the commands that can be copied, each on a line."""

from __future__ import annotations

import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

import click

from apigw_client_cert.cli.findings.finding import FAILED
from apigw_client_cert.cli.formats.forecast_texts import what
from apigw_client_cert.cli.formats.unread import told
from apigw_client_cert.errors import joined, page, printable
from apigw_client_cert.rotation.messages import distance, minute

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from apigw_client_cert.cli.explanations import Explanation, ExplanationReport
    from apigw_client_cert.rotation.remedies import Remedy

_INDENT = "  "


def render(report: ExplanationReport) -> str:
    """Every rotation of the name, then what could not be read."""
    lines = [line for one in report.explanations for line in _lines(one, report.now)]
    if not report.explanations:
        names = f" There are {joined(report.known)}." if report.known else ""
        lines += _folded(f"No rotation in what was read is called {report.asked!r}.{names}", "", "")
    for label, why in told(report.unread):
        lines += _folded(f"unread {label}: {why}", "", _INDENT)
    return "".join(f"{line}\n" for line in lines)


def _lines(one: Explanation, now: datetime) -> Iterator[str]:
    yield _heading(f"{one.name} ({one.stack})")
    yield from _list("", one.facts)
    at = f"due since {minute(one.next.at)}" if one.next.due else f"{minute(one.next.at)}, {distance(one.next.at - now)}"
    yield from _list(f"The next step is {one.next.step.value}: {at}", [one.next.rule])
    yield from _list("What would change it", one.next.changes)
    did = [f"{each.step} {each.resource}{_of(each.stack, one)}: {what(each)}" for each in one.run]
    failed = any(finding.reason == FAILED for finding, _remedy in one.findings)
    yield from _list(f"A run now{', once what fails is mended' if failed else ''}", did or ["changes nothing"])
    yield from _list("Who waits", one.waiting)
    if one.findings:
        yield _heading(f"{_INDENT}Findings")
    said: list[tuple[str, Remedy]] = []
    for finding, remedy in one.findings:
        yield from _folded(f"{finding.urgency.value} {finding.reason}: {finding.message}", f"{_INDENT}- ", _INDENT * 2)
        if remedy is None or (finding.stack.label, remedy) in said:
            continue
        said.append((finding.stack.label, remedy))
        see = f" See {page(f'runbook#{remedy.section}')}." if remedy.section else ""
        where = _of(finding.stack.label, one)
        yield from _folded(f"To do{where}: {remedy.text}{see}", _INDENT * 2, _INDENT * 2)
        # Never folded: they are there to be copied.
        yield from (printable(f"{_INDENT * 3}$ {command}") for command in remedy.commands)


def _of(stack: str, one: Explanation) -> str:
    return "" if stack == one.stack else f" in {stack}"


def _list(title: str, sentences: tuple[str, ...] | list[str]) -> Iterator[str]:
    if title and sentences:
        yield _heading(f"{_INDENT}{title}")
    for sentence in sentences:
        yield from _folded(sentence, f"{_INDENT}- ", _INDENT * 2)


def _heading(text: str) -> str:
    return click.style(printable(text), bold=True) if sys.stdout.isatty() else printable(text)


def _folded(text: str, first: str, others: str) -> list[str]:
    width = shutil.get_terminal_size(fallback=(80, 24)).columns
    return textwrap.wrap(
        printable(text),
        width=max(width, 20),
        initial_indent=first,
        subsequent_indent=others,
        break_on_hyphens=False,
        break_long_words=False,
    )
