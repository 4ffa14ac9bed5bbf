"""What the parts of set-up share: running a command, timing it, building with Go, and stamps that say it was done."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tools.toolchain import BUILT_BIN, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path


class SetupError(Exception):
    """Something is missing or failed; the text is the one line for the user."""


def digest(files: Sequence[Path]) -> str:
    """Return a SHA-256 over the contents of the files, in the order given."""
    parts = (hashlib.sha256(file.read_bytes()).hexdigest() for file in files)
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def stamped(stamp: Path, definition: str) -> bool:
    """Tell whether the stamp says that this definition was carried out."""
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == definition


def go_is_recent_enough(running: str, required: str) -> bool:
    """Compare `go env GOVERSION` (`go1.26.8`) with the version of a go.mod (`1.25.11`).

    A development build (`devel go1.27-…`) is taken to be recent enough.
    """
    if running.startswith("devel"):
        return True
    return bool(running) and _numbers(running) >= _numbers(required)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def require_go(module: Path, product: str, alternative: str) -> None:
    """Raise SetupError unless the Go on PATH can build this module; the advice names what would do instead."""
    found = re.search(r"^go (\S+)$", (module / "go.mod").read_text(encoding="utf-8"), re.MULTILINE)
    required = found[1] if found else ""
    advice = f"install Go {required} or newer, {alternative}."
    go = shutil.which("go")
    if not go:
        message = f"neither the {product} nor Go is on PATH: {advice}"
        raise SetupError(message)
    # Asked inside the module, because a `go` that may switch toolchains answers with the one it would use there.
    answer = subprocess.run([go, "env", "GOVERSION"], cwd=module, capture_output=True, text=True, check=False)
    running = answer.stdout.strip()
    if answer.returncode != 0 or not go_is_recent_enough(running, required):
        message = f"no {product} is on PATH and Go ({running or 'unknown version'}) is too old to build it: {advice}"
        raise SetupError(message)


def go_module(module: Path, path: str, field: str) -> str:
    """Return a field of the module `path` as `module` requires it; Dir is empty until it has been downloaded."""
    return run(["go", "list", "-m", "-f", f"{{{{.{field}}}}}", path], cwd=module).strip()


def go_build(module: Path, package: str, variable: str = "", folder: Path = BUILT_BIN) -> None:
    """Build a command of `module` into a folder under its own name; the linker sets `variable`: `path.Name=value`."""
    flags = f"-s -w -X {variable}" if variable else "-s -w"
    run(["go", "build", "-buildvcs=false", "-ldflags", flags, "-o", f"{folder}{os.sep}", package], cwd=module)


def run(command: Sequence[str], cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> str:
    """Return the output of a command; show all it said only when it fails, as `go` names hundreds of downloads."""
    finished = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        sys.stderr.write(finished.stdout + finished.stderr)
        message = f"`{' '.join(command)}` failed in {os.path.relpath(cwd, ROOT)} with status {finished.returncode}."
        raise SetupError(message)
    return finished.stdout


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Say what begins, and how long it took."""
    print(f"set-up: {what} …", flush=True)
    start = time.monotonic()
    yield
    print(f"set-up: … took {time.monotonic() - start:.0f} s", flush=True)
