"""Pages that a message names can be read where only the package is installed."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from apigw_client_cert import docs, errors
from apigw_client_cert.docs.__main__ import main
from apigw_client_cert.rotation.remedies import FAILED, REMEDIES
from tools.toolchain import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDERS = (ROOT / "provider" / "apigw_client_cert", ROOT / "policy" / "client_cert_policies")
SOURCES = [file for folder in FOLDERS for file in folder.rglob("*.*") if file.suffix in {".py", ".json"}]
# Given to ``errors.page``, or written out where it cannot be imported.
NAMED = re.compile(r"\bpage\(['\"]([a-z#.-]+)['\"]\)|python -m apigw_client_cert\.docs ([a-z][a-z#.-]*)`")


def named() -> set[str]:
    """The pages and sections that messages name."""
    found = {one or other for file in SOURCES for one, other in NAMED.findall(file.read_text(encoding="utf-8"))}
    return found | {f"runbook#{one.section}" for one in (*REMEDIES.values(), *FAILED.values()) if one.section}


def messages(source: str) -> Iterator[str]:
    """Every text of a module that it may say to somebody: no comment, no docstring."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Expr):
            values = (one.value for one in ast.iter_child_nodes(node) if isinstance(one, ast.Constant))
            yield from (one for one in values if isinstance(one, str))


@pytest.mark.parametrize("page", sorted(named()))
def test_what_a_message_names_is_there(page: str) -> None:
    """The page, and the section of it."""
    assert docs.text(page).startswith("#")


def test_no_message_names_a_file_that_only_the_repository_has() -> None:
    """Whoever installed the package has no folder docs."""
    assert len(named()) > 10
    found = []
    for file in SOURCES:
        source = file.read_text(encoding="utf-8")
        if re.search(r"(?<!\w)docs/[a-z]+\.md", source):
            texts = [source] if file.suffix == ".json" else messages(source)
            found += [(file.name, one) for one in texts if re.search(r"(?<!\w)docs/[a-z]+\.md", one)]
    assert found == []


def test_a_section_ends_where_the_next_one_begins() -> None:
    """With what is below it; a comment in a block of code is no heading."""
    whole = docs.text("resources")
    below = docs.text("resources#stagebinding")
    assert below in whole
    assert re.findall(r"^#+ .+$", below, re.MULTILINE)[:2] == ["## StageBinding", "### The look at the targets"]
    assert "## ClientCertificateRotation" not in below
    assert "\n# published: " in docs.text("backends#python-contentpython")


def test_the_command_of_a_message_prints_the_page() -> None:
    """As it is written, with nothing loaded that it does not need."""
    command = errors.page("iam-policy.json").strip("`").split()
    assert command[0] == "python"
    done = subprocess.run([sys.executable, *command[1:]], capture_output=True, text=True, check=True)
    assert done.stdout == (ROOT / "docs" / "iam-policy.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("nothing", "there is no page 'nothing'; there are acm, backends, "),
        ("iam-policy", "there is no page 'iam-policy'; there are "),
        ("acm#nothing", "acm has no section 'nothing'; it has "),
    ],
)
def test_what_is_not_there_is_answered_with_what_is(capsys: pytest.CaptureFixture[str], page: str, says: str) -> None:
    """In one line."""
    assert main([page]) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n"), printed.err.startswith(says)) == ("", 1, True)


def test_without_a_page_it_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    """By the names that it takes."""
    assert main([]) == 0
    for name in capsys.readouterr().out.split():
        assert docs.text(name)
