"""docs/acm.md, taken apart: the steps of each way with their commands, the lines for servers, the wrong orders."""

from __future__ import annotations

import re

from tools.toolchain import ROOT

TEXT = (ROOT / "docs" / "acm.md").read_text(encoding="utf-8")


def steps(heading: str) -> list[list[str]]:
    """The commands of each numbered step below a heading, in order."""
    section = _section(heading)
    numbered = re.split(r"^\*\*(\d+)\. ", section, flags=re.MULTILINE)[1:]
    assert numbered[::2] == [str(number) for number in range(1, len(numbered) // 2 + 1)]
    return [commands(text) for text in numbered[1::2]]


def commands(text: str) -> list[str]:
    """The lines behind a prompt in the text's console blocks."""
    blocks = re.findall(r"```console\n(.*?)```", text, flags=re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]


def lines_for(server: str) -> str:
    """The configuration of a kind of server."""
    (lines,) = re.findall(rf"```{server}\n(.*?)```", TEXT, flags=re.DOTALL)
    return str(lines)


def both_at_once() -> str:
    """The one command that moves certificate and host."""
    (command,) = commands(_section("Backends that trust both"))
    return command


def wrong_orders() -> list[str]:
    """The first column of their table."""
    (rows,) = re.findall(r"<!-- wrong orders: begin -->\n(.*?)<!-- wrong orders: end -->", TEXT, flags=re.DOTALL)
    return [row.split("|")[1].strip() for row in rows.splitlines()]


def _section(heading: str) -> str:
    (section,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", TEXT, flags=re.DOTALL | re.MULTILINE)
    return str(section)
