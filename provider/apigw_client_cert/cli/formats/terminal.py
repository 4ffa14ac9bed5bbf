"""How text reaches a terminal, or what is none: as wide as it is, coloured only there."""

from __future__ import annotations

import io
import shutil
import sys
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from apigw_client_cert.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

_STYLES: Final = {"person": "bold red", "warning": "bold red", "unread": "bold red", "due": "yellow", "note": "dim"}


def width() -> int:
    """How many columns there are."""
    return shutil.get_terminal_size(fallback=(80, 24)).columns


def printed(parts: Iterable[RenderableType]) -> str:
    """All parts below each other, with a final newline."""
    text = io.StringIO()
    console = Console(
        file=text, width=width(), force_terminal=sys.stdout.isatty(), legacy_windows=False, highlight=False
    )
    for part in parts:
        console.print(part)
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


def plain_table(*titles: str, gap: int = 2) -> Table:
    """A table without lines, whose cells are folded and never cut, ``gap`` columns apart."""
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="bold" if sys.stdout.isatty() else "")
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def said(lines: Iterable[tuple[str, str]]) -> Table:
    """How urgent each is, as a word, and what is said; without a head."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False, title="")
    table.add_column()
    table.add_column(overflow="fold")
    for word, text in lines:
        table.add_row(Text(word, style=_STYLES[word]), Text(printable(text)))
    return table
