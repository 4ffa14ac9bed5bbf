"""Several at once: stacks that want one stage, two runs of one stack without its lock, many bindings, two clocks."""

from __future__ import annotations

import shutil
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from apigw_sandbox import Fault, FaultKind
from tests.e2e.conftest import certificate, numbers, ok, quiet, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from acceptance.pulumi_stack import Outcome, PulumiStack
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e

# Longer than a CLI call takes on a busy machine; nothing waits so long unless the other one has died.
WAIT_LIMIT_SECONDS = 150
BINDINGS = 200


def _at_once(*runs: Callable[[], Outcome]) -> list[Outcome]:
    with ThreadPoolExecutor(len(runs)) as threads:
        return [future.result() for future in [threads.submit(run) for run in runs]]


def _meet(scenario: Scenario, action: str) -> None:
    """The next two calls of an action take effect only when both have arrived."""
    barrier = threading.Barrier(2)
    scenario.sandbox.faults.clear()
    scenario.sandbox.faults.add(
        Fault(
            kind=FaultKind.CALL_BACK,
            action=action,
            calls=(1, 2),
            after_effect=False,
            callback=lambda _moment: barrier.wait(WAIT_LIMIT_SECONDS),
        )
    )


def _unlock(stack: PulumiStack) -> None:
    """What a backend without working locks looks like to the next run."""
    for lock in stack.backend.rglob("locks/**/*.json"):
        lock.unlink()


def _complete(scenario: Scenario, stack: PulumiStack, *, days: tuple[float, ...] = (337, 338, 341)) -> None:
    for day in days:
        scenario.at(day)
        ok(stack.up("--refresh"))


def test_two_stacks_bind_one_stage_at_the_same_time(scenario: Scenario) -> None:
    """Both see an empty stage. One of them has it from then on, the other is told, and nobody moves it again (9)."""
    stacks = []
    for name in ("orders", "invoices"):
        config = {"name": name, "publish[0].file": f"{name}.txt", **scenario.stage_config("dev")}
        stacks.append(scenario.stack(name, config=config))
    _meet(scenario, "UpdateStage")
    _at_once(*(stack.up for stack in stacks))
    scenario.sandbox.faults.clear()
    ids = [certificate(stack)["clientCertificateId"] for stack in stacks]
    assert sorted(scenario.moves()) == sorted(("dev", one) for one in ids)
    assert sorted(scenario.ids()) == sorted(ids)
    winner = ids.index(scenario.presented("dev"))

    before = scenario.mark()
    scenario.at(1)
    said = refused(stacks[1 - winner].up("--refresh"))
    assert f"presents {ids[winner]}, a live certificate of another rotation" in said
    ok(stacks[winner].up("--refresh"))
    quiet(stacks[winner])
    assert scenario.actions(before) == []


def test_a_second_run_without_the_lock_adopts_what_the_first_has_generated(scenario: Scenario) -> None:
    """The first is held between its generation and its state: there is no second certificate (invariant 5)."""
    stack = scenario.stack()
    ok(stack.up())
    scenario.at(336)
    generated, finished = threading.Event(), threading.Event()

    def hold(_moment: object) -> None:
        generated.set()
        finished.wait(WAIT_LIMIT_SECONDS)

    scenario.sandbox.faults.clear()
    scenario.sandbox.faults.add(
        Fault(kind=FaultKind.CALL_BACK, action="GenerateClientCertificate", calls=(1,), callback=hold)
    )

    def second() -> Outcome:
        assert generated.wait(WAIT_LIMIT_SECONDS)
        _unlock(stack)
        try:
            return stack.up()
        finally:
            finished.set()

    before = scenario.mark()
    outcomes = _at_once(stack.up, second)
    ok(outcomes[1])
    assert scenario.actions(before) == ["GenerateClientCertificate"]
    first, successor = scenario.ids()
    assert certificate(stack)["pendingClientCertificateId"] == successor

    _complete(scenario, stack)
    assert scenario.ids() == [successor]
    assert scenario.presented("dev") == scenario.presented("prod") == successor != first
    quiet(stack)


