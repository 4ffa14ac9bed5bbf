"""AWS at the wire, with made-up credentials."""

from __future__ import annotations

import pytest

from tests.doubles.stubbed_aws import StubbedAws, keep_to_ourselves


@pytest.fixture(autouse=True)
def _own_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_to_ourselves(monkeypatch)


@pytest.fixture
def aws(_own_credentials: None) -> StubbedAws:
    """A client without a network."""
    return StubbedAws()
