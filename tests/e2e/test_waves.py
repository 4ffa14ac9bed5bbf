"""The stack program's waves, verification and windows on the real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok, quiet

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e
# Nobody listens behind the scene's API, so that the gateway answers every certificate alike.
UNREACHABLE = 504


def _wave(scenario: Scenario, number: int, stage: str) -> dict[str, object]:
    path = f"waves[{number}].stages.{stage}"
    return {f"{path}.restApiId": scenario.api, f"{path}.stageName": stage}


def _stack(scenario: Scenario, **config: object) -> PulumiStack:
    return scenario.stack(
        config={
            "name": "orders",
            "publish[0].file": "pins.txt",
            **_wave(scenario, 0, "dev"),
            **_wave(scenario, 1, "prod"),
            "waves[1].soak": "24h",
            "verify.resource": "/",
            "verify.proof": "status",
            "verify.expectStatus": UNREACHABLE,
            **config,
        }
    )


def test_waves_move_a_day_apart_each_of_them_verified(scenario: Scenario) -> None:
    """On day 337 and day 338; generation 1 is retired after the overlap since then; a preview calls nothing."""
    stack = _stack(scenario)
    ok(stack.up())
    quiet(stack)
    first = stack.outputs("StageBinding", "orders-dev")
    assert first["evidence"] == {"testInvoke": {"status": UNREACHABLE, "proof": "status"}}
    moves = {}
    for day in (336, 337, 338, 339, 342):
        scenario.at(day)
        before = scenario.mark()
        ok(stack.preview())
        assert scenario.sandbox.journal.calls(since=before) == ()
        said = ok(stack.up("--refresh"))
        moves[day] = [stage for stage, _id in scenario.moves(before)]
        if day == 337:
            assert "the wave before has not moved, been verified and soaked ('orders-dev')" in said
            assert stack.outputs("StageBinding", "orders-prod")["waitingBecause"] == "wave"
    assert moves == {336: [], 337: ["dev"], 338: ["prod"], 339: [], 342: []}
    assert len(scenario.ids()) == 1
    assert stack.outputs("StageBinding", "orders-prod")["verifiedClientCertificateId"] == scenario.ids()[0]
