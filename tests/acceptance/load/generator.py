"""What a test does when the load generator is missing: the same as for a missing server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.servers.backend import ToolMissingError
from tests.backends.missing import tools_wanted
from tools import toolchain

if TYPE_CHECKING:
    from pathlib import Path


def wanted_generator() -> Path:
    """Where vegeta is; skips the test without one, and fails it in CI."""
    with tools_wanted():
        try:
            return toolchain.vegeta()
        except toolchain.ToolchainError as error:
            raise ToolMissingError("vegeta") from error
