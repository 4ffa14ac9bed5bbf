"""One sandbox per module, reset before every test; modules that start their own simply do not ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apigw_sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """A sandbox that serves for the length of a module."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    """A sandbox with nothing in it."""
    running.reset()
    return running


@pytest.fixture
def rest(sandbox: Sandbox) -> Any:
    """A boto3 client of ``apigateway``."""
    return sandbox.client("apigateway")


@pytest.fixture
def websocket(sandbox: Sandbox) -> Any:
    """A boto3 client of ``apigatewayv2``."""
    return sandbox.client("apigatewayv2")
