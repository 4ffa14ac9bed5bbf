"""Pages of docs/ as the tests that hold them read them."""

from __future__ import annotations

import re

from tools.toolchain import ROOT

PROMPT = "$ "
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


def page(name: str) -> str:
    """The text of docs/NAME."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """What stands below a heading of the second level, up to the next one."""
    (found,) = re.findall(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, flags=re.DOTALL | re.MULTILINE)
    return str(found)


def console(text: str) -> list[str]:
    """The lines of the text's console blocks: commands behind a prompt, and what they print."""
    return [line for block in CONSOLE.findall(text) for line in block.splitlines()]


def between(text: str, begin: str, end: str) -> str:
    """What stands between two comments of a page, without the rest of the first one's line."""
    (found,) = re.findall(rf"<!-- {re.escape(begin)}.*?-->\n(.*?)<!-- {re.escape(end)} -->", text, flags=re.DOTALL)
    return str(found)
