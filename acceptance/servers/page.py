"""docs/backends.md, read: what the servers here are configured with is what it tells users."""

from __future__ import annotations

from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "backends.md"


def section_of(kind: str) -> str:
    """What the page says of one content."""
    return PAGE.read_text(encoding="utf-8").partition(f'(`content="{kind}"`)\n')[2].partition("\n## ")[0]


def request_lines(kind: str) -> str:
    """The lines by which a program of this kind asks at each request."""
    return _lines_after(kind, "**Each request.**")


def connection_lines(kind: str) -> str:
    """The lines that let no connection of a stranger come to any listener."""
    return _lines_after(kind, "this lets no connection of a stranger come")


def _lines_after(kind: str, words: str) -> str:
    lines = section_of(kind).partition(words)[2].partition("```")[2].partition("\n")[2].partition("```")[0]
    if not lines:
        raise ValueError(f"the page's section of {kind} has no lines after {words!r}")
    return lines