def test_two_runs_without_the_lock_generate_at_the_same_instant(scenario: Scenario) -> None:
    """Nothing at AWS tells them of each other: one certificate too many, and none after the rotation (invariant 5)."""
    stack = scenario.stack()
    ok(stack.up())
    twin = scenario.stack(folder="twin", backend="twin-backend")
    shutil.copytree(stack.backend, twin.backend, dirs_exist_ok=True)
    shutil.copytree(stack.folder, twin.folder, dirs_exist_ok=True)
    scenario.at(336)
    _meet(scenario, "GenerateClientCertificate")
    before = scenario.mark()
    for outcome in _at_once(stack.up, twin.up):
        ok(outcome)
    assert scenario.actions(before) == ["GenerateClientCertificate"] * 2
    scenario.sandbox.faults.clear()

    # One of the two states is the one that later runs go on from.
    _complete(scenario, stack)
    assert len(scenario.ids()) == 1
    assert scenario.presented("dev") == scenario.presented("prod") == scenario.ids()[0]
    assert numbers(stack) == {2: "active"}
    quiet(stack)


def test_two_runners_whose_clocks_are_minutes_apart(scenario: Scenario) -> None:
    """One is ahead, one behind, and they take turns: each step once, none before its time (invariants 1, 2, 5)."""
    stack = scenario.stack()
    ok(stack.up())
    before = scenario.mark()
    for day, minutes in (
        (336, 7),
        (336.001, -7),
        (336.9, -7),
        (337, -7),
        (337.001, 7),
        (338, -7),
        (341, 7),
        (341.1, -7),
    ):
        scenario.at(day)
        runner = scenario.now + timedelta(minutes=minutes)
        stack.env["APIGW_CLIENT_CERT_NOW"] = f"{runner:%Y-%m-%dT%H:%M:%SZ}"
        ok(stack.up("--refresh"))
    (successor,) = scenario.ids()
    assert sorted(scenario.moves(before)) == [("dev", successor), ("prod", successor)]
    assert Counter(scenario.actions(before)) == {
        "GenerateClientCertificate": 1,
        "UpdateStage": 2,
        "DeleteClientCertificate": 1,
    }
    generated, *_, moved, _deleted = [entry.at for entry in scenario.changes(before)]
    assert moved - generated >= timedelta(hours=24) * 0.9
    quiet(stack)


def test_two_hundred_bindings_in_one_stack(
    scenario: Scenario, record_testsuite_property: Callable[[str, Any], None]
) -> None:
    """Each stage costs a GET and a PATCH to create and to move; looks at all of them, one GetStages per API."""
    scenario.sandbox.faults.clear()
    config: dict[str, object] = {"name": "orders", "publish[0].file": "pins.txt", "publish[0].content": "sha256"}
    per_api = 10
    for number in range(BINDINGS // per_api):
        stages = [f"s{one}" for one in range(per_api)]
        api = scenario.sandbox.console.create_rest_api(f"api{number}", stages=stages)
        for stage in stages:
            path = f"stages.a{number}-{stage}"
            config |= {f"{path}.restApiId": api, f"{path}.stageName": stage}
    stack = scenario.stack(config=config)
    for day in (0, 336, 337):
        scenario.at(day)
        before = scenario.mark()
        began = time.monotonic()
        ok(stack.up())
        seconds = round(time.monotonic() - began, 1)
        calls = scenario.sandbox.journal.calls(since=before)
        record_testsuite_property(f"200 bindings, seconds on day {day}", seconds)
        counts = Counter(one.action for one in calls)
        # The certificate's creation looks at all of them before it makes anything.
        apis = BINDINGS // per_api
        expected = {0: (apis, BINDINGS, BINDINGS), 336: (0, 0, 0), 337: (0, BINDINGS, BINDINGS)}[day]
        assert (counts["GetStages"], counts["GetStage"], counts["UpdateStage"]) == expected
    presented = {stage.client_certificate_id for stage in scenario.sandbox.stages() if stage.stage_name.startswith("s")}
    assert presented == {scenario.ids()[1]}

    scenario.at(338)
    before = scenario.mark()
    ok(stack.up())
    scan = Counter(one.action for one in scenario.sandbox.journal.calls(since=before))
    assert scan["GetStages"] == BINDINGS // per_api + 1
