"""The HTML that the page is made of: document, style, tables, and figures that can stand side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from string import Template
from typing import TYPE_CHECKING

from tools.proof.aggregates import printable
from tools.proof.picture import LOUD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_STYLE = Template("""
:root { color-scheme: light dark; --ink: #1d2226; --paper: #fff; --faint: #5b646b; --line: #d5dadd; --loud: $loud;
  --link: #0b57b0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8eb; --paper: #15181b; --faint: #a1abb3; --line: #3a4147; --loud: #ff8a80;
    --link: #8ab8f5; }
}
body { margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 75rem; color: var(--ink); background: var(--paper);
  font: 16px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .5rem 0 1rem; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; }
p, ul { max-width: 52rem; }
a { color: var(--link); }
.incomplete { background: $loud; color: #fff; padding: 1rem 1.25rem; border-radius: 6px; margin-bottom: 1.5rem; }
.incomplete strong { font-size: 1.6rem; letter-spacing: .04em; }
.incomplete ul { margin: .5rem 0 0; }
.loud { color: var(--loud); font-weight: 600; }
.faint { color: var(--faint); }
ul.headline { display: flex; flex-wrap: wrap; gap: 1rem 3rem; margin: 1rem 0 1.5rem; padding: 0; list-style: none;
  max-width: none; color: var(--faint); }
ul.headline strong { display: block; color: var(--ink); font-size: 1.8rem; line-height: 1.2; font-weight: 600; }
ul.headline strong.loud { color: var(--loud); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .75rem 0; font-size: .94rem; }
th, td { padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; }
thead th { color: var(--faint); font-weight: 500; vertical-align: bottom; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; padding-right: 1.5rem; }
code { font-size: .92em; }
summary { cursor: pointer; margin: .75rem 0; }
figure { margin: 1.25rem 0; padding: .5rem; background: #fff; border: 1px solid var(--line); border-radius: 6px;
  overflow-x: auto; }
figure svg { display: block; width: 100%; min-width: 44rem; height: auto; }
figcaption { color: $loud; font-weight: 600; padding: .25rem .5rem; }
""").substitute(loud=LOUD)

_DOCUMENT = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>$title</title>
<style>$style</style>
</head>
<body>
<main>
$body
</main>
</body>
</html>
""")


def document(title: str, body: str) -> str:
    """HTML that is also well-formed XML; no script runs in it and nothing is loaded. Both arguments are HTML."""
    return _DOCUMENT.substitute(title=title, style=_STYLE, body=body)


@dataclass(frozen=True, slots=True)
class Cell:
    """``html`` is escaped already."""

    html: str
    number: bool = False
    loud: bool = False

    def __str__(self) -> str:
        names = [name for name, on in (("number", self.number), ("loud", self.loud)) if on]
        return f"<td{classes(*names)}>{self.html}</td>"


def table(heads: Iterable[str], rows: Iterable[Sequence[Cell]]) -> str:
    """A ``~`` marks the head of a column of numbers."""
    named = "".join(
        f"<th{classes('number')}>{head[1:]}</th>" if head[0] == "~" else f"<th>{head}</th>" for head in heads
    )
    body = "\n".join(f"<tr>{''.join(map(str, row))}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{named}</tr></thead><tbody>\n{body}\n</tbody></table></div>'


def own_ids(svg: str, prefix: str) -> str:
    """The same figure with ids, and references to them, that no other figure of the page has."""
    return re.sub(r'(\bid="|\bhref="#|\burl\(#)', lambda found: f"{found[0]}{prefix}", svg)


def classes(*names: str) -> str:
    """The attribute with the blank before it; nothing for no name."""
    return f' class="{" ".join(names)}"' if names else ""


def text_of(text: object) -> str:
    """The text as HTML, on one line, without control characters."""
    return escape(printable(str(text)))
