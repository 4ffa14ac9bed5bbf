"""The decisions of `make setup`: when to do something again, and which programs are recent enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools import building, languages, setup, toolchain
from tools.sdks import generate

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("running", ["go1.25.11", "go1.26", "go1.26.8", "go2.0", "devel go1.27-abcdef"])
def test_go_that_can_build_the_cli_is_accepted(running: str) -> None:
    """Equal, newer and development versions build a module that requires 1.25.11."""
    assert building.go_is_recent_enough(running, "1.25.11")


@pytest.mark.parametrize("running", ["go1.25.10", "go1.25", "go1.9.9", "go1.19.8", ""])
def test_go_that_is_too_old_or_unreadable_is_refused(running: str) -> None:
    """Versions compare as numbers, and no answer counts as too old."""
    assert not building.go_is_recent_enough(running, "1.25.11")


def test_digest_changes_with_content_and_not_with_the_time_of_writing(tmp_path: Path) -> None:
    """A checkout that only touches files triggers no installation; one changed byte does."""
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("one")
    second.write_text("two")
    before = building.digest([first, second])

    first.write_text("one")
    assert building.digest([first, second]) == before

    first.write_text("onetwo")
    second.write_text("")
    assert building.digest([first, second]) != before


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [
        ("Version: v12.13.0\nCommit: \nRuntime: go1.26.8 linux/amd64\nDate: \n", True),
        ("Version: 12.8.4\n", True),
        ("Version: v13.0.0\n", False),
        ("Version: v1.12.0\n", False),
        ("Version: \nCommit: v12.13.0\n", False),
        ("", False),
    ],
)
def test_vegeta_on_path_counts_if_it_says_our_major_version(answer: str, *, accepted: bool) -> None:
    """The flags and results of other major versions are unknown, and so is a build that names none."""
    assert toolchain.is_vegeta_of_our_major(answer) is accepted


def test_pinned_vegeta_is_of_our_major_version() -> None:
    """What set-up builds and what it accepts from PATH stay the same."""
    pinned = (toolchain.ROOT / "tools" / "vegeta" / "go.mod").read_text(encoding="utf-8")
    assert f"github.com/tsenart/vegeta/v{toolchain.VEGETA_MAJOR} v{toolchain.VEGETA_MAJOR}." in pinned


@pytest.mark.parametrize(
    ("version", "accepted"),
    [("v20.20.2\n", True), ("v24.0.0\n", True), ("v18.19.1\n", False), ("v2.0.0\n", False), ("", False)],
)
def test_node_that_runs_the_pinned_sdk_is_accepted(version: str, *, accepted: bool) -> None:
    """Versions compare as numbers, and no answer counts as too old."""
    assert languages.node_is_recent_enough(version) is accepted


def test_npm_lock_names_no_registry() -> None:
    """`npm ci` asks the one that is configured."""
    lock = toolchain.ROOT / "tests" / "languages" / "npm" / "package-lock.json"
    assert "resolved" not in lock.read_text(encoding="utf-8")


def test_a_machine_without_go_and_npm_goes_without_other_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says both by name; wheels need neither. Where they are not optional, the first one missing ends it."""
    fetched: list[bool] = []
    monkeypatch.setattr(languages, "_fetch_wheels", lambda: fetched.append(True))
    monkeypatch.setenv("PATH", str(tmp_path))

    languages.provide(optional=True)
    said = capsys.readouterr().out
    assert ("install Go" in said, "install Node.js" in said, fetched) == (True, True, [True])

    with pytest.raises(building.SetupError, match="install Go"):
        languages.provide(optional=False)


@pytest.mark.parametrize(
    ("language", "lacks"),
    [
        ("yaml", "the language host pulumi-language-yaml"),
        ("go", "the language host pulumi-language-go"),
        ("python", "Go, which generates the SDKs"),
    ],
)
def test_what_a_language_lacks_is_named(
    language: str, lacks: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A skipped test says it, and a failed one in CI."""
    monkeypatch.setattr(languages, "BUILT_BIN", tmp_path)
    monkeypatch.setattr(languages, "bin_dir", lambda: tmp_path)
    monkeypatch.setattr(generate, "up_to_date", lambda: False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert languages.missing(language) == lacks


@pytest.fixture
def without_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A set-up clone whose machine has neither Go nor vegeta."""
    monkeypatch.setattr(setup, "TOOLS", tmp_path)
    monkeypatch.setattr(setup, "VEGETA", tmp_path / "vegeta")
    monkeypatch.setattr(setup, "_set_up", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.parametrize(
    ("arguments", "ci", "status"),
    [([], "", 0), (["vegeta"], "", 1), (["vegeta", "--optional"], "", 0), (["vegeta", "--optional"], "true", 1)],
)
@pytest.mark.usefixtures("without_go")
def test_only_those_who_need_vegeta_need_go(
    arguments: list[str],
    ci: str,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`make setup` is silent, `make proof` and CI stop with one line of advice, `make test` says it and goes on."""
    monkeypatch.setattr("sys.argv", ["setup", *arguments])
    monkeypatch.setenv("CI", ci)

    assert setup.main() == status
    said = capsys.readouterr()
    assert (said.out + said.err).count("\n") == len(arguments[:1])
    assert ("install Go" in said.err) is (status == 1)
    assert ("install Go" in said.out and "skipped" in said.out) is (bool(arguments) and status == 0)
