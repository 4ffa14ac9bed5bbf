"""The mutation score of ``rotation/``: mutmut changes its functions one token at a time, tests/unit/rotation decides.

mutmut leaves module level, class level and decorated functions (the properties) as they are: constants and the
transition table are for ``wrong_rules.py`` and the property tests.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from acceptance.mutants.equivalent import EQUIVALENT
from acceptance.mutants.mutant import ROOT, copy_of_package

if TYPE_CHECKING:
    from collections.abc import Mapping

GOAL = 95.0

_CONFIGURATION = """\
[tool.pytest.ini_options]
addopts = ["--import-mode=importlib", "-p", "no:cacheprovider"]
pythonpath = ["."]

[tool.mutmut]
source_paths = ["apigw_client_cert"]
only_mutate = ["apigw_client_cert/rotation/*"]
pytest_add_cli_args_test_selection = ["tests/unit/rotation"]
"""
# It compares a committed document with the transition table; neither is copied, and mutmut changes no table.
_NOT_COPIED = ("__pycache__", "test_state_diagram.py")
_KILLED = "killed"


def measure() -> dict[str, Any]:
    """Run mutmut on a copy; what it survived is listed, or excluded as equivalent with a reason.

    ``score`` is killed / (mutants - equivalent), ``raw_score`` killed / mutants, both in per cent. Raises
    ``RuntimeError`` with mutmut's last words when it did not finish.
    """
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutation-score-") as folder:
        project = Path(folder)
        _lay_out(project)
        _mutmut(project, "run", "--max-children", str(os.cpu_count() or 1))
        _mutmut(project, "export-cicd-stats")
        counts = json.loads((project / "mutants" / "mutmut-cicd-stats.json").read_text(encoding="utf-8"))
        alive = {name: _change(project, name) for name in _alive(project)}
    facts = {"tool": f"mutmut {version('mutmut')}", "seconds": round(time.monotonic() - start, 1)}
    return facts | summary(counts, alive)


def _lay_out(project: Path) -> None:
    copy_of_package(project)
    tests = Path("tests", "unit", "rotation")
    shutil.copytree(ROOT / tests, project / tests, ignore=shutil.ignore_patterns(*_NOT_COPIED))
    shutil.copy(ROOT / "tests" / "conftest.py", project / "tests")
    (project / "pyproject.toml").write_text(_CONFIGURATION, encoding="utf-8")


def summary(counts: Mapping[str, int], alive: Mapping[str, str]) -> dict[str, Any]:
    """The score from mutmut's counts and from what was not killed (name -> ``module: changed line``)."""
    equivalent = {name: EQUIVALENT[change] for name, change in alive.items() if change in EQUIVALENT}
    survivors = {name: change for name, change in alive.items() if name not in equivalent}
    killed = counts[_KILLED]
    total = counts["total"]
    obsolete = sorted(set(EQUIVALENT) - set(alive.values()))
    score = {
        "scope": "function bodies of rotation/, against tests/unit/rotation",
        "mutants": total,
        "killed": killed,
        "equivalent": equivalent,
        "survivors": survivors,
        "obsolete_exclusions": obsolete,
        "score": round(100 * killed / (total - len(equivalent)), 2),
        "raw_score": round(100 * killed / total, 2),
    }
    for name, change in survivors.items():
        print(f"survived {name}: {change}")
    for change in obsolete:
        print(f"excluded as equivalent, but no such mutant survives: {change}", file=sys.stderr)
    print(f"mutation score of rotation/: {score['score']} % ({killed} of {total}, {len(equivalent)} equivalent)")
    return score


def _alive(project: Path) -> list[str]:
    """The names of all that were not killed; a time-out is no kill."""
    lines = _mutmut(project, "results").splitlines()
    found = [line.strip().rpartition(": ") for line in lines if ": " in line]
    return [name for name, _, status in found if status != _KILLED]


def _change(project: Path, name: str) -> str:
    """``module: changed lines`` of a mutant, which outlives mutmut's numbering."""
    shown = _mutmut(project, "show", name).splitlines()
    lines = [line[1:].strip() for line in shown if line.startswith("+") and not line.startswith("+++")]
    module = name.split(".")[2]
    return f"{module}: {' '.join(lines)}"


def _mutmut(project: Path, *arguments: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("COV", "PYTEST"))}
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"mutmut {arguments[0]} ended with {done.returncode}: {(done.stdout + done.stderr)[-2000:]}")
    return done.stdout
