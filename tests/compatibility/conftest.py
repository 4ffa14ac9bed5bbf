"""Virtual environments as others have them: another interpreter, another SDK, the built wheels, and nothing else."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from apigw_sandbox import Sandbox
from tests.e2e.conftest import Scenario
from tools.toolchain import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.pulumi_stack import PulumiStack

MINORS = range(10, 14)
"""Of Python 3: what the package is said to run on."""

MOST_LINES = 6
"""Below the heading Diagnostics, for one refusal."""


class Wheels(NamedTuple):
    """Both distributions as they are published."""

    package: Path
    sandbox: Path


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Wheels:
    """Built without a download: the build backend is in the lock."""
    folder = tmp_path_factory.mktemp("wheels")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", folder, ROOT, ROOT / "sandbox"], check=True, capture_output=True)
    (package,) = folder.glob("apigw_client_cert-*.whl")
    (sandbox,) = folder.glob("apigw_client_cert_sandbox-*.whl")
    return Wheels(package, sandbox)


@pytest.fixture
def scenario(tmp_path: Path) -> Iterator[Scenario]:
    """A fresh account and a fresh backend."""
    with Sandbox() as sandbox:
        yield Scenario(sandbox, tmp_path)


def interpreter(minor: int) -> str:
    """Its path: on PATH, where a version manager's shim may only say which ones there are, or pyenv's own.

    Skips the test where none runs.
    """
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    candidates = [
        shutil.which(f"python3.{minor}"),
        *map(str, sorted(pyenv.glob(f"versions/3.{minor}.*/bin/python3.{minor}"))),
    ]
    for one in filter(None, candidates):
        if subprocess.run([one, "-c", "import venv, ensurepip"], capture_output=True, check=False).returncode == 0:
            return one
    return pytest.skip(f"python3.{minor} is not installed")


def made(folder: Path, base: str, *requirements: str | Path) -> Path:
    """The interpreter of a new virtual environment that holds these, what they need, and nothing else."""
    subprocess.run([base, "-m", "venv", folder], check=True, capture_output=True)
    python = folder / "bin" / "python"
    if requirements:
        install = [str(python), "-m", "pip", "install", "--quiet", "--no-compile", "--disable-pip-version-check"]
        subprocess.run([*install, *requirements], check=True, capture_output=True)
    return python


def use(stack: PulumiStack, python: Path) -> None:
    """Let the engine run the program with this interpreter."""
    stack.env.update({"PULUMI_PYTHON_CMD": str(python), "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"})


def diagnostics(output: str) -> list[str]:
    """The lines below this heading, without the empty ones and without what sets them in."""
    below = output.partition("\nDiagnostics:\n")[2]
    section = re.split(r"^(?:Outputs|Resources):", below, maxsplit=1, flags=re.MULTILINE)
    return [line.strip() for line in section[0].splitlines() if line.strip()]
