"""How much Hypothesis tries: enough for a quick answer here, the same examples on every run in CI."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

from tests.sampling import pytest_configure

__all__ = ["pytest_configure"]

# One core is shared with other tests, so a slow example says nothing about the code: no deadlines.
settings.register_profile(
    "dev",
    deadline=None,
    max_examples=150,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("ci", parent=settings.get_profile("dev"), derandomize=True, database=None)
settings.register_profile("thorough", parent=settings.get_profile("dev"), max_examples=5000)

_DEFAULT = "ci" if os.environ.get("CI") == "true" else "dev"
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or _DEFAULT)
