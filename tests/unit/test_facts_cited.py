"""docs/aws.md and docs/pulumi.md have every section that is cited, and every UNVERIFIED mark has its row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.pages import page

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("provider", "sandbox", "tests", "tools", "benchmarks", "examples", "policy", "docs")
SOURCES = [
    file
    for found in (ROOT.glob("*"), *((ROOT / one).rglob("*") for one in FOLDERS))
    for file in found
    if file.suffix in {".py", ".md"} and not {".venv", "node_modules"}.intersection(file.parts)
]
_CITED = re.compile(r"docs/(aws|pulumi)\.md((?:,? §[0-9.]*[0-9])*)")
_HEADING = re.compile(r"^#{2,3} (\d+(?:\.\d+)?)\.? ", re.MULTILINE)
_MARK = re.compile(r"\bUNVERIFIED:")
_SECTION = re.compile(r"docs/aws\.md (§[0-9.]*[0-9])")
_ROW = re.compile(r"^\| `(\w+/[\w/]+\.py)` \| (§[0-9.]+) \| \S", re.MULTILINE)


def headings(name: str) -> list[str]:
    """The numbers of the page's headings, in order."""
    return _HEADING.findall(page(f"{name}.md"))


def citations(text: str) -> list[tuple[str, str]]:
    """Page and number of each section that the text cites."""
    return [
        (cited[1], number) for cited in _CITED.finditer(text) for number in re.findall(r"§([0-9.]*[0-9])", cited[2])
    ]


def marks(text: str) -> list[str]:
    """The section that each mark cites, "" where none: up to the end of its comment, or of its paragraph."""
    found, lines = [], text.splitlines()
    for place, line in enumerate(lines):
        mark = _MARK.search(line)
        if mark is None:
            continue
        comment = line.lstrip().startswith("#")
        said = [line[mark.start() :]]
        for below in lines[place + 1 :]:
            if '"""' in said[-1] or below.lstrip().startswith("#") is not comment or not below.strip():
                break
            said.append(below.strip(" #:"))
        section = _SECTION.search(" ".join(said))
        found.append(section[1] if section else "")
    return found


@pytest.mark.parametrize("name", ["aws", "pulumi"])
def test_sections_are_numbered_once(name: str) -> None:
    """Two of one number would make a citation say either."""
    assert len(headings(name)) > 10
    assert len(set(headings(name))) == len(headings(name))


def test_every_cited_section_exists() -> None:
    """In code and pages."""
    known = {(name, number) for name in ("aws", "pulumi") for number in headings(name)}
    cited = {
        (str(file.relative_to(ROOT)), *one) for file in SOURCES for one in citations(file.read_text(encoding="utf-8"))
    }
    assert len(cited) > 50
    assert sorted(one for one in cited if one[1:] not in known) == []


def test_every_mark_has_a_section_and_a_row() -> None:
    """And every row a mark: what was verified meanwhile leaves the table."""
    marked = {
        (str(file.relative_to(ROOT)), section)
        for folder in ("provider", "sandbox")
        for file in (ROOT / folder).rglob("*.py")
        for section in marks(file.read_text(encoding="utf-8"))
    }
    assert set(_ROW.findall(page("aws.md"))) == marked


def test_no_source_cites_what_is_not_in_the_repository() -> None:
    """The notes that these pages were made of."""
    notes = re.compile("facts" + r"/[a-z-]+\.md|\b[Ff]acts" + " §")
    assert [str(file.relative_to(ROOT)) for file in SOURCES if notes.search(file.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("text", "sections"),
    [
        ("# UNVERIFIED: that it does (docs/aws.md §1.2).\nx = 1", ["§1.2"]),
        ("    # UNVERIFIED: that it\n    # does (docs/aws.md §3).\n    x = 1", ["§3"]),
        ("#: UNVERIFIED: that it does.\nX = 1  # docs/aws.md §3", [""]),
        ('"""A.\n\n    UNVERIFIED: that it\n    does (docs/aws.md §4).\n    """', ["§4"]),
        ('"""A. UNVERIFIED: that it does."""\n# docs/aws.md §4', [""]),
    ],
)
def test_a_mark_ends_with_its_comment(text: str, sections: list[str]) -> None:
    """What stands below it is not its reason."""
    assert marks(text) == sections
