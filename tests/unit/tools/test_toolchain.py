"""The environment that tests and the demo run `pulumi` in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tools import toolchain

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def chosen_cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A CLI that set-up would have chosen, outside the clone."""
    directory = tmp_path / "cli"
    directory.mkdir()
    (directory / "pulumi").touch()
    note = tmp_path / "chosen"
    note.write_text(f"{directory}\n", encoding="utf-8")
    monkeypatch.setattr(toolchain, "CHOSEN_CLI", note)
    return directory


def test_environment_finds_the_clones_python_first_and_the_chosen_cli_next(chosen_cli: Path, tmp_path: Path) -> None:
    """The caller's PATH stays, behind both."""
    path = toolchain.environment(tmp_path, tmp_path)["PATH"].split(os.pathsep)

    assert path[:2] == [str(toolchain.VENV / "bin"), str(chosen_cli)]
    assert path[2:] == os.environ["PATH"].split(os.pathsep)


@pytest.mark.usefixtures("chosen_cli")
def test_environment_keeps_the_callers_account_and_stack_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable that selects an account, a stack or a clock survives; the credentials are dummies."""
    of_the_caller = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "PULUMI_STACK", "PULUMI_ACCESS_TOKEN", "APIGW_CLIENT_CERT_NOW")
    for name in (*of_the_caller, "PYTHONPATH", "COVERAGE_PROCESS_CONFIG"):
        monkeypatch.setenv(name, "the caller's")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "the caller's")

    env = toolchain.environment(tmp_path / "home", tmp_path / "state")

    assert "the caller's" not in env.values()
    assert env["AWS_ACCESS_KEY_ID"] == "sandbox"
    assert env["PULUMI_HOME"] == str(tmp_path / "home")
    assert env["PULUMI_BACKEND_URL"] == f"file://{tmp_path}/state"


@pytest.mark.usefixtures("chosen_cli")
def test_environment_excepts_loopback_from_the_callers_proxies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exceptions that the caller made are kept."""
    monkeypatch.setenv("NO_PROXY", "intranet.example")

    env = toolchain.environment(tmp_path, tmp_path)

    assert env["NO_PROXY"] == "intranet.example,127.0.0.1,localhost"


def test_bin_dir_before_set_up_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clone without a chosen CLI is told to run set-up."""
    monkeypatch.setattr(toolchain, "CHOSEN_CLI", tmp_path / "missing")

    with pytest.raises(toolchain.ToolchainError, match="run `make setup`"):
        toolchain.bin_dir()


def test_bin_dir_after_the_cli_was_uninstalled_says_what_to_run(chosen_cli: Path) -> None:
    """A CLI from PATH may disappear between two runs."""
    (chosen_cli / "pulumi").unlink()

    with pytest.raises(toolchain.ToolchainError, match="run `make setup` again"):
        toolchain.bin_dir()


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("v3.259.0\n", True),
        ("3.216.0", True),
        ("v4.0.0", True),
        ("v3.215.9", False),
        ("v3.99.0", False),
        ("unknown", False),
        ("", False),
    ],
)
def test_cli_versions_compare_as_numbers(version: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
    """3.216 is the oldest CLI that is used; what cannot be read is not."""
    assert toolchain.recent_enough(version) is expected
