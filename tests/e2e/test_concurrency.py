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

from apigw_client_cert.gateway.client import gateway_for
from apigw_client_cert.gateway.connection import Connection
from apigw_client_cert.gateway.interface import StageRef
from apigw_sandbox import Fault, FaultKind, Sandbox
from tests.e2e.conftest import certificate, numbers, ok, quiet, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from acceptance.pulumi_stack import Outcome, PulumiStack
    from tests.e2e.conftest import Scene

pytestmark = pytest.mark.e2e

# Longer than a CLI call takes on a busy machine; nothing waits so long unless the other one has died.
PATIENCE_SECONDS = 150
PROVIDER_THREADS = 4
BINDINGS = 200


def _at_once(*runs: Callable[[], Outcome]) -> list[Outcome]:
    with ThreadPoolExecutor(len(runs)) as threads:
        return [future.result() for future in [threads.submit(run) for run in runs]]


def _meet(scene: Scene, action: str) -> None:
    """The next two calls of an action take effect only when both have arrived."""
    barrier = threading.Barrier(2)
    scene.sandbox.faults.clear()
    scene.sandbox.faults.add(
        Fault(
            kind=FaultKind.CALL_BACK,
            action=action,
            calls=(1, 2),
            after_effect=False,
            callback=lambda _moment: barrier.wait(PATIENCE_SECONDS),
        )
    )


def _unlock(stack: PulumiStack) -> None:
    """What a backend without working locks looks like to the next run."""
    for lock in stack.backend.rglob("locks/**/*.json"):
        lock.unlink()


def _complete(scene: Scene, stack: PulumiStack, *, days: tuple[float, ...] = (337, 338, 341)) -> None:
    for day in days:
        scene.at(day)
        ok(stack.up("--refresh"))


def test_two_stacks_bind_one_stage_at_the_same_time(scene: Scene) -> None:
    """Both see an empty stage. One of them has it from then on, the other is told, and nobody moves it again (9)."""
    stacks = []
    for name in ("orders", "invoices"):
        config = {"name": name, "publish[0].file": f"{name}.txt", **scene.stage_config("dev")}
        stacks.append(scene.stack(name, config=config))
    _meet(scene, "UpdateStage")
    _at_once(*(stack.up for stack in stacks))
    scene.sandbox.faults.clear()
    ids = [certificate(stack)["clientCertificateId"] for stack in stacks]
    assert sorted(scene.moves()) == sorted(("dev", one) for one in ids)
    assert sorted(scene.ids()) == sorted(ids)
    winner = ids.index(scene.presented("dev"))

    before = scene.mark()
    scene.at(1)
    said = refused(stacks[1 - winner].up("--refresh"))
    assert f"presents {ids[winner]}, a live certificate of another rotation" in said
    ok(stacks[winner].up("--refresh"))
    quiet(stacks[winner])
    assert scene.actions(before) == []


def test_a_second_run_without_the_lock_adopts_what_the_first_has_generated(scene: Scene) -> None:
    """The first is held between its generation and its state: there is no second certificate (invariant 5)."""
    stack = scene.stack()
    ok(stack.up())
    scene.at(336)
    generated, finished = threading.Event(), threading.Event()

    def hold(_moment: object) -> None:
        generated.set()
        finished.wait(PATIENCE_SECONDS)

    scene.sandbox.faults.clear()
    scene.sandbox.faults.add(
        Fault(kind=FaultKind.CALL_BACK, action="GenerateClientCertificate", calls=(1,), callback=hold)
    )

    def second() -> Outcome:
        assert generated.wait(PATIENCE_SECONDS)
        _unlock(stack)
        try:
            return stack.up()
        finally:
            finished.set()

    before = scene.mark()
    outcomes = _at_once(stack.up, second)
    ok(outcomes[1])
    assert scene.actions(before) == ["GenerateClientCertificate"]
    first, successor = scene.ids()
    assert certificate(stack)["pendingClientCertificateId"] == successor

    _complete(scene, stack)
    assert scene.ids() == [successor]
    assert scene.presented("dev") == scene.presented("prod") == successor != first
    quiet(stack)


def test_two_runs_without_the_lock_generate_at_the_same_instant(scene: Scene) -> None:
    """Nothing at AWS tells them of each other: one certificate too many, and none after the rotation (invariant 5)."""
    stack = scene.stack()
    ok(stack.up())
    twin = scene.stack(folder="twin", backend="twin-backend")
    shutil.copytree(stack.backend, twin.backend, dirs_exist_ok=True)
    shutil.copytree(stack.folder, twin.folder, dirs_exist_ok=True)
    scene.at(336)
    _meet(scene, "GenerateClientCertificate")
    before = scene.mark()
    for outcome in _at_once(stack.up, twin.up):
        ok(outcome)
    assert scene.actions(before) == ["GenerateClientCertificate"] * 2
    scene.sandbox.faults.clear()

    # One of the two states is the one that later runs go on from.
    _complete(scene, stack)
    assert len(scene.ids()) == 1
    assert scene.presented("dev") == scene.presented("prod") == scene.ids()[0]
    assert numbers(stack) == {2: "active"}
    quiet(stack)


