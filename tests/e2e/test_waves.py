"""The stack program's waves, verification and windows on the real engine."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import START, ok, quiet, refused

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


def test_a_refused_trial_fails_the_run_and_holds_the_next_wave(scenario: Scenario) -> None:
    """The stage keeps what works; whoever runs it again after the cause is mended goes on."""
    stack = _stack(scenario)
    ok(stack.up())
    for day in (336, 337):
        scenario.at(day)
        if day == 337:
            stack.configure({"verify.expectStatus": 200})
        outcome = stack.up()
    said = refused(outcome)
    assert "it may be down, or the trial may ask the wrong thing" in said
    first, second = scenario.ids()
    assert scenario.presented("dev") == scenario.presented("prod") == first
    stack.configure({"verify.expectStatus": UNREACHABLE})
    ok(stack.up())
    assert (scenario.presented("dev"), scenario.presented("prod")) == (second, first)


def test_bad_waves_and_windows_are_refused_in_preview(scenario: Scenario) -> None:
    """By name, before anything is called."""
    stack = _stack(scenario, **{"windows[0]": "Mon 25:00-26:00"})
    assert "windows, entry 1: 'Mon 25:00-26:00' is no window" in refused(stack.preview())
    stack.unset("windows")
    stack.configure(scenario.stage_config("dev"))
    assert "stages is given beside waves" in refused(stack.preview())
    assert scenario.sandbox.journal.calls() == ()


def test_a_window_in_the_hour_that_the_clocks_repeat(scenario: Scenario) -> None:
    """02:05 comes twice in Berlin that night: at the second time the stages wait for 02:15, and move in it."""
    night = datetime(2027, 10, 31, tzinfo=timezone.utc)

    def at(instant: datetime) -> None:
        scenario.at((instant - START) / timedelta(days=1))

    at(night - timedelta(days=336, hours=1))
    window = {"windows[0]": "Daily 02:15-02:45 Europe/Berlin"}
    stack = scenario.stack(config={**scenario.default_config(), **window})
    ok(stack.up())
    at(night - timedelta(days=1))
    ok(stack.up())
    first, second = scenario.ids()
    at(night + timedelta(hours=1, minutes=5))
    assert "2027-10-31T01:15:00Z: its maintenance windows are closed" in ok(stack.up())
    assert (scenario.presented("dev"), scenario.presented("prod")) == (first, first)
    at(night + timedelta(hours=1, minutes=15))
    ok(stack.up())
    assert (scenario.presented("dev"), scenario.presented("prod")) == (second, second)
