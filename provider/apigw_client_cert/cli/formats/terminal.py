"""How text reaches a terminal, or what is none: as wide as it is, coloured only there."""

from __future__ import annotations

import io
import shutil
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType


def printed(parts: Iterable[RenderableType]) -> str:
    """All parts below each other, with a final newline."""
    width = shutil.get_terminal_size(fallback=(80, 24)).columns
    text = io.StringIO()
    console = Console(file=text, width=width, force_terminal=sys.stdout.isatty(), legacy_windows=False, highlight=False)
    for part in parts:
        console.print(part)
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


def plain_table(*titles: str) -> Table:
    """A table without lines, whose cells are folded and never cut."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold" if sys.stdout.isatty() else "")
    for title in titles:
        table.add_column(title, overflow="fold")
    return table
