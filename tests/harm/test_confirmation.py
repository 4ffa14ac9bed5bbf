"""A switch that went wrong is taken back by the next run, and no probe or trial holds a stage on what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from acceptance.faulty_proxy import PROC, Fault, update_stage
from tests.harm.conftest import STAGES, Scene, ok, sha256

if TYPE_CHECKING:
    from acceptance.faulty_proxy import FaultyProxy
    from acceptance.pulumi_stack import PulumiStack

pytestmark = pytest.mark.e2e
needs_proc = pytest.mark.skipif(not (PROC / "net/tcp").exists(), reason="finds the process to kill in Linux's /proc")


def _probed(scene: Scene, stage: str) -> dict[str, Any]:
    """A stage that is asked after each switch."""
    probe = {"url": scene.sandbox.invoke_url(scene.api, stage), "interval": "1s", "attempts": 5}
    return {**scene.place(stage), "confirm": probe}


def _refuse(scene: Scene, *certificates: str) -> None:
    """From now on the backend answers these with 403, whatever is published."""
    scene.reader.refuses = {sha256(scene.pem(one)) for one in certificates}


def _eve(scene: Scene, **props: Any) -> PulumiStack:
    """A stack whose first certificate was confirmed on day 0 and whose second one is published; day 337."""
    stack = scene.orders(**props)
    ok(stack.up())
    scene.at(336)
    ok(stack.up())
    scene.at(337)
    return stack


@needs_proc
def _confirmed(scene: Scene, **props: Any) -> tuple[PulumiStack, str, str]:
    """Half a day after both stages moved to the second certificate; returns the two."""
    stack = _eve(scene, **props)
    ok(stack.up())
    first, second = scene.ids()
    assert scene.presented("dev") == scene.presented("prod") == second
    scene.at(337.5)
    return stack, first, second


def _goes_back(scene: Scene, stack: PulumiStack, former: str, day: float, *, refresh: bool) -> None:
    """The next run, which is red, lets dev present what it did before; once its backend accepts all, a run is green."""
    with scene.traffic("dev") as traffic:
        assert traffic.failed()
        outcome = stack.up("--refresh") if refresh else stack.up()
        assert not outcome.succeeded, outcome.output
        mended = traffic.go_on()
        assert scene.presented("dev") == former, outcome.output
        assert "othing was changed" not in outcome.output
        _refuse(scene)
        scene.at(day)
        ok(stack.up())
        traffic.go_on()
    assert traffic.failed(mended) == []


@pytest.mark.parametrize("refresh", [False, True], ids=["plain", "refresh"])
def test_the_provider_is_killed_between_the_switch_and_its_probe(
    scene: Scene, proxy: FaultyProxy, *, refresh: bool
) -> None:
    """The backend refuses the new certificate, and no state says that it was tried."""
    stages = {"dev": _probed(scene, "dev")}
    stack = _eve(scene, stages=stages, endpointUrl=proxy.url)
    first, second = scene.ids()
    _refuse(scene, second)
    proxy.fail(update_stage("dev"), Fault.KILL_CALLER)
    assert not stack.up().succeeded
    assert scene.presented("dev") == second
    _goes_back(scene, stack, first, 338, refresh=refresh)
    assert scene.presented("dev") == second


def test_the_way_back_is_denied_in_one_run(scene: Scene, proxy: FaultyProxy) -> None:
    """The error says what the stage presents; the next run takes the way, and the one after it moves on."""
    stack = _eve(scene, stages={"dev": _probed(scene, "dev")}, endpointUrl=proxy.url)
    first, second = scene.ids()
    _refuse(scene, second)
    proxy.fail(update_stage("dev"), Fault.DENY, 99, after=update_stage("dev"))
    outcome = stack.up()
    assert not outcome.succeeded
    assert scene.presented("dev") == second
    assert f"The stage presents {second} now" in outcome.output
    proxy.mend()
    with scene.traffic("dev") as traffic:
        outcome = stack.up()
        assert not outcome.succeeded, outcome.output
        mended = traffic.go_on()
        assert scene.presented("dev") == first, outcome.output
        _refuse(scene)
        scene.at(338)
        ok(stack.up())
        traffic.go_on()
    assert traffic.failed(mended) == []
    assert scene.presented("dev") == second


def test_a_rollback_while_the_probe_fails_already(scene: Scene) -> None:
    """The backend turns the new certificate down a day after it was confirmed; the runbook's way is taken."""
    stages = {stage: _probed(scene, stage) for stage in STAGES}
    stack, first, second = _confirmed(scene, stages=stages)
    with scene.traffic() as traffic:
        traffic.go_on()
        _refuse(scene, second)
        scene.declare(stack, stages=stages, pinGeneration=1)
        ok(stack.up("--refresh"))
        rolled_back = traffic.go_on()
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed(rolled_back) == []
    assert scene.presented("dev") == scene.presented("prod") == first


