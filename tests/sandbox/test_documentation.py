"""docs/sandbox.md says what is true."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from apigw_sandbox import Behaviour
from apigw_sandbox.management import VERBS
from apigw_sandbox.moto_extension.backends import SERVED

PAGE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8")


def test_the_example_passes_in_a_project_of_its_own(tmp_path: Path) -> None:
    """Copied out and run by pytest, outside this repository."""
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    (tmp_path / "test_example.py").write_text(example, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_example.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert len(example.strip().splitlines()) <= 16


def test_every_switch_verb_and_service_is_named() -> None:
    """Nothing can be added without a word about it."""
    named = set(re.findall(r"`([^`\n]+)`", PAGE))
    assert set(Behaviour().to_json()) <= named
    assert set(VERBS) <= named
    assert set(SERVED) <= named
