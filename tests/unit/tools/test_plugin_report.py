"""reports/plugin.json: what the tests saw, and what makes a run fall short."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.languages.conftest import EXAMPLES
from tests.native.report import record
from tools.plugin_report import LANGUAGES, main, merged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOOD = {"ups": 5, "failed": 0}
WHOLE: dict[str, Any] = {
    **{f"rotations-{name}": GOOD for name in LANGUAGES},
    "partial-state": True,
    "imports-by-option": 3,
    "imports-by-cli": 2,
    "door-differences-a": 0,
    "door-differences-b": 0,
    "bindings-listed-on-description-change": 0,
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Parts as tests write them, then the merge; returns its exit status."""
    monkeypatch.setenv("PLUGIN_REPORT", str(tmp_path / "parts"))
    monkeypatch.delenv("CI", raising=False)

    def merge(parts: dict[str, Any], *arguments: str) -> int:
        for name, value in parts.items():
            record(name, value)
        return main(arguments, parts=tmp_path / "parts", report=tmp_path / "reports" / "plugin.json")

    return merge


def test_every_language_of_the_examples_is_expected() -> None:
    """A new example without a rotation would go unnoticed."""
    assert tuple(EXAMPLES) == LANGUAGES


def test_the_parts_become_one_report(run: Callable[..., int], tmp_path: Path) -> None:
    """Counts of several tests add up; a language counts if its rotation did not fail."""
    assert run(WHOLE) == 0
    assert json.loads((tmp_path / "reports" / "plugin.json").read_text()) == {
        "languages": list(LANGUAGES),
        "rotations": dict.fromkeys(LANGUAGES, GOOD),
        "partial_state": True,
        "imports": 5,
        "door_differences": 0,
        "bindings_listed_on_description_change": 0,
    }


@pytest.mark.parametrize("name", WHOLE)
def test_a_missing_part_is_named_and_fails_in_ci(
    run: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Locally a tool may be missing."""
    part = next((group for group in ("imports", "door-differences") if name.startswith(group)), name)
    rest = {key: value for key, value in WHOLE.items() if not key.startswith(part)}
    assert run(rest) == 0
    assert f"skipped: {part}\n" in capsys.readouterr().err
    monkeypatch.setenv("CI", "true")
    assert run(rest) == 1
    assert merged(rest)[1] == [part]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rotations-go", {"ups": 5, "failed": 1}),
        ("partial-state", False),
        ("door-differences-a", 1),
        ("bindings-listed-on-description-change", 2),
    ],
)
def test_what_should_not_be_fails_everywhere(run: Callable[..., int], name: str, value: object) -> None:
    """A report must not look good because nobody reads it."""
    assert run({**WHOLE, name: value}) == 1


def test_an_earlier_runs_parts_are_cleared(run: Callable[..., int], tmp_path: Path) -> None:
    """They would hide that a test was skipped."""
    run(WHOLE)
    assert run({}, "--clear") == 0
    assert list(tmp_path.rglob("*.json")) == []
