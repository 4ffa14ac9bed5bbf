"""``docs/crash-matrix.md``: the same text for the same points and the same result."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance.crash_matrix.points import IN_PROCESS, REAL_ENGINE
from acceptance.crash_matrix.report import legend, table
from tools.toolchain import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from acceptance.crash_matrix.report import Row

PAGE = ROOT / "docs" / "crash-matrix.md"

_TEMPLATE = Path(__file__).with_name("page.md")


def page(lines: Iterable[Row]) -> str:
    """The whole page."""
    lines = list(lines)
    template = _TEMPLATE.read_text(encoding="utf-8")
    return template.format(legend=legend(), first=table(IN_PROCESS, lines), second=table(REAL_ENGINE, lines))


def rows_of(text: str, scenario: str) -> list[str]:
    """The lines of a page's first table that are about a scenario."""
    first = text.partition("## The real engine")[0]
    return re.findall(rf"^\| {re.escape(scenario)} \|.*$", first, re.MULTILINE)
