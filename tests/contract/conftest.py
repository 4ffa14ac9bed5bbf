"""A sandbox for each module, emptied before each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_sandbox import Sandbox
from tests.doubles.aws_environments import FakeEnvironment, SandboxEnvironment
from tests.doubles.stubbed_aws import keep_to_ourselves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.doubles.aws_environments import Environment


@pytest.fixture(scope="module")
def _running() -> Iterator[Sandbox]:
    with Sandbox(region="eu-west-1") as sandbox:
        yield sandbox


@pytest.fixture
def real(_running: Sandbox, monkeypatch: pytest.MonkeyPatch) -> SandboxEnvironment:
    """The real gateway at an empty sandbox."""
    keep_to_ourselves(monkeypatch)
    _running.reset()
    return SandboxEnvironment(_running)


@pytest.fixture(params=["fake", "real"])
def environment(request: pytest.FixtureRequest) -> Environment:
    """Each of the two in turn."""
    if request.param == "fake":
        return FakeEnvironment()
    found: Environment = request.getfixturevalue("real")
    return found
