"""A sandbox for each module, emptied before each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_sandbox import Sandbox
from tests.doubles.aws_worlds import FakeWorld, SandboxWorld
from tests.doubles.stubbed_aws import keep_to_ourselves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.doubles.aws_worlds import World


@pytest.fixture(scope="module")
def _running() -> Iterator[Sandbox]:
    with Sandbox(region="eu-west-1") as sandbox:
        yield sandbox


@pytest.fixture
def real(_running: Sandbox, monkeypatch: pytest.MonkeyPatch) -> SandboxWorld:
    """The real gateway at an empty sandbox."""
    keep_to_ourselves(monkeypatch)
    _running.reset()
    return SandboxWorld(_running)


@pytest.fixture(params=["fake", "real"])
def world(request: pytest.FixtureRequest) -> World:
    """Each of the two in turn."""
    if request.param == "fake":
        return FakeWorld()
    found: World = request.getfixturevalue("real")
    return found
