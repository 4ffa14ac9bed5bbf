"""What the demo prints. What stands under a `$` line is Pulumi's own output, less the lines that `readable` drops."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, NamedTuple

from apigw_sandbox.clock import format_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TextIO

    from acceptance.demo.account import Account
    from apigw_sandbox.journal import JournalEntry

WIDTH = 100


class Run(NamedTuple):
    """One CLI call: its step in the story, and the journal's last number before and after it."""

    step: str
    after: int
    through: int


_BOLD, _DIM, _RED, _GREEN, _CYAN = "1", "2", "31", "32", "36"

_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
# `~  TYPE NAME updating (0s)`: a later line says how it ended. A refresh that found nothing new has no [diff: …].
_PROGRESS = re.compile(r"^@ |(creating|updating|deleting|refreshing) \(\d+s\)|refresh \([\d.]+s\)\s*$")
# `Stack NAME running MESSAGE`, `Stack NAME MESSAGE` and `Stack NAME 1 message`: the texts follow under Diagnostics.
_MESSAGE = re.compile(r"^ {4}pulumi:pulumi:Stack [\w-]+ +\S")
# A resource that stays as it is gets a line without any state after a refresh.
_NOTHING = re.compile(r"^ {4}[\w:/-]+:\w+ [\w-]+$")
_OUTPUT = re.compile(r"^ {2}[ ~+-] \w+ *:")
_LONG_OUTPUT = re.compile(r"^ {2}[ ~+-] (trust_bundle|trusted_fingerprints_sha256) *:")


def readable(lines: Iterable[str]) -> Iterator[str]:
    """Lines of Pulumi's output without what only distracts here; none is changed.

    Left out are: progress and the copies of messages that it shows before Diagnostics, resources of which nothing is
    said, the two outputs that consist of PEM and fingerprints, and empty lines after empty lines.
    """
    in_long_output = False
    empty = True
    for line in lines:
        plain = plain_text(line).rstrip()
        if _OUTPUT.match(plain) or not plain:
            in_long_output = _LONG_OUTPUT.match(plain) is not None
        if in_long_output or (empty and not plain):
            continue
        if any(pattern.search(plain) for pattern in (_PROGRESS, _MESSAGE, _NOTHING)):
            continue
        empty = not plain
        yield line.rstrip()


def plain_text(text: str) -> str:
    """Without colours."""
    return _ESCAPE.sub("", text)


class Terminal:
    """Plain lines, in colour where asked for.

    Args:
        out: Where to.
        colour: Whether ANSI colours are understood.
    """

    def __init__(self, out: TextIO, *, colour: bool) -> None:
        self._out = out
        self.colour = colour
        self._rows: list[tuple[str, Account]] = []
        self._after_empty = True

    def title(self, text: str, comment: str) -> None:
        """The beginning of a step, and what to look at."""
        self._line()
        self._line(f"== {text} ".ljust(WIDTH, "="), _BOLD)
        self.say(comment)

    def say(self, comment: str) -> None:
        """Commentary."""
        for line in textwrap.wrap(" ".join(comment.split()), WIDTH - 2):
            self._line(f"# {line}", _CYAN)

    def command(self, text: str) -> None:
        """The command line whose output follows."""
        self._line()
        self._line(f"$ {text}", _BOLD)

    def output(self, lines: Iterable[str]) -> None:
        """Pulumi's output, as it comes."""
        for line in readable(lines):
            self._line(line)

    def status(self, code: int) -> None:
        """How a command ended, where that is worth a word."""
        if code:
            self._line(f"(exit status {code})", _DIM)

    def account(self, label: str, account: Account) -> None:
        """What there is after a step; remembered for the table at the end."""
        self._rows.append((label, account))
        self._table([(label, account)])

    def journal(self, runs: Sequence[Run], entries: Sequence[JournalEntry]) -> None:
        """The account after every step, and every call that was made, under the run that made it."""
        self.title("The whole year", "What each stage presented, what was published, and what was in the account.")
        self._table(self._rows)
        self.title(
            "The sandbox's journal",
            "Every call in the order of its effect, at the sandbox's time; * changes something.",
        )
        group = ""
        for entry in entries:
            theirs = next((run.step for run in runs if run.after < entry.number <= run.through), "")
            if not theirs and not entry.mutates:
                continue  # the demo's own look at the published parameter
            if theirs != group:
                self._line(theirs or "by hand", _BOLD)
                group = theirs
            self._entry(entry)

    def success(self, text: str) -> None:
        """The last line of a good end."""
        self._line()
        self._line(text, _GREEN)

    def failure(self, text: str) -> None:
        """The last line of a bad end."""
        self._line()
        self._line(f"demo: {text}", _RED)

    def _table(self, rows: Sequence[tuple[str, Account]]) -> None:
        stages = list(rows[0][1].presented) if rows else []
        cells = [["", *(f"{stage} presents" for stage in stages), "file and parameter hold", "in the account"]]
        for label, account in rows:
            held = " | ".join(dict.fromkeys(_ids(one) for one in (account.file, account.parameter)))
            presented = (account.presented[stage] or "-" for stage in stages)
            cells.append([label, *presented, held, _ids(account.certificates)])
        widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
        self._line()
        for row in cells:
            text = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            self._line(f"  {text}", _DIM if row is cells[0] else "")

    def _entry(self, entry: JournalEntry) -> None:
        patch = ", ".join(f"{path} = {value!r}" for path, value in entry.patch.items())
        failed = f"{entry.status} {entry.error}" if not entry.succeeded else ""
        parts = (entry.service, entry.action, entry.resource, patch, failed)
        mark = "*" if entry.mutates else " "
        when = format_instant(entry.at)[:19] + "Z"
        self._line(f"  {when} {mark} {' '.join(filter(None, parts))}", "" if entry.mutates else _DIM)

    def _line(self, text: str = "", style: str = "") -> None:
        if not text and self._after_empty:
            return
        self._after_empty = not text
        styled = f"\x1b[{style}m{text}\x1b[0m" if style and text and self.colour else text
        # Flushed, so that a reader at the other end of a pipe sees Pulumi at work too.
        print(styled, file=self._out, flush=True)


def _ids(certificates: Sequence[str] | None) -> str:
    return "-" if not certificates else " ".join(certificates)
