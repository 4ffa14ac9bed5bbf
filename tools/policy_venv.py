"""The policy pack's own virtual environment, for the tests and mypy: pulumi-policy pins an older protobuf than ours.

Standard library only: set-up imports this module before anything is installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.toolchain import ROOT, TOOLS

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    Run = Callable[[list[str]], str]
    Timed = Callable[[str], AbstractContextManager[None]]

POLICY_PACK = ROOT / "policy"
POLICY_VENV = TOOLS / "policy-venv"
POLICY_PYTHON = POLICY_VENV / "bin" / "python"
POLICY_LOCK = POLICY_PACK / "requirements.lock"

_STAMP = POLICY_VENV / ".ready"


def make_policy_venv(run: Run, timed: Timed, *, base_python: Path, definition: str) -> None:
    """Make the environment unless it is there: of this interpreter and this lock file, in this place.

    Args:
        run: Runs a command, and raises where it fails.
        timed: Tells the user what takes its time.
        base_python: An interpreter outside any virtual environment.
        definition: The digest of ``POLICY_LOCK``.
    """
    wanted = f"{POLICY_VENV} {base_python} {definition}\n"
    if POLICY_PYTHON.exists() and _STAMP.is_file() and _STAMP.read_text(encoding="utf-8") == wanted:
        return
    with timed("making .tools/policy-venv (about 15 seconds)"):
        run([str(base_python), "-m", "venv", "--clear", str(POLICY_VENV)])
        pip = [str(POLICY_PYTHON), "-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check"]
        run([*pip, "install", "--require-hashes", "-r", str(POLICY_LOCK)])
    _STAMP.write_text(wanted, encoding="utf-8")
