"""What the CLI's language host is told about installed packages is what pip says, however often it asks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tools.toolchain import TOOLS_CODE

if TYPE_CHECKING:
    from pathlib import Path

ASKED = ("list", "-v", "--format", "json")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with nothing but the program, which remembers its answers there."""
    shutil.copytree(TOOLS_CODE / "pip_list_once", tmp_path / "tools" / "pip_list_once")
    return tmp_path


def _pip(*arguments: str, path: tuple[Path, ...] = (), cwd: Path) -> str:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if path:
        env["PYTHONPATH"] = os.pathsep.join(map(str, path))
    return subprocess.check_output([sys.executable, "-m", "pip", *arguments], env=env, cwd=cwd, text=True)


def test_a_list_is_pips_own_and_follows_what_is_installed(clone: Path) -> None:
    """The second answer is the record's; a package that appears on the path is in the third."""
    once = clone / "tools" / "pip_list_once"
    installed = clone / "installed"
    installed.mkdir()
    assert _pip(*ASKED, path=(once, installed), cwd=clone) == _pip(*ASKED, path=(installed,), cwd=clone)
    (record,) = (clone / ".tools" / "pip-list").iterdir()
    record.write_text("the record")
    assert _pip(*ASKED, path=(once, installed), cwd=clone) == "the record"

    metadata = installed / "orders-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: orders\nVersion: 1.0\n")
    answer = json.loads(_pip(*ASKED, path=(once, installed), cwd=clone))
    assert "orders" in [one["name"] for one in answer]


def test_everything_else_goes_to_pip(clone: Path) -> None:
    """``pip --version`` names pip's own folder."""
    assert _pip("--version", path=(clone / "tools" / "pip_list_once",), cwd=clone) == _pip("--version", cwd=clone)
