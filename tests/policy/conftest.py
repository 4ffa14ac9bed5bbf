"""The pack's environment, and the pack running in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from acceptance.servers.backend import ToolMissingError
from tests.backends.missing import tools_wanted
from tests.policy.pack_process import PackProcess, running
from tests.policy.registered import NOW
from tools.policy_venv import POLICY_PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def pack() -> Iterator[PackProcess]:
    """The pack on the day of ``NOW``, in its default configuration between tests."""
    require_environment()
    with running(NOW) as process:
        yield process


def require_environment() -> None:
    """Skip the test where pulumi-policy is not installed; in CI, fail it."""
    with tools_wanted():
        if not POLICY_PYTHON.exists():
            raise ToolMissingError("pulumi-policy (python -m tools.setup policy)")
