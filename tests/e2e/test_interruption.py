"""A run that ends in the middle: the next ones complete the rotation, and nothing is left behind (invariant 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from acceptance.faulty_proxy import GENERATE, PROC, Fault, FaultyProxy
from tests.e2e.conftest import certificate, numbers, ok, quiet, refused

if TYPE_CHECKING:
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e


@pytest.mark.skipif(not (PROC / "net/tcp").exists(), reason="finds the process to kill in Linux's /proc")
def test_an_update_is_killed_after_it_generated(scenario: Scenario) -> None:
    """The next run adopts the certificate by its tags, and its lead starts with that run."""
    with FaultyProxy(scenario.sandbox.endpoint_url) as proxy:
        stack = scenario.stack(config={**scenario.default_config(), "endpointUrl": proxy.url})
        ok(stack.up())
        scenario.at(336)
        proxy.fail(GENERATE, Fault.KILL_RUN)
        refused(stack.up())
        first, orphan = scenario.ids()
        # What Pulumi asks for after a CLI that was killed: the lock of the run is still there.
        ok(stack.run("cancel", "--yes"))
        assert numbers(stack) == {1: "active"}

        scenario.at(336.5)
        before = scenario.mark()
        ok(stack.up("--refresh"))
        assert scenario.actions(before) == []
        assert scenario.ids() == [first, orphan]
        pending = certificate(stack)["generations"][1]
        assert (pending["id"], pending["role"], pending["pendingSince"]) == (orphan, "pending", scenario.day(336.5))
        assert scenario.presented("dev") == scenario.presented("prod") == first

        scenario.at(337.4)
        quiet(stack)
        scenario.at(337.5)
        ok(stack.up("--refresh"))
        assert scenario.presented("dev") == scenario.presented("prod") == orphan
