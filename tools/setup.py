"""`make setup`: the virtual environment in .venv and the Pulumi CLI, from PATH or built into .tools/bin.

`python -m tools.setup vegeta languages policy` adds the load generator of the proof, what the tests in other languages
need (tools/languages.py) and the environment of the policy pack; with `--optional` each may be missing, except in CI.

Each part is stamped with a digest of the files that define it, so a second run does nothing. Only the ordinary
clients fetch anything (pip, go), with whatever configuration the caller gave them. Besides their caches nothing outside
the clone is written.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools import languages
from tools.building import SetupError, digest, go_build, go_module, require_go, run, stamped, timed
from tools.policy_venv import POLICY_LOCK, make_policy_venv
from tools.toolchain import BUILT_BIN, CHOSEN_CLI, CLI_PROGRAMS, ROOT, TOOLS, VEGETA, VENV, cli_on_path, vegeta_on_path

_VENV_STAMP = VENV / ".ready"
_CLI_STAMP = BUILT_BIN / ".ready"
_CLI_MODULE = ROOT / "tools" / "pulumi" / "cli"
_HOST_MODULE = ROOT / "tools" / "pulumi" / "language-host"
_SDK = "github.com/pulumi/pulumi/sdk/v3"
_SDK_VERSION = f"{_SDK}/go/common/version.Version"
_VEGETA_STAMP = BUILT_BIN / ".vegeta-ready"
_VEGETA_MODULE = ROOT / "tools" / "vegeta"
_VEGETA = "github.com/tsenart/vegeta/v12"
BESIDES = ("vegeta", "languages", "policy")


def main() -> int:
    """Set the clone up and return the exit status; every expected failure ends in one line on stderr."""
    parser = argparse.ArgumentParser(prog="python -m tools.setup")
    parser.add_argument("besides", nargs="*", metavar="|".join(BESIDES), help="what not every target needs")
    parser.add_argument("--optional", action="store_true", help="where a tool is missing, only say so")
    arguments = parser.parse_args()
    if strangers := set(arguments.besides) - set(BESIDES):
        parser.error(f"what is {', '.join(sorted(strangers))}?")
    optional = arguments.optional and os.environ.get("CI") != "true"
    try:
        TOOLS.mkdir(exist_ok=True)
        with (TOOLS / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two `make` runs in one clone take turns
            _set_up()
            if "vegeta" in arguments.besides:
                _provide_vegeta(optional=optional)
            if "languages" in arguments.besides:
                languages.provide(optional=optional)
            if "policy" in arguments.besides:
                _provide_policy_venv(optional=optional)
    except SetupError as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    return 0


def _set_up() -> None:
    cli = cli_on_path()
    build_cli = cli is None and not _cli_is_built()
    if build_cli:  # before minutes go into anything else
        require_go(_CLI_MODULE, "Pulumi CLI", "or the Pulumi CLI (https://www.pulumi.com/docs/install/)")
    _make_venv()
    if build_cli:
        _build_cli()
    chosen = f"{cli or BUILT_BIN}\n"
    if not CHOSEN_CLI.is_file() or CHOSEN_CLI.read_text(encoding="utf-8") != chosen:
        CHOSEN_CLI.write_text(chosen, encoding="utf-8")


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
        with timed("making .venv"):
            run([str(_base_python()), "-m", "venv", "--clear", str(VENV)])
    with timed("installing requirements-dev.lock into .venv (about 1 minute the first time)"):
        pip = [str(python), "-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check", "install"]
        run([*pip, "--require-hashes", "-r", "requirements-dev.lock"])
        # The build backend is in the lock; without isolation nothing unpinned is fetched.
        run([*pip, "--no-build-isolation", "--no-deps", "-r", "requirements.txt"])
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
    return complete and stamped(_CLI_STAMP, _cli_definition())


def _build_cli() -> None:
    BUILT_BIN.mkdir(exist_ok=True)
    _CLI_STAMP.unlink(missing_ok=True)
    version = go_module(_CLI_MODULE, _SDK, "Version")
    with timed(f"building the Pulumi CLI {version} into .tools/bin (about 4 minutes on 2 cores)"):
        go_build(_CLI_MODULE, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", f"{_SDK_VERSION}={version}")
    with timed("building the Python language host (about half a minute)"):
        version = go_module(_HOST_MODULE, _SDK, "Version")
        go_build(_HOST_MODULE, f"{_SDK}/python/cmd/pulumi-language-python", f"{_SDK_VERSION}={version}")
    sdk = Path(go_module(_CLI_MODULE, _SDK, "Dir"))
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
    if (VEGETA.is_file() and stamped(_VEGETA_STAMP, definition)) or vegeta_on_path():
        return
    try:
        require_go(_VEGETA_MODULE, "load generator vegeta", "or vegeta 12 (https://github.com/tsenart/vegeta)")
    except SetupError as error:
        if not optional:
            raise
        print(f"set-up: {error} Until then the tests of the proof are skipped.", flush=True)
        return
    BUILT_BIN.mkdir(exist_ok=True)
    _VEGETA_STAMP.unlink(missing_ok=True)
    version = go_module(_VEGETA_MODULE, _VEGETA, "Version")
    with timed(f"building vegeta {version} into .tools/bin (about half a minute)"):
        go_build(_VEGETA_MODULE, _VEGETA, f"main.Version={version}")
    _VEGETA_STAMP.write_text(definition, encoding="utf-8")


def _provide_policy_venv(*, optional: bool) -> None:
    try:
        make_policy_venv(run, timed, base_python=_base_python(), definition=digest([POLICY_LOCK]))
    except SetupError as error:
        if not optional:
            raise
        print(f"set-up: {error} Until then the policy pack is neither checked nor tested.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
