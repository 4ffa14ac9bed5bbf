"""docs/acm.md, taken apart: the steps of each way with their commands, the lines for servers, the wrong orders."""

from __future__ import annotations

import re

from tests.pages import PROMPT, between, console, page, section

TEXT = page("acm.md")


def steps(heading: str) -> list[list[str]]:
    """The commands of each numbered step below a heading, in order."""
    numbered = re.split(r"^\*\*(\d+)\. ", section(TEXT, heading), flags=re.MULTILINE)[1:]
    assert numbered[::2] == [str(number) for number in range(1, len(numbered) // 2 + 1)]
    return [commands(text) for text in numbered[1::2]]


def commands(text: str) -> list[str]:
    """The lines behind a prompt in the text's console blocks."""
    return [line.removeprefix(PROMPT) for line in console(text)]


def lines_for(server: str) -> str:
    """The configuration of a kind of server."""
    (lines,) = re.findall(rf"```{server}\n(.*?)```", TEXT, flags=re.DOTALL)
    return str(lines)


def both_at_once() -> str:
    """The one command that moves certificate and host."""
    (command,) = commands(section(TEXT, "Backends that trust both"))
    return command


def wrong_orders() -> list[str]:
    """The first column of their table."""
    rows = between(TEXT, "wrong orders: begin", "wrong orders: end")
    return [row.split("|")[1].strip() for row in rows.splitlines()]
