"""The pages of docs/ that messages name, for where only the package is installed. They import nothing of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

#: The files of docs/ that the wheel and the plugin's archive hold beside this module.
PAGES: Final = (
    "acm.md",
    "backends.md",
    "fleet.md",
    "iam-policy-adopt.json",
    "iam-policy-preview.json",
    "iam-policy-s3.json",
    "iam-policy-secretsmanager.json",
    "iam-policy-ssm.json",
    "iam-policy-status.json",
    "iam-policy-sweep.json",
    "iam-policy-verify.json",
    "iam-policy.json",
    "iam.md",
    "resources.md",
    "runbook.md",
)
#: What they are called by: their files' names, without ".md".
NAMES: Final = tuple(one.removesuffix(".md") for one in PAGES)
_HEADING: Final = re.compile(r"^(#+) +(.+?) *$")
_FENCE: Final = "```"


def text(page: str) -> str:
    """A page, or one section of it.

    Args:
        page: ``backends``, ``backends#nginx-contentnginx`` or ``iam-policy.json``; anchors are GitHub's.

    Returns:
        The text, with the sections below the named one.

    Raises:
        LookupError: There is no such page, or no such section in it.
    """
    name, _, anchor = page.partition("#")
    if name not in NAMES:
        raise LookupError(f"there is no page {name!r}; there are {', '.join(NAMES)}")
    file = PAGES[NAMES.index(name)]
    whole = (_folder(file) / file).read_text(encoding="utf-8")
    return _section(whole, anchor, name) if anchor else whole


def _folder(file: str) -> Path:
    """Here where the package is installed; in a clone, what it is installed from."""
    here = Path(__file__).parent
    return here if (here / file).exists() else here.parents[2] / "docs"


def _section(whole: str, anchor: str, name: str) -> str:
    begins, depth, fenced = None, 0, False
    lines, anchors = whole.splitlines(keepends=True), []
    for number, line in enumerate(lines):
        fenced ^= line.lstrip().startswith(_FENCE)
        heading = None if fenced else _HEADING.match(line)
        if heading is None:
            continue
        if begins is not None and len(heading[1]) <= depth:
            return "".join(lines[begins:number])
        anchors.append(_anchor(heading[2]))
        if anchors[-1] == anchor:
            begins, depth = number, len(heading[1])
    if begins is None:
        raise LookupError(f"{name} has no section {anchor!r}; it has {', '.join(anchors)}")
    return "".join(lines[begins:])


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
