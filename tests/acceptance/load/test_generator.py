"""A machine without the load generator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.acceptance.load.generator import wanted_generator
from tools import toolchain

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _no_generator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither built nor on PATH."""
    monkeypatch.setattr(toolchain, "VEGETA", tmp_path / "vegeta")
    monkeypatch.setenv("PATH", str(tmp_path))


def test_test_is_skipped_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer without Go runs the other tests."""
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="vegeta is not installed"):
        wanted_generator()


def test_test_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """There, nothing is proven by skipping."""
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="vegeta is not installed, and CI=true"):
        wanted_generator()


@pytest.mark.parametrize(("version", "serves"), [("v12.13.0", True), ("v11.0.0", False)])
def test_generator_on_path_serves_if_its_major_version_is_ours(tmp_path: Path, version: str, *, serves: bool) -> None:
    """What it says of itself decides, not its name."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "vegeta"
    program.write_text(f"#!/bin/sh\necho 'Version: {version}'\n", encoding="ascii")
    program.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(folder))
        assert toolchain.vegeta_on_path() == (program if serves else None)
