"""The parts of docs/plugin.md that tests produce, and how real output becomes the same on every run.

``WRITE_DOCS=1 pytest tests/native`` writes them; without it a test compares.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from tools.toolchain import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PAGE = ROOT / "docs" / "plugin.md"
# A row that says what will be done; `~  TYPE NAME update [diff: …]; warning: …`.
_ROW = re.compile(r"^ [~+-]{1,2} +[\w:-]+:(\w+) ([\w-]+) ")
_TOPIC = re.compile(r"^  [\w:/-]+:(\w+) \(([\w-]+)\):$")
_KINDS = ("Stack", "ClientCertificateRotation", "RotatingClientCertificate", "TrustBundle", "StageBinding")


def committed(name: str, text: str) -> str:
    """The block of this name as it is in the page; with ``WRITE_DOCS`` it is replaced by the text first."""
    page = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- {name}: generated -->\n", f"<!-- {name}: end -->"
    head, found, rest = page.partition(begin)
    assert found, f"docs/plugin.md has no block {name}"
    block, _found, tail = rest.partition(end)
    if os.environ.get("WRITE_DOCS"):
        PAGE.write_text(f"{head}{begin}{text}{end}{tail}", encoding="utf-8")
        return text
    return block


def console(command: str, shown: str, names: Mapping[str, str]) -> str:
    """A preview as the page shows it.

    Whole lines are left out (progress, resources that stay as they are); a warning stands under Diagnostics and not in
    its row as well. What comes in any order is sorted, and what is random has a name.
    """
    rows: dict[tuple[int, str], str] = {}
    said: dict[tuple[int, str], list[str]] = {}
    rest: list[str] = []
    topic: tuple[int, str] | None = None
    for line in shown.splitlines():
        if row := _ROW.match(line):
            rows[_place(row)] = re.sub(r"; warning: .*", "; warning: …", line.rstrip())
        elif found := _TOPIC.match(line):
            topic = _place(found)
            said[topic] = [line]
        elif topic is not None and line.startswith("    "):
            said[topic].append(line)
        else:
            topic = None
            rest.append(line.rstrip())
    after = rest[rest.index("Diagnostics:") + 1 :]
    parts = [
        "\n".join(rows[place] for place in sorted(rows)),
        "\n".join(["Diagnostics:", *("\n".join(said[place]) for place in sorted(said))]),
        re.sub(r"\n{2,}", "\n", "\n".join(after).strip("\n")),
    ]
    text = f"$ {command}\n" + "\n".join(parts)
    for random, name in names.items():
        text = text.replace(random, name)
    return f"```console\n{text}\n```\n"


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table of Markdown."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _place(match: re.Match[str]) -> tuple[int, str]:
    return _KINDS.index(match[1]), match[2]
