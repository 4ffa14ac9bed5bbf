"""examples/ci-of-a-user as its users have it: a folder of its own, the installed package, nothing else of ours."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from acceptance.servers.backend import find_program
from apigw_client_cert.trust.contents import setup_lines
from tests.backends.missing import tools_wanted

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "ci-of-a-user"
# An outer run's options, paths and measurements are not the user's.
INHERITED_NOT = re.compile(r"(PYTEST|PYTHON|COV|COVERAGE)_|PYTHONPATH$")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pip put both packages; what they require is there already, and the build backend is in the lock."""
    folder = tmp_path_factory.mktemp("site-packages")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-index"]
    subprocess.run(
        [*pip, "--no-build-isolation", "--no-deps", "--target", str(folder), str(ROOT), str(ROOT / "sandbox")],
        check=True,
    )
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the example."""
    with tools_wanted():
        find_program("nginx")
    folder = tmp_path / "project"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    return folder


def run(project: Path, installed: Path) -> tuple[int, dict[str, int], str]:
    """The exit status of its tests, how many ended in which way, and what pytest said."""
    environment = {name: value for name, value in os.environ.items() if not INHERITED_NOT.match(name)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--basetemp", str(project.parent / "runs")],
        cwd=project,
        env=environment | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout + done.stderr
    counts = {word: int(count) for count, word in re.findall(r"(\d+) (passed|failed|errors?|skipped)", said)}
    return done.returncode, counts, said


def test_example_passes_with_the_installed_package_alone(project: Path, installed: Path) -> None:
    """As its README says."""
    (project / "conftest.py").write_text(
        "import apigw_client_cert, apigw_sandbox\n"
        f"assert apigw_client_cert.__file__.startswith({str(installed)!r})\n"
        f"assert apigw_sandbox.__file__.startswith({str(installed)!r})\n",
        encoding="utf-8",
    )
    status, counts, said = run(project, installed)
    assert (status, counts) == (0, {"passed": 2}), said


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        pytest.param(r"if \(\$apigw_client_cert = 0\) \{\s*return 403;\s*\}", "", id="no pin is compared"),
        pytest.param("optional_no_ca", "off", id="no certificate is asked for"),
    ],
)
def test_example_fails_when_the_configuration_is_broken(project: Path, installed: Path, taken: str, left: str) -> None:
    """What the user wants to hear of before the rotation does."""
    site = project / "orders.conf"
    broken, replaced = re.subn(taken, left, site.read_text(encoding="utf-8"))
    assert replaced == 1
    site.write_text(broken, encoding="utf-8")

    status, counts, said = run(project, installed)

    assert (status, counts.get("failed"), counts.get("passed")) == (1, 1, 1), said
    assert "FAILED test_client_certificates.py::test_old_and_new_are_accepted" in said


def test_example_uses_the_setup_lines_as_they_are_documented() -> None:
    """A user who copies it has what the server tests check."""
    wanted = [line.strip() for line in setup_lines("nginx").splitlines() if line.strip()]
    lines = [line.strip() for line in (EXAMPLE / "orders.conf").read_text(encoding="utf-8").splitlines()]
    start = lines.index(wanted[0])
    assert lines[start : start + len(wanted)] == wanted


def test_readme_names_every_file() -> None:
    """And no other."""
    named = re.findall(r"^\| `([\w.-]+)` \|", (EXAMPLE / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(
        file.name for file in EXAMPLE.iterdir() if file.is_file() and file.name != "README.md"
    )
