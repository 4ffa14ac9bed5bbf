"""The policy pack's environment: when it is made, and what a machine that cannot have it is told."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from tools import policy_venv, setup
from tools.building import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class FakeSetUp:
    """Notes the commands; a virtual environment is an empty folder with an interpreter."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.commands: list[str] = []
        self.fails = ""

    def run(self, command: list[str]) -> str:
        """As far as the environment goes."""
        self.commands.append(command[2])
        if command[2] == self.fails:
            raise SetupError(f"{command[2]} failed")
        if command[2] == "venv":
            python = self.folder / "bin" / "python"
            python.parent.mkdir(parents=True, exist_ok=True)
            python.touch()
            (self.folder / ".ready").unlink(missing_ok=True)
        return ""

    @contextlib.contextmanager
    def timed(self, _what: str) -> Iterator[None]:
        """It takes no time."""
        yield

    def make(self, definition: str, base: str = "python3.11") -> list[str]:
        """The commands that it takes to have the environment."""
        self.commands = []
        policy_venv.make_policy_venv(self.run, self.timed, base_python=self.folder / base, definition=definition)
        return self.commands


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSetUp:
    """A clone that has none yet."""
    folder = tmp_path / "policy-venv"
    monkeypatch.setattr(policy_venv, "POLICY_VENV", folder)
    monkeypatch.setattr(policy_venv, "POLICY_PYTHON", folder / "bin" / "python")
    monkeypatch.setattr(policy_venv, "_STAMP", folder / ".ready")
    return FakeSetUp(folder)


def test_it_is_made_once_for_each_lock_and_interpreter(fake: FakeSetUp) -> None:
    """A second run does nothing; another lock or another Python makes it anew."""
    assert fake.make("lock 1") == ["venv", "pip"]
    assert fake.make("lock 1") == []
    assert fake.make("lock 2") == ["venv", "pip"]
    assert fake.make("lock 2", base="python3.12") == ["venv", "pip"]


def test_one_whose_installation_failed_is_made_again(fake: FakeSetUp) -> None:
    """Half an environment is none."""
    fake.make("lock 1")
    fake.fails = "pip"
    with pytest.raises(SetupError):
        fake.make("lock 2")
    fake.fails = ""
    assert fake.make("lock 1") == ["venv", "pip"]


@pytest.fixture
def without_an_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A set-up clone whose pip can install nothing more."""

    def refuse(*_steps: object, **_how: object) -> None:
        raise SetupError("`pip install` failed.")

    monkeypatch.setattr(setup, "TOOLS", tmp_path)
    monkeypatch.setattr(setup, "_set_up", lambda: None)
    monkeypatch.setattr(setup, "make_policy_venv", refuse)


@pytest.mark.parametrize(("flag", "ci", "status"), [("", "", 1), ("--optional", "", 0), ("--optional", "true", 1)])
@pytest.mark.usefixtures("without_an_index")
def test_a_machine_that_cannot_have_it_is_told_so(
    flag: str, ci: str, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`make check` goes on without it; CI and whoever asked for it stop."""
    monkeypatch.setattr("sys.argv", ["setup", "policy", *filter(None, [flag])])
    monkeypatch.setenv("CI", ci)
    assert setup.main() == status
    said = capsys.readouterr()
    assert ("failed" in said.err) is bool(status)
    assert ("neither checked nor tested" in said.out) is not bool(status)
