"""What the tests of the proof need on the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.acceptance.load.generator import wanted_generator

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def vegeta() -> Path:
    """The load generator; without it the test is skipped by its name, and fails in CI."""
    return wanted_generator()