@pytest.mark.parametrize("why", ["not-named", "cannot-be-asked"])
def test_a_rollback_whose_trial_proves_nothing(scene: Scene, why: str) -> None:
    """The new certificate is refused; the old one is accepted without a name, or the trial's method is gone."""
    verify = {"resource": "/", "method": "GET"}
    stack, first, second = _confirmed(scene, verify=verify)
    with scene.traffic() as traffic:
        traffic.go_on()
        _refuse(scene, second)
        if why == "not-named":
            scene.reader.echoes = False
        else:
            verify = {"resource": "/no-longer-there"}
        scene.declare(stack, verify=verify, pinGeneration=1)
        ok(stack.up("--refresh"))
        rolled_back = traffic.go_on()
        # Unproven, so red; and it stays where it is accepted.
        assert not stack.up("--refresh").succeeded
        traffic.go_on()
    assert traffic.failed(rolled_back) == []
    assert scene.presented("dev") == scene.presented("prod") == first


def test_an_unbound_stage_whose_backend_lost_its_echo(scene: Scene) -> None:
    """It refuses whoever shows nothing: any certificate that it may accept is better."""
    stack = scene.orders(verify={"resource": "/"})
    ok(stack.up())
    (first,) = scene.ids()
    scene.reader.echoes = False
    with scene.traffic() as traffic:
        traffic.go_on()
        scene.sandbox.by_hand.bind(scene.api, "dev", None)
        outcome = stack.up("--refresh")
        bound = traffic.go_on()
        assert scene.presented("dev") == first, outcome.output
        # Not proven, which is said in each run until it is.
        assert not stack.up("--refresh").succeeded
        traffic.go_on()
        scene.reader.echoes = True
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed(bound) == []
    assert scene.presented("dev") == scene.presented("prod") == first


def _foreign_on_dev(scene: Scene, **props: Any) -> tuple[PulumiStack, str]:
    """The binding may take over a live certificate of somebody else's, which the bundle trusts; its lead has passed."""
    theirs = scene.sandbox.by_hand.generate_certificate()
    scene.sandbox.by_hand.bind(scene.api, "dev", theirs)
    stack = scene.orders(stages={"dev": _probed(scene, "dev")}, takeOver=True, alsoTrust=[scene.pem(theirs)], **props)
    ok(stack.up())
    assert scene.presented("dev") == theirs
    scene.at(1)
    return stack, theirs


@needs_proc
@pytest.mark.parametrize("refresh", [False, True], ids=["plain", "refresh"])
def test_the_provider_is_killed_between_a_take_over_and_its_probe(
    scene: Scene, proxy: FaultyProxy, *, refresh: bool
) -> None:
    """The backend refuses ours, and what the stage presented is nobody's here."""
    stack, theirs = _foreign_on_dev(scene, endpointUrl=proxy.url)
    (ours,) = {*scene.ids()} - {theirs}
    _refuse(scene, ours)
    proxy.fail(update_stage("dev"), Fault.KILL_CALLER)
    assert not stack.up().succeeded
    assert scene.presented("dev") == ours
    _goes_back(scene, stack, theirs, 2, refresh=refresh)
    assert scene.presented("dev") == ours


@needs_proc
def test_the_provider_is_killed_in_the_creation_of_a_binding_that_takes_over(scene: Scene, proxy: FaultyProxy) -> None:
    """No state tells what the stage presented: the bundle does, which trusts one certificate besides ours."""
    theirs = scene.sandbox.by_hand.generate_certificate()
    scene.sandbox.by_hand.bind(scene.api, "dev", theirs)
    props: dict[str, Any] = {"takeOver": True, "alsoTrust": [scene.pem(theirs)], "endpointUrl": proxy.url}
    stack = scene.orders(stages={"prod": scene.place("prod")}, **props)
    ok(stack.up())
    (ours,) = {*scene.ids()} - {theirs}
    _refuse(scene, ours)
    scene.at(2)
    scene.declare(stack, stages={"prod": scene.place("prod"), "dev": _probed(scene, "dev")}, **props)
    proxy.fail(update_stage("dev"), Fault.KILL_CALLER)
    assert not stack.up().succeeded
    assert scene.presented("dev") == ours
    with scene.traffic("dev") as traffic:
        outcome = stack.up("--refresh")
        assert not outcome.succeeded, outcome.output
        mended = traffic.go_on()
        assert scene.presented("dev") == theirs, outcome.output
        scene.at(2.5)
        outcome = stack.up("--refresh")
        assert f"refused {ours} on" in outcome.output
        traffic.go_on()
    assert traffic.failed(mended) == []
    assert scene.presented("dev") == theirs


def test_what_was_refused_is_not_tried_on_live_traffic_in_the_next_runs(scene: Scene) -> None:
    """``confirm`` alone: one run's callers pay for the answer, and no further one's until the remedy is taken."""
    stage = _probed(scene, "dev")
    stack = _eve(scene, stages={"dev": stage})
    first, second = scene.ids()
    _refuse(scene, second)
    with scene.traffic("dev") as traffic:
        assert not stack.up().succeeded
        known = traffic.go_on()
        moved = scene.mark()
        for day, options in ((337.3, ["--refresh"]), (337.6, []), (337.9, ["--refresh"])):
            scene.at(day)
            outcome = stack.up(*options)
            assert not outcome.succeeded, outcome.output
            assert f"refused {second} on" in outcome.output
            traffic.go_on()
        assert scene.moves(moved) == []
        assert scene.presented("dev") == first
        _refuse(scene)
        scene.declare(stack, stages={"dev": {**stage, "confirm": {**stage["confirm"], "attempts": 6}}})
        ok(stack.up())
        traffic.go_on()
    assert traffic.failed(known) == []
    assert scene.presented("dev") == second
