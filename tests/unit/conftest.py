"""What programs that failed leave behind in the process."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest
from pulumi.runtime import mocks

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True, scope="module")
def _futures_end_with_their_module(request: pytest.FixtureRequest) -> Iterator[None]:
    """A program that failed leaves futures whose error nobody asks for, and each logs that when it is collected.

    Where that happens in the middle of somebody else's ``ast.parse``, CPython 3.11 fails that call: "AST constructor
    recursion depth mismatch" (https://github.com/python/cpython/issues/106905).
    """
    yield
    if mocks in vars(request.module).values() or hasattr(request.module, "pulumi"):
        gc.collect()
