"""What a test does about a program that is not installed."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import pytest

from acceptance.servers.backend import ToolMissingError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def tools_wanted() -> Iterator[None]:
    """Skip the test by the program's name; in CI, where everything has to be installed, fail it."""
    try:
        yield
    except ToolMissingError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{error} is not installed, and CI=true")
        pytest.skip(f"{error} is not installed")
