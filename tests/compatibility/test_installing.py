"""What people type and install first: the README's line, an example, a refusal; from what pip resolves today."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

import apigw_client_cert
from apigw_client_cert import docs
from tests.compatibility.conftest import MINORS, MOST_LINES, diagnostics, made, use
from tests.e2e.conftest import ok, quiet, refused
from tests.examples.conftest import example, trusted
from tools.toolchain import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.compatibility.conftest import Wheels
    from tests.e2e.conftest import Scenario

README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECTS = (ROOT / "pyproject.toml", ROOT / "sandbox" / "pyproject.toml")


@pytest.mark.e2e
def test_readmes_install_line_adopts_and_refuses_in_a_few_lines(scenario: Scenario, tmp_path: Path) -> None:
    """A clean environment, the line as it stands in the README, examples/adopt, and a stage of somebody else's."""
    (line,) = re.findall(r"^\$ pip (install \./apigw-client-cert)\b", README, re.MULTILINE)
    python = made(tmp_path / "venv", sys.executable)
    # A clone of that name beside the program.
    (tmp_path / "apigw-client-cert").symlink_to(ROOT)
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *line.split()], cwd=tmp_path, check=True)

    theirs, others = (scenario.sandbox.console.generate_certificate() for _ in range(2))
    for stage, presented in (("dev", others), ("prod", theirs)):
        scenario.sandbox.console.bind(scenario.api, stage, presented)
    stages = {f"stages.{name}": {"restApiId": scenario.api, "stageName": name} for name in ("dev", "prod")}
    stack = example(scenario, "adopt", clientCertificateId=theirs, **stages)
    use(stack, python)
    output = refused(stack.up())
    assert len(diagnostics(output)) <= MOST_LINES, output
    assert any(f"Stage {scenario.api}/dev presents {others}" in one for one in diagnostics(output)), output
    assert "Traceback" not in output

    stack.unset("stages")
    stack.configure({"stages.prod": stages["stages.prod"]})
    ok(stack.up())
    assert (scenario.presented("dev"), scenario.presented("prod"), trusted(scenario)) == (others, theirs, 1)
    quiet(stack)


def test_the_wheel_holds_no_sandbox(wheels: Wheels) -> None:
    """Each distribution its own package, with its licence; both of one release, which the package says itself."""
    for wheel, package in zip(wheels, ("apigw_client_cert", "apigw_sandbox"), strict=True):
        assert f"-{apigw_client_cert.__version__}-" in wheel.name
        folders = {name.partition("/")[0] for name in ZipFile(wheel).namelist()}
        assert {one for one in folders if not one.endswith(".dist-info")} == {package}
        assert any(name.endswith("/LICENSE") for name in ZipFile(wheel).namelist())


def test_what_an_index_shows_links_to_nothing_that_it_has_not(wheels: Wheels) -> None:
    """The description has no relative link, and what it shows to copy is the README's."""
    for wheel in wheels:
        with ZipFile(wheel) as archive:
            (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
            said = archive.read(metadata).decode()
        assert re.findall(r"\]\((?!https://)[^)]*\)", said) == [], wheel
    (shown,) = re.findall(
        r"^```python\n.*?^```$", (ROOT / "provider" / "README.md").read_text(), re.MULTILINE | re.DOTALL
    )
    assert shown in README


def test_the_pages_that_messages_name_come_with_the_wheel(wheels: Wheels, tmp_path: Path) -> None:
    """All of them, and none besides; an interpreter that has nothing else prints them."""
    ZipFile(wheels.package).extractall(tmp_path)
    folder = tmp_path / "apigw_client_cert" / "docs"
    assert {one.name for one in folder.iterdir() if one.suffix != ".py"} == set(docs.PAGES)
    command = [sys.executable, "-S", "-m", "apigw_client_cert.docs", "runbook"]
    done = subprocess.run(command, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=True)
    assert done.stdout == (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")


def test_the_classifiers_name_the_pythons_that_are_tested() -> None:
    """tests/compatibility runs on each of them."""
    for project in PROJECTS:
        named = re.findall(r'"Programming Language :: Python :: 3\.(\d+)"', project.read_text(encoding="utf-8"))
        assert [int(one) for one in named] == list(MINORS), project


def test_no_requirements_file_asks_an_index_for_a_name_that_nobody_has_claimed() -> None:
    """Whoever claims it would be installed: the examples name the clone that they are in."""
    files = sorted((ROOT / "examples").rglob("requirements.txt"))
    ours = {file: _asked(file) for file in files if any(one.startswith("..") for one in _asked(file))}
    assert len(ours) == 6
    for file, asked in ours.items():
        assert [(file.parent / one).resolve() for one in asked] == [ROOT], file
        assert "No index has apigw-client-cert" in file.read_text(encoding="utf-8")
    assert not [file for file in files if any("apigw" in one for one in _asked(file))]


def _asked(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
