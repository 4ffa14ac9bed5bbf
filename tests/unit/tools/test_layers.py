"""What import-linter does not see: the folders beside the packages, and the root of the package."""

from __future__ import annotations

import ast

from tools.toolchain import ROOT

PACKAGE = ROOT / "provider" / "apigw_client_cert"


def test_nothing_that_measures_or_sets_up_imports_a_test() -> None:
    """A test may fail without anything else failing with it."""
    found = [
        str(file.relative_to(ROOT))
        for folder in ("acceptance", "tools")
        for file in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "tests"
    ]
    assert found == []


def test_the_root_of_the_package_has_four_modules() -> None:
    """Everything else lies in the folder of its layer."""
    assert {file.stem for file in PACKAGE.glob("*.py")} == {"__init__", "clock", "errors", "resources"}
