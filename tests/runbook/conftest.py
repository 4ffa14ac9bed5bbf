"""Each recipe has to show every line of its part of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import scenario
from tests.runbook.page import Recipe

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["scenario"]


@pytest.fixture
def recipe(request: pytest.FixtureRequest) -> Iterator[Recipe]:
    """The recipe that the test's marker names; at its end nothing of it may be left unseen."""
    marker = request.node.get_closest_marker("recipe")
    assert marker is not None
    found = Recipe(marker.args[0])
    yield found
    assert found.left == [], "the page shows what no run said"
