"""Runs that end in the middle: the next ones complete the rotation, and nothing is left behind (invariant 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from acceptance.faulty_proxy import DELETE, GENERATE, PROC, Fault, FaultyProxy, get_stage, update_stage
from tests.e2e.conftest import certificate, numbers, ok, quiet, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.conftest import Scenario

# Longer than the client goes on sending a call that is not answered.
ALWAYS = 99

pytestmark = pytest.mark.e2e
needs_proc = pytest.mark.skipif(not (PROC / "net/tcp").exists(), reason="finds the process to kill in Linux's /proc")


@pytest.fixture
def proxy(scenario: Scenario) -> Iterator[FaultyProxy]:
    """What stands between the plugin and the sandbox."""
    with FaultyProxy(scenario.sandbox.endpoint_url) as proxy:
        yield proxy


def _config(scenario: Scenario, proxy: FaultyProxy, **more: object) -> dict[str, object]:
    return {**scenario.default_config(), "endpointUrl": proxy.url, **more}


@needs_proc
def test_an_update_is_killed_after_it_generated(scenario: Scenario, proxy: FaultyProxy) -> None:
    """The next run adopts the certificate by its tags, and its lead starts with that run."""
    stack = scenario.stack(config=_config(scenario, proxy))
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


@needs_proc
def test_a_creation_is_killed_after_it_generated(scenario: Scenario, proxy: FaultyProxy) -> None:
    """Tried again within the hour it adopts the certificate, and gives it a rotation id of its own."""
    stack = scenario.stack(config=_config(scenario, proxy))
    proxy.fail(GENERATE, Fault.KILL_CALLER)
    refused(stack.up())
    (orphan,) = scenario.ids()
    scenario.at(0.03)
    before = scenario.mark()
    ok(stack.up())
    assert scenario.actions(before) == ["TagResource", "UpdateStage", "UpdateStage"]
    assert scenario.ids() == [orphan]
    assert scenario.presented("dev") == scenario.presented("prod") == orphan
    quiet(stack)


def test_the_answer_to_a_generation_is_lost(scenario: Scenario, proxy: FaultyProxy) -> None:
    """The run finds what it made by the tags: it is green, and there is no second certificate."""
    stack = scenario.stack(config=_config(scenario, proxy))
    proxy.fail(GENERATE, Fault.LOSE_ANSWER)
    ok(stack.up())
    (first,) = scenario.ids()
    assert scenario.presented("dev") == scenario.presented("prod") == first
    scenario.at(336)
    proxy.fail(GENERATE, Fault.LOSE_ANSWER)
    ok(stack.up("--refresh"))
    assert len(scenario.ids()) == 2
    assert numbers(stack) == {1: "active", 2: "pending"}


def test_a_patch_took_effect_unanswered_and_another_rotation_follows(scenario: Scenario, proxy: FaultyProxy) -> None:
    """State names the generation before; both rotations are completed, and one certificate is left."""
    stack = scenario.stack(config=_config(scenario, proxy, rotationTrigger="a"))
    ok(stack.up())
    scenario.at(336)
    ok(stack.up())
    first, second = scenario.ids()
    scenario.at(337)
    # Nor is the look answered that the silence calls for.
    proxy.fail(update_stage("prod"), Fault.LOSE_ANSWER, ALWAYS)
    proxy.fail(get_stage("prod"), Fault.LOSE_ANSWER, ALWAYS, after=update_stage("prod"))
    said = refused(stack.up())
    assert f"UpdateStage of {scenario.api}/prod was sent and came to no clear end, and then: GetStage of" in said
    assert "it may have taken effect." in said
    assert scenario.presented("prod") == second
    assert stack.outputs("StageBinding", "orders-prod")["presentedClientCertificateId"] == first

    proxy.mend()
    stack.configure({"rotationTrigger": "b"})
    scenario.at(338)
    said = ok(stack.up("--refresh"))
    assert f"{first} to {second} by hand, or by a run whose answer was lost" in said
    # The trigger waits until the first is retired.
    for day in (341, 342, 343, 344, 347):
        scenario.at(day)
        ok(stack.up("--refresh"))
    (third,) = scenario.ids()
    assert third not in {first, second}
    assert scenario.presented("dev") == scenario.presented("prod") == third
    assert numbers(stack) == {3: "active"}
    quiet(stack)


def test_the_answer_to_a_patch_is_lost(scenario: Scenario, proxy: FaultyProxy) -> None:
    """The look that the silence calls for finds the stage switched: it is patched once, and the run is green."""
    stack = scenario.published(config=_config(scenario, proxy))
    _first, second = scenario.ids()
    scenario.at(337)
    proxy.fail(update_stage("prod"), Fault.LOSE_ANSWER, ALWAYS)
    before = scenario.mark()
    ok(stack.up())
    assert sorted(scenario.moves(before)) == [("dev", second), ("prod", second)]
    assert stack.outputs("StageBinding", "orders-prod")["presentedClientCertificateId"] == second


def test_the_answer_to_a_deletion_is_lost(scenario: Scenario, proxy: FaultyProxy) -> None:
    """The look that the silence calls for finds the certificate gone, which is what was wanted."""
    stack = scenario.overlapping(config=_config(scenario, proxy))
    _first, second = scenario.ids()
    scenario.at(338)
    ok(stack.up())
    scenario.at(341)
    proxy.fail(DELETE, Fault.LOSE_ANSWER, ALWAYS)
    before = scenario.mark()
    ok(stack.up())
    assert scenario.actions(before) == ["DeleteClientCertificate"]
    proxy.mend()
    assert scenario.ids() == [second]
    assert numbers(stack) == {2: "active"}
    assert scenario.presented("dev") == scenario.presented("prod") == second
    quiet(stack)


def test_one_of_two_bindings_fails(scenario: Scenario, proxy: FaultyProxy) -> None:
    """Invariants 3, 8: the refused stage stays on the old certificate, which stays; the next run finishes."""
    stack = scenario.published(config=_config(scenario, proxy))
    first, second = scenario.ids()
    scenario.at(337)
    proxy.fail(update_stage("prod"), Fault.DENY, ALWAYS)
    said = refused(stack.up("--refresh"))
    assert f"UpdateStage of {scenario.api}/prod is denied (AccessDeniedException)" in said
    assert "Allow apigateway:PATCH" in said
    scenario.at(342)
    refused(stack.up("--refresh"))
    assert (scenario.presented("dev"), scenario.presented("prod")) == (second, first)
    assert scenario.ids() == [first, second]
    assert certificate(stack)["retirementBlockedBy"] == [f"{scenario.api}/prod"]

    proxy.mend()
    ok(stack.up("--refresh"))
    assert scenario.presented("dev") == scenario.presented("prod") == second
    assert scenario.ids() == [first, second]


def test_a_stage_is_gone_when_its_turn_comes(scenario: Scenario) -> None:
    """Invariant 8: the other stage moves and the old certificate stays; with the stage back, the next run finishes."""
    stack = scenario.published()
    first, second = scenario.ids()
    scenario.sandbox.console.delete_stage(scenario.api, "prod")
    scenario.at(337)
    assert f"REST API {scenario.api} has no stage 'prod'" in refused(stack.up())
    assert scenario.presented("dev") == second
    assert scenario.ids() == [first, second]
    scenario.sandbox.console.create_stage(scenario.api, "prod")
    ok(stack.up())
    assert scenario.presented("prod") == second
    assert scenario.ids() == [first, second]
