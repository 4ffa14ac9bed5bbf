"""A rotation through the plugin: what a preview shows, and what each run does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok
from tests.native.conftest import resource

if TYPE_CHECKING:
    from tests.native.conftest import NativeScenario

pytestmark = pytest.mark.e2e


def test_a_whole_rotation_shows_each_step_before_it_takes_it(scenario: NativeScenario) -> None:
    """Create, quiet on day 100, then issue, activate, confirm, retire, each previewed with what it changes; destroy."""
    stack = scenario.native()
    ok(stack.preview())
    ok(stack.up())
    (first,) = scenario.ids()
    assert scenario.presented("dev") == scenario.presented("prod") == first

    scenario.at(100)
    ok(stack.preview("--expect-no-changes"))

    scenario.at(336)
    shown = ok(stack.preview())
    assert "pendingClientCertificateId" in _row(shown, "RotatingClientCertificate")
    assert "this update generates generation 2" in _row(shown, "RotatingClientCertificate")
    assert "StageBinding" not in shown
    ok(stack.up())
    first, second = scenario.ids()
    assert scenario.presented("dev") == scenario.presented("prod") == first
    ok(stack.preview("--expect-no-changes"))

    scenario.at(337)
    shown = ok(stack.preview())
    for changed in ("clientCertificateId", "expirationDate", "previousClientCertificateIds"):
        assert changed in _row(shown, "RotatingClientCertificate")
    assert "presentedClientCertificateId" in _row(shown, "StageBinding")
    ok(stack.up("--refresh"))
    assert scenario.presented("dev") == scenario.presented("prod") == second

    scenario.at(338)
    assert "StageBinding" not in ok(stack.preview())
    ok(stack.up("--refresh"))
    ok(stack.preview("--expect-no-changes"))

    scenario.at(341)
    ok(stack.up("--refresh"))
    assert scenario.ids() == [second]
    assert resource(stack, "orders")["outputs"]["phase"] == "steady"

    ok(stack.destroy())
    assert scenario.ids() == []
    assert scenario.presented("dev") is None


def _row(shown: str, kind: str) -> str:
    """The line of the preview that says how a resource of this kind changes."""
    return next(line for line in shown.splitlines() if f":{kind} " in line and "[diff: " in line)
