"""`make setup`: the virtual environment in .venv and the Pulumi CLI, from PATH or built into .tools/bin.

`python -m tools.setup vegeta` adds the load generator of the proof, `python -m tools.setup policy` the environment of
the policy pack; with `--optional` it may be missing, except in CI.

Each part is stamped with a digest of the files that define it, so a second run does nothing. Only the ordinary
clients fetch anything (pip, go), with whatever configuration the caller gave them. Besides their caches nothing outside
the clone is written.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tools.policy_venv import POLICY_LOCK, make_policy_venv
from tools.toolchain import BUILT_BIN, CHOSEN_CLI, CLI_PROGRAMS, ROOT, TOOLS, VEGETA, VENV, cli_on_path, vegeta_on_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_VENV_STAMP = VENV / ".ready"
_CLI_STAMP = BUILT_BIN / ".ready"
_CLI_MODULE = ROOT / "tools" / "pulumi" / "cli"
_HOST_MODULE = ROOT / "tools" / "pulumi" / "language-host"
_SDK = "github.com/pulumi/pulumi/sdk/v3"
_SDK_VERSION = f"{_SDK}/go/common/version.Version"
_VEGETA_STAMP = BUILT_BIN / ".vegeta-ready"
_VEGETA_MODULE = ROOT / "tools" / "vegeta"
_VEGETA = "github.com/tsenart/vegeta/v12"


class SetupError(Exception):
    """Something is missing or failed; the text is the one line for the user."""


def main() -> int:
    """Set the clone up and return the exit status; every expected failure ends in one line on stderr."""
    parser = argparse.ArgumentParser(prog="python -m tools.setup")
    parser.add_argument("besides", nargs="?", choices=["vegeta", "policy"], help="what not every target needs")
    parser.add_argument("--optional", action="store_true", help="where it cannot be had, only say so")
    arguments = parser.parse_args()
    try:
        TOOLS.mkdir(exist_ok=True)
        with (TOOLS / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two `make` runs in one clone take turns
            _set_up()
            if arguments.besides == "vegeta":
                _provide_vegeta(optional=arguments.optional and os.environ.get("CI") != "true")
            if arguments.besides == "policy":
                _provide_policy_venv(optional=arguments.optional and os.environ.get("CI") != "true")
    except SetupError as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    return 0


def _set_up() -> None:
    cli = cli_on_path()
    build_cli = cli is None and not _cli_is_built()
    if build_cli:  # before minutes go into anything else
        _require_go(_CLI_MODULE, "Pulumi CLI", "or the Pulumi CLI (https://www.pulumi.com/docs/install/)")
    _make_venv()
    if build_cli:
        _build_cli()
    chosen = f"{cli or BUILT_BIN}\n"
    if not CHOSEN_CLI.is_file() or CHOSEN_CLI.read_text(encoding="utf-8") != chosen:
        CHOSEN_CLI.write_text(chosen, encoding="utf-8")


def digest(files: Sequence[Path]) -> str:
    """Return a SHA-256 over the contents of the files, in the order given."""
    parts = (hashlib.sha256(file.read_bytes()).hexdigest() for file in files)
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def go_is_recent_enough(running: str, required: str) -> bool:
    """Compare `go env GOVERSION` (`go1.26.8`) with the version of a go.mod (`1.25.11`).

    A development build (`devel go1.27-…`) is taken to be recent enough.
    """
    if running.startswith("devel"):
        return True
    return bool(running) and _numbers(running) >= _numbers(required)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def _require_go(module: Path, product: str, alternative: str) -> None:
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


def _make_venv() -> None:
    python = VENV / "bin" / "python"
    defined_by = [ROOT / name for name in ("requirements.txt", "requirements-dev.lock", "pyproject.toml")]
    wanted = digest(defined_by)
    stamp = _VENV_STAMP.read_text(encoding="utf-8").splitlines() if _VENV_STAMP.is_file() else []
    # Scripts in a virtual environment carry its path: one that was copied or moved is made anew.
    place = _place(python)
    if stamp == [place, wanted]:
        return
    if not stamp or stamp[0] != place:
        with _timed("making .venv"):
            _run([str(_base_python()), "-m", "venv", "--clear", str(VENV)])
    with _timed("installing requirements-dev.lock into .venv (about 1 minute the first time)"):
        pip = [str(python), "-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check", "install"]
        _run([*pip, "-r", "requirements-dev.lock"])
        # The build backend is in the lock; without isolation nothing unpinned is fetched.
        _run([*pip, "--no-build-isolation", "--no-deps", "-r", "requirements.txt"])
    _VENV_STAMP.write_text(f"{_place(python)}\n{wanted}\n", encoding="utf-8")


def _place(python: Path) -> str:
    if not python.exists():
        return ""
    answer = subprocess.run([python, "--version"], capture_output=True, text=True, check=False)
    return f"{VENV} {answer.stdout.strip().rpartition('.')[0]}"


def _base_python() -> Path:
    """Return the interpreter outside any virtual environment, since .venv itself may be active and is replaced."""
    base = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    return base if base.exists() else Path(sys.executable)


def _cli_definition() -> str:
    return digest([module / name for module in (_CLI_MODULE, _HOST_MODULE) for name in ("go.mod", "go.sum")])


def _cli_is_built() -> bool:
    complete = all((BUILT_BIN / program).is_file() for program in CLI_PROGRAMS)
    return complete and _CLI_STAMP.is_file() and _CLI_STAMP.read_text(encoding="utf-8") == _cli_definition()


def _build_cli() -> None:
    BUILT_BIN.mkdir(exist_ok=True)
    _CLI_STAMP.unlink(missing_ok=True)
    version = _module(_CLI_MODULE, _SDK, "Version")
    with _timed(f"building the Pulumi CLI {version} into .tools/bin (about 4 minutes on 2 cores)"):
        _build(_CLI_MODULE, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", f"{_SDK_VERSION}={version}")
    with _timed("building the Python language host (about half a minute)"):
        version = _module(_HOST_MODULE, _SDK, "Version")
        _build(_HOST_MODULE, f"{_SDK}/python/cmd/pulumi-language-python", f"{_SDK_VERSION}={version}")
    sdk = Path(_module(_CLI_MODULE, _SDK, "Dir"))
    for script in ("cmd/pulumi-language-python-exec", "dist/pulumi-resource-pulumi-python"):
        source = sdk / "python" / script
        target = BUILT_BIN / source.name
        # Not copy2: files of the module cache are read-only.
        target.unlink(missing_ok=True)
        shutil.copyfile(source, target)
        target.chmod(0o755)
    _CLI_STAMP.write_text(_cli_definition(), encoding="utf-8")


def _provide_vegeta(*, optional: bool) -> None:
    """Build the load generator unless it is there; where it is `optional`, a machine without Go only says so."""
    definition = digest([_VEGETA_MODULE / name for name in ("go.mod", "go.sum")])
    stamp = _VEGETA_STAMP.read_text(encoding="utf-8") if _VEGETA_STAMP.is_file() else ""
    if (VEGETA.is_file() and stamp == definition) or vegeta_on_path():
        return
    try:
        _require_go(_VEGETA_MODULE, "load generator vegeta", "or vegeta 12 (https://github.com/tsenart/vegeta)")
    except SetupError as error:
        if not optional:
            raise
        print(f"set-up: {error} Until then the tests of the proof are skipped.", flush=True)
        return
    BUILT_BIN.mkdir(exist_ok=True)
    _VEGETA_STAMP.unlink(missing_ok=True)
    version = _module(_VEGETA_MODULE, _VEGETA, "Version")
    with _timed(f"building vegeta {version} into .tools/bin (about half a minute)"):
        _build(_VEGETA_MODULE, _VEGETA, f"main.Version={version}")
    _VEGETA_STAMP.write_text(definition, encoding="utf-8")


def _provide_policy_venv(*, optional: bool) -> None:
    try:
        make_policy_venv(_run, _timed, base_python=_base_python(), definition=digest([POLICY_LOCK]))
    except SetupError as error:
        if not optional:
            raise
        print(f"set-up: {error} Until then the policy pack is neither checked nor tested.", flush=True)


def _module(module: Path, path: str, field: str) -> str:
    """Return a field of the module `path` as `module` requires it; Dir is empty until it has been downloaded."""
    return _run(["go", "list", "-m", "-f", f"{{{{.{field}}}}}", path], cwd=module).strip()


def _build(module: Path, package: str, variable: str) -> None:
    """Build a command of `module` into .tools/bin under its own name; the linker sets `variable`: `path.Name=value`."""
    folder = f"{BUILT_BIN}{os.sep}"
    _run(["go", "build", "-buildvcs=false", "-ldflags", f"-s -w -X {variable}", "-o", folder, package], cwd=module)


def _run(command: Sequence[str], cwd: Path = ROOT) -> str:
    """Return the output of a command; show all it said only when it fails, as `go` names hundreds of downloads."""
    finished = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        sys.stderr.write(finished.stdout + finished.stderr)
        message = f"`{' '.join(command)}` failed in {os.path.relpath(cwd, ROOT)} with status {finished.returncode}."
        raise SetupError(message)
    return finished.stdout


@contextmanager
def _timed(what: str) -> Iterator[None]:
    print(f"set-up: {what} …", flush=True)
    start = time.monotonic()
    yield
    print(f"set-up: … took {time.monotonic() - start:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
