"""docs/runbook.md as its tests read it: what each recipe says that one sees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.pages import CONSOLE, HEADING, PROMPT, console, page, section

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = page("runbook.md")
_FENCE = re.compile(r"^[ >]*(?:```|~~~).*$", re.MULTILINE)


def recipes() -> list[str]:
    """The headings."""
    return HEADING.findall(PAGE)


def unread() -> list[str]:
    """The fences that no recipe reads: of another kind than the console's, indented, or above the first recipe."""
    above, *sections = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    return [fence for part in (above, *(CONSOLE.sub("", one) for one in sections)) for fence in _FENCE.findall(part)]


class Recipe:
    """The lines of one recipe that are no commands, in their order; each has to be met once.

    Args:
        heading: Which one.
    """

    def __init__(self, heading: str) -> None:
        lines = [line.strip() for line in console(section(PAGE, heading))]
        self.left = [line for line in lines if line and not line.startswith(PROMPT)]

    def shows(self, said: str, names: Mapping[str, str]) -> None:
        """The next line of the page is in what a run said.

        Args:
            said: Its output.
            names: What the page's placeholders stand for, such as ``old``.
        """
        assert self.left, f"the page shows nothing more; the run said:\n{said}"
        line = re.escape(self.left.pop(0)).replace("<date>", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
        for name, value in names.items():
            line = line.replace(f"<{name}>", value)
        assert re.search(line, said), f"the page says:\n{line}\nthe run said:\n{said}"
