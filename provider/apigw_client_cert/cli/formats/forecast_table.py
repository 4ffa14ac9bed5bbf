"""A forecast as a table for people: one line for each thing that a run will do, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from apigw_client_cert.cli.formats.forecast_texts import what
from apigw_client_cert.cli.formats.terminal import plain_table, printed, said
from apigw_client_cert.cli.formats.unread import told
from apigw_client_cert.errors import printable
from apigw_client_cert.rotation.messages import minute
from apigw_client_cert.rotation.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType
    from rich.table import Table

    from apigw_client_cert.cli.forecasts import ForecastReport


def render(report: ForecastReport) -> str:
    """The table, the findings, and what could not be read."""
    return printed(_parts(report))


def _parts(report: ForecastReport) -> Iterator[RenderableType]:
    cadence = report.cadence
    yield Text(printable(f"Runs from {minute(cadence.start)} until {minute(cadence.until)}, {cadence.written}"))
    if report.coming:
        yield _table(report)
    else:
        yield Text("No run will do anything until then.")
    findings = list(_said(report))
    if findings:
        yield said(findings)


def _table(report: ForecastReport) -> Table:
    table = plain_table("AT", "STACK", "RESOURCE", "STEP", "WHAT")
    for one in report.coming:
        cells = (minute(one.at), one.stack, one.resource, one.step, what(one))
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table


def _said(report: ForecastReport) -> Iterator[tuple[str, str]]:
    order = sorted(report.findings, key=lambda one: one.finding.severity is Severity.NOTE)
    for one in order:
        yield one.finding.severity.value, f"{one.stack} {one.rotation}: {one.finding.reason}: {one.finding.message}"
    for label, why in told(report.unread):
        yield "unread", f"{label}: {why}"
