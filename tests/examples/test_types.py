"""The examples in Python are typed: a user's own checker finds nothing in them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tools.toolchain import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PROGRAMS = ("two-stacks/certificates", "two-stacks/api", "adopt", "one-target", "waves")


def test_the_examples_are_strictly_typed(tmp_path: Path) -> None:
    """Under names of their own: all are called __main__, and mypy takes one of a name."""
    for program in PROGRAMS:
        copy = tmp_path / f"{program.replace('/', '_').replace('-', '_')}.py"
        copy.write_text((ROOT / "examples" / program / "__main__.py").read_text())
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", str(ROOT / "pyproject.toml")]
    done = subprocess.run([*command, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
