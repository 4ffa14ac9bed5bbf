"""One sandbox for the tests of a module; the next module may need another kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from acceptance.model.cloud import Cloud

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module", autouse=True)
def _one_cloud() -> Iterator[None]:
    yield
    Cloud.stop()