def test_two_runners_whose_clocks_are_minutes_apart(scene: Scene) -> None:
    """One is ahead, one behind, and they take turns: each step once, none before its time (invariants 1, 2, 5)."""
    stack = scene.stack()
    ok(stack.up())
    before = scene.mark()
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
        scene.at(day)
        runner = scene.now + timedelta(minutes=minutes)
        stack.env["APIGW_CLIENT_CERT_NOW"] = f"{runner:%Y-%m-%dT%H:%M:%SZ}"
        ok(stack.up("--refresh"))
    (successor,) = scene.ids()
    assert sorted(scene.moves(before)) == [("dev", successor), ("prod", successor)]
    assert Counter(scene.actions(before)) == {
        "GenerateClientCertificate": 1,
        "UpdateStage": 2,
        "DeleteClientCertificate": 1,
    }
    generated, *_, moved, _deleted = [entry.at for entry in scene.changes(before)]
    assert moved - generated >= timedelta(hours=24) * 0.9
    quiet(stack)


def test_the_threads_of_one_provider_share_a_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four threads, forty stages: every one is bound, and the account is asked for once."""
    with Sandbox() as sandbox:
        for name, value in sandbox.environment.items():
            monkeypatch.setenv(name, value)
        stages = [f"s{number}" for number in range(40)]
        api = sandbox.by_hand.create_rest_api("orders", stages=stages)
        made = sandbox.by_hand.generate_certificate()
        place = Connection(region=sandbox.region, endpoint_url=sandbox.endpoint_url)
        together = threading.Barrier(PROVIDER_THREADS)

        def bind(mine: list[str]) -> str | None:
            together.wait(PATIENCE_SECONDS)
            gateway = gateway_for(place)
            for stage in mine:
                assert gateway.presented(StageRef(api, stage)) is None
                gateway.bind(StageRef(api, stage), made)
            return gateway.account_id()

        with ThreadPoolExecutor(PROVIDER_THREADS) as threads:
            shares = [stages[number::PROVIDER_THREADS] for number in range(PROVIDER_THREADS)]
            accounts = set(threads.map(bind, shares))
        assert accounts == {sandbox.account_id}
        assert {stage.client_certificate_id for stage in sandbox.stages()} == {made}
        assert len(sandbox.journal.calls("GetCallerIdentity")) == 1


def test_two_hundred_bindings_in_one_stack(scene: Scene, record_testsuite_property: Callable[[str, Any], None]) -> None:
    """Each stage costs two GET and one PATCH to create and one of each to move; the scan, one GetStages per API."""
    scene.sandbox.faults.clear()
    config: dict[str, object] = {"name": "orders", "publish[0].file": "pins.txt", "publish[0].content": "sha256"}
    per_api = 10
    for number in range(BINDINGS // per_api):
        stages = [f"s{one}" for one in range(per_api)]
        api = scene.sandbox.by_hand.create_rest_api(f"api{number}", stages=stages)
        for stage in stages:
            path = f"stages.a{number}-{stage}"
            config |= {f"{path}.restApiId": api, f"{path}.stageName": stage}
    stack = scene.stack(config=config)
    for day in (0, 336, 337):
        scene.at(day)
        before = scene.mark()
        began = time.monotonic()
        ok(stack.up())
        seconds = round(time.monotonic() - began, 1)
        calls = scene.sandbox.journal.calls(since=before)
        record_testsuite_property(f"200 bindings, seconds on day {day}", seconds)
        counts = Counter(one.action for one in calls)
        # The certificate's creation looks at each before it makes anything.
        expected = {0: (2 * BINDINGS, BINDINGS), 336: (0, 0), 337: (BINDINGS, BINDINGS)}[day]
        assert (counts["GetStage"], counts["UpdateStage"]) == expected
    presented = {stage.client_certificate_id for stage in scene.sandbox.stages() if stage.stage_name.startswith("s")}
    assert presented == {scene.ids()[1]}

    scene.at(338)
    before = scene.mark()
    ok(stack.up())
    scan = Counter(one.action for one in scene.sandbox.journal.calls(since=before))
    assert scan["GetStages"] == BINDINGS // per_api + 1
