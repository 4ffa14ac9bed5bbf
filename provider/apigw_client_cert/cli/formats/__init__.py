"""How a report is said: one module per format, imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apigw_client_cert.cli.rows import Report

FORMATS = ("table", "json", "markdown", "prometheus", "html")

# Those that are not called after their format: a module of that name would hide another one.
_MODULES = {"json": "document", "html": "page"}


def rendered(report: Report, form: str) -> str:
    """The report in one of ``FORMATS``, with its final newline."""
    module = import_module(f"apigw_client_cert.cli.formats.{_MODULES.get(form, form)}")
    text: str = module.render(report)
    return text
