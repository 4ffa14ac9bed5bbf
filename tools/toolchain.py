"""Where the programs live that `make setup` provided, and the environment to run them in.

Standard library only: set-up itself imports this module before anything is installed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
TOOLS_CODE = ROOT / "tools"

BUILT_BIN = TOOLS / "bin"
"""Where set-up builds the CLI when PATH offers none."""

CHOSEN_CLI = TOOLS / "cli"
"""One line, written by set-up: the directory of the CLI in use."""

CLI_PROGRAMS = ("pulumi", "pulumi-language-python", "pulumi-language-python-exec", "pulumi-resource-pulumi-python")
"""The engine, the Python language host, its launcher and the launcher of dynamic providers.

The engine looks for the others beside itself and on PATH.
"""

MINIMUM_CLI = (3, 216)
"""The first SDK whose ReadResult carries inputs; the oldest engine the package is used with (pyproject.toml)."""

SANDBOX_REGION = "us-east-1"

VEGETA = BUILT_BIN / "vegeta"
"""Where set-up builds the load generator of the proof when PATH offers none."""

VEGETA_MAJOR = 12
"""The major version that tools/vegeta/go.mod pins, whose flags and results acceptance/load/load.py knows."""

# Measuring coverage in the CLI's children as well took half of a run's time and found no line of its own.
_INHERITED_NOT = re.compile(
    r"(AWS|PULUMI|APIGW|COVERAGE_PROCESS)_|(PYTHONHOME|PYTHONPATH|PYTHONDONTWRITEBYTECODE|VIRTUAL_ENV)$"
)
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")
_VEGETA_VERSION = re.compile(r"^Version: v?(\d+)\.", re.MULTILINE)


class ToolchainError(Exception):
    """Set-up has not been run in this clone, or its result is gone."""


def bin_dir() -> Path:
    """Return the directory of the `pulumi` that set-up chose: one from PATH, or `.tools/bin`.

    Raises:
        ToolchainError: set-up has not run, or the CLI it chose has been removed since.
    """
    if not CHOSEN_CLI.is_file():
        message = f"{CHOSEN_CLI} is missing: no Pulumi CLI has been chosen for this clone; run `make setup`."
        raise ToolchainError(message)
    chosen = Path(CHOSEN_CLI.read_text(encoding="utf-8").strip())
    if not (chosen / "pulumi").is_file():
        message = f"the Pulumi CLI that set-up chose is no longer in {chosen}; run `make setup` again."
        raise ToolchainError(message)
    return chosen


def environment(home: Path, backend: Path) -> dict[str, str]:
    """Return the environment in which tests and the demo run `pulumi`: this clone's programs, nobody's account.

    Starts from os.environ without its AWS_*, PULUMI_* and APIGW_* variables, so that neither the caller's
    credentials nor a selected stack can reach a run; credentials are dummies that only the sandbox accepts. Proxies
    stay, loopback is excepted from them. The endpoint of the sandbox is not set here.

    Args:
        home: PULUMI_HOME; the CLI creates it.
        backend: the folder of the file backend. It must exist before the CLI runs; not checked here.

    Raises:
        ToolchainError: as bin_dir().
    """
    env = {name: value for name, value in os.environ.items() if not _INHERITED_NOT.match(name)}
    # The built language host ignores `virtualenv` in Pulumi.yaml, so the interpreter comes from PATH.
    env["PATH"] = os.pathsep.join([str(VENV / "bin"), str(bin_dir()), env.get("PATH", os.defpath)])
    for name in ("NO_PROXY", "no_proxy"):
        env[name] = ",".join(filter(None, [env.get(name), "127.0.0.1,localhost"]))
    return env | {
        "PULUMI_HOME": str(home.resolve()),
        "PULUMI_BACKEND_URL": f"file://{backend.resolve()}",
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1",
        "PULUMI_PYTHON_CMD": str(VENV / "bin" / "python"),
        "PYTHONPATH": str(TOOLS_CODE / "pip_list_once"),
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_DEFAULT_REGION": SANDBOX_REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def recent_enough(version: str) -> bool:
    """Tell whether the output of `pulumi version` (such as `v3.259.0`) is at least MINIMUM_CLI; False if unreadable."""
    found = _VERSION.match(version.strip())
    return found is not None and (int(found[1]), int(found[2])) >= MINIMUM_CLI


def cli_on_path() -> Path | None:
    """Return the directory of a complete and recent enough CLI on PATH, or None.

    Runs `pulumi version` with PULUMI_HOME inside the clone, so that asking writes nothing elsewhere.
    """
    if not all(shutil.which(program) for program in CLI_PROGRAMS):
        return None
    pulumi = Path(shutil.which("pulumi") or "")
    if pulumi.parent == BUILT_BIN:  # the caller put .tools/bin on PATH; that one is ours to keep up to date
        return None
    env = os.environ | {"PULUMI_HOME": str(TOOLS / "pulumi-home"), "PULUMI_SKIP_UPDATE_CHECK": "1"}
    answer = subprocess.run([pulumi, "version"], env=env, capture_output=True, text=True, check=False)
    return pulumi.parent if answer.returncode == 0 and recent_enough(answer.stdout) else None


def vegeta() -> Path:
    """Return the load generator: the one that set-up built, else one of the same major version on PATH.

    Raises:
        ToolchainError: there is neither.
    """
    found = VEGETA if VEGETA.is_file() else vegeta_on_path()
    if found is None:
        message = "vegeta is missing: install Go and run `make proof`, which builds it."
        raise ToolchainError(message)
    return found


def vegeta_on_path() -> Path | None:
    """Return a vegeta of VEGETA_MAJOR on PATH, or None; one in .tools/bin does not count, set-up keeps that itself."""
    found = shutil.which("vegeta")
    if found is None or Path(found) == VEGETA:
        return None
    answer = subprocess.run([found, "-version"], capture_output=True, text=True, check=False)
    return Path(found) if answer.returncode == 0 and is_vegeta_of_our_major(answer.stdout) else None


def is_vegeta_of_our_major(answer: str) -> bool:
    """Tell whether the output of `vegeta -version` is of VEGETA_MAJOR; False if it names no version."""
    version = _VEGETA_VERSION.search(answer)
    return version is not None and int(version[1]) == VEGETA_MAJOR
