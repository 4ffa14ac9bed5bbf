"""Makes the plugin's Python environment beside this file. Standard library only; everything it says goes to stderr.

Processes that start at once take turns. What an interrupted start left is made anew: the stamp is written last.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LAUNCHER = "pulumi-resource-apigw-client-cert"
_WINDOWS = sys.platform == "win32"


class PreparationError(Exception):
    """Why there is no environment; the text is for the user."""


def main() -> None:
    """Make it beside this file."""
    folder = Path(__file__).resolve().parent
    try:
        prepare(folder)
    except PreparationError as error:
        _say(
            f"{error} Or name an interpreter in APIGW_CLIENT_CERT_PYTHON that has the packages of"
            f" {folder / 'requirements.txt'}."
        )
        sys.exit(1)


def prepare(folder: Path) -> None:
    """Make ``.venv`` in a folder from its ``requirements.lock``, unless another process has done so meanwhile.

    pip runs with the environment of whoever starts the plugin, AWS credentials and all: so it takes nothing but the
    wheels that the release was tested with, by their hashes, and builds nothing, as what a build needs has no hashes.

    Raises:
        PreparationError: the folder cannot be written to, or venv or pip failed.
    """
    place = folder / ".venv"
    python = place / ("Scripts/python.exe" if _WINDOWS else "bin/python")
    stamp = place / ".ready"
    with turn(folder / ".lock") as lock:
        if stamp.exists() and python.exists():
            return
        _say(f"making the plugin's Python environment in {place}, once; about half a minute")
        # An interpreter named by its version: when that one is uninstalled, the environment is seen to be broken.
        base = os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable)
        run([base, "-I", "-m", "venv", "--clear", str(place)], lock)
        pip = [str(python), "-I", "-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check", "install"]
        locked = ["--require-hashes", "--only-binary", ":all:", "--requirement", str(folder / "requirements.lock")]
        run([*pip, *locked], lock)
        stamp.touch()


@contextlib.contextmanager
def turn(file: Path) -> Iterator[int]:
    """Hold a lock that ends with this process and the ones that inherit it, however they end."""
    try:
        lock = file.open("w")
    except OSError as error:
        raise PreparationError(
            f"the plugin's Python environment cannot be made in {file.parent}: {error.strerror}. Let somebody who may"
            f" write there run `{file.parent / _LAUNCHER} --prepare` once."
        ) from error
    with lock:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415 - of Windows only

            while True:  # it gives up after ten seconds
                with contextlib.suppress(OSError):
                    msvcrt.locking(lock.fileno(), msvcrt.LK_LOCK, 1)
                    break
        else:
            import fcntl  # noqa: PLC0415 - not of Windows

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.fileno()


def run(command: Sequence[str], lock: int) -> None:
    """Run a command that keeps the lock, should this process be killed before it."""
    inherited = () if _WINDOWS else (lock,)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, pass_fds=inherited, check=False)
    if done.returncode != 0:
        raise PreparationError(
            f"the plugin's Python environment could not be made: `{' '.join(command)}` ended with {done.returncode}."
            " The next start tries again. Give pip what it needs (pip.conf, PIP_INDEX_URL, HTTPS_PROXY), and a Python"
            " that the release has wheels for."
        )


def _say(line: str) -> None:
    print(f"apigw-client-cert: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
