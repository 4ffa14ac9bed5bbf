"""One stage, and a probe that reaches its backend through it, as callers do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lifecycle.verified import Backend, ProbedRun

if TYPE_CHECKING:
    from tests.lifecycle.conftest import FakeRun


@pytest.fixture
def run(run: FakeRun) -> ProbedRun:
    """One stage."""
    return ProbedRun(run.gateway, stages=("prod",))


@pytest.fixture
def backend(run: ProbedRun) -> Backend:
    """In front of it."""
    made = Backend(run)
    run.gateway.backend = made.answer
    return made
