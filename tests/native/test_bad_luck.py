"""What goes wrong around a plugin on the real engine, and what the next run makes of it."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING

import pytest

from acceptance.faulty_proxy import GENERATE, PROC, Fault, FaultyProxy, update_stage
from tests.e2e.conftest import ok, refused
from tests.native.conftest import resource

if TYPE_CHECKING:
    from tests.native.conftest import NativeScenario

pytestmark = pytest.mark.e2e
# A plugin looks after its parent once a second; nothing waits so long unless it never ends.
WAIT_LIMIT = 60


@pytest.mark.skipif(not (PROC / "net/tcp").exists(), reason="finds the process to kill in Linux's /proc")
def test_a_plugin_or_an_engine_that_is_killed_leaves_nothing_that_the_next_run_does_not_finish(
    scenario: NativeScenario,
) -> None:
    """Killed after generate at creation and at update, and an engine gone in the switch: no orphan (invariant 5)."""
    with FaultyProxy(scenario.sandbox.endpoint_url) as proxy:
        stack = scenario.native(endpointUrl=proxy.url)
        proxy.fail(GENERATE, Fault.KILL_CALLER)
        refused(stack.up())
        (first,) = scenario.ids()
        ok(stack.up())
        assert scenario.ids() == [first]
        assert scenario.presented("dev") == scenario.presented("prod") == first

        scenario.at(336)
        proxy.fail(GENERATE, Fault.KILL_CALLER)
        assert "Traceback" not in refused(stack.up())
        _first, second = scenario.ids()
        ok(stack.up())
        assert scenario.ids() == [first, second]
        assert resource(stack, "orders")["outputs"]["pendingClientCertificateId"] == second

        scenario.at(337)
        proxy.fail(update_stage("prod"), Fault.KILL_ENGINE)
        refused(stack.up())
        assert proxy.survivor is not None
        assert select.select([proxy.survivor], [], [], WAIT_LIMIT)[0], "the plugin outlived its engine"
        # What Pulumi asks for after a CLI that was killed: its lock is still there.
        ok(stack.run("cancel", "--yes"))
        before = scenario.mark()
        ok(stack.up("--refresh"))
        assert scenario.presented("dev") == scenario.presented("prod") == second
        assert {stage for stage, _id in scenario.moves(before)} <= {"dev"}
        for day in (338, 341):
            scenario.at(day)
            ok(stack.up("--refresh"))
    assert scenario.ids() == [second]


def test_a_stack_whose_configuration_changed_is_destroyed_where_it_is_and_without_its_program(
    scenario: NativeScenario,
) -> None:
    """State says where everything lives: neither another region nor a missing program leaves something behind."""
    stack = scenario.native()
    ok(stack.up())
    stack.configure({"endpointUrl": "http://127.0.0.1:9", "api": "z9z9z9z9z9"})
    for key, value in (("region", "eu-west-1"), ("endpointUrl", "http://127.0.0.1:9"), ("overlap", "4d")):
        stack.run("config", "set", f"apigw-client-cert:{key}", value, expect=0)
    (stack.folder / "__main__.py").unlink()
    ok(stack.destroy())
    assert scenario.ids() == []
    assert scenario.presented("dev") is scenario.presented("prod") is None
