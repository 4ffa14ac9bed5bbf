"""The decisions of `make setup`: when to do something again, and which programs are recent enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools import setup

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("running", ["go1.25.11", "go1.26", "go1.26.8", "go2.0", "devel go1.27-abcdef"])
def test_go_that_can_build_the_cli_is_accepted(running: str) -> None:
    """Equal, newer and development versions build a module that requires 1.25.11."""
    assert setup.go_is_recent_enough(running, "1.25.11")


@pytest.mark.parametrize("running", ["go1.25.10", "go1.25", "go1.9.9", "go1.19.8", ""])
def test_go_that_is_too_old_or_unreadable_is_refused(running: str) -> None:
    """Versions compare as numbers, and no answer counts as too old."""
    assert not setup.go_is_recent_enough(running, "1.25.11")


def test_digest_changes_with_content_and_not_with_the_time_of_writing(tmp_path: Path) -> None:
    """A checkout that only touches files triggers no installation; one changed byte does."""
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("one")
    second.write_text("two")
    before = setup.digest([first, second])

    first.write_text("one")
    assert setup.digest([first, second]) == before

    first.write_text("onetwo")
    second.write_text("")
    assert setup.digest([first, second]) != before
