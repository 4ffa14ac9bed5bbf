"""A switch that went wrong is taken back by the next run, and no probe or trial holds a stage on what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from acceptance.faulty_proxy import PROC, Fault, update_stage
from tests.harm.conftest import STAGES, Scenario, ok, sha256

if TYPE_CHECKING:
    from acceptance.faulty_proxy import FaultyProxy
    from acceptance.pulumi_stack import PulumiStack

pytestmark = pytest.mark.e2e
needs_proc = pytest.mark.skipif(not (PROC / "net/tcp").exists(), reason="finds the process to kill in Linux's /proc")


def _probed(scenario: Scenario, stage: str) -> dict[str, Any]:
    """A stage that is asked after each switch."""
    probe = {"url": scenario.sandbox.invoke_url(scenario.api, stage), "interval": "1s", "attempts": 5}
    return {**scenario.place(stage), "confirm": probe}


def _refuse(scenario: Scenario, *certificates: str) -> None:
    """From now on the backend answers these with 403, whatever is published."""
    scenario.reader.refuses = {sha256(scenario.pem(one)) for one in certificates}


def _eve(scenario: Scenario, **props: Any) -> PulumiStack:
    """A stack whose first certificate was confirmed on day 0 and whose second one is published; day 337."""
    stack = scenario.orders(**props)
    ok(stack.up())
    scenario.at(336)
    ok(stack.up())
    scenario.at(337)
    return stack


@needs_proc
def _confirmed(scenario: Scenario, **props: Any) -> tuple[PulumiStack, str, str]:
    """Half a day after both stages moved to the second certificate; returns the two."""
    stack = _eve(scenario, **props)
    ok(stack.up())
    first, second = scenario.ids()
    assert scenario.presented("dev") == scenario.presented("prod") == second
    scenario.at(337.5)
    return stack, first, second


def _goes_back(scenario: Scenario, stack: PulumiStack, former: str, day: float, *, refresh: bool) -> None:
    """The next run, which is red, lets dev present what it did before; once its backend accepts all, a run is green."""
    with scenario.traffic("dev") as traffic:
        assert traffic.failed()
        outcome = stack.up("--refresh") if refresh else stack.up()
        assert not outcome.succeeded, outcome.output
        mended = traffic.go_on()
        assert scenario.presented("dev") == former, outcome.output
        assert "othing was changed" not in outcome.output
        _refuse(scenario)
        scenario.at(day)
        ok(stack.up())
        traffic.go_on()
    assert traffic.failed(mended) == []


@pytest.mark.parametrize("refresh", [False, True], ids=["plain", "refresh"])
def test_the_provider_is_killed_between_the_switch_and_its_probe(
    scenario: Scenario, proxy: FaultyProxy, *, refresh: bool
) -> None:
    """The backend refuses the new certificate, and no state says that it was tried."""
    stages = {"dev": _probed(scenario, "dev")}
    stack = _eve(scenario, stages=stages, endpointUrl=proxy.url)
    first, second = scenario.ids()
    _refuse(scenario, second)
    proxy.fail(update_stage("dev"), Fault.KILL_CALLER)
    assert not stack.up().succeeded
    assert scenario.presented("dev") == second
    _goes_back(scenario, stack, first, 338, refresh=refresh)
    assert scenario.presented("dev") == second


def test_the_way_back_is_denied_in_one_run(scenario: Scenario, proxy: FaultyProxy) -> None:
    """The error says what the stage presents; the next run takes the way, and the one after it moves on."""
    stack = _eve(scenario, stages={"dev": _probed(scenario, "dev")}, endpointUrl=proxy.url)
    first, second = scenario.ids()
    _refuse(scenario, second)
    proxy.fail(update_stage("dev"), Fault.DENY, 99, after=update_stage("dev"))
    outcome = stack.up()
    assert not outcome.succeeded
    assert scenario.presented("dev") == second
    assert f"The stage presents {second} now" in outcome.output
    proxy.mend()
    with scenario.traffic("dev") as traffic:
        outcome = stack.up()
        assert not outcome.succeeded, outcome.output
        mended = traffic.go_on()
        assert scenario.presented("dev") == first, outcome.output
        _refuse(scenario)
        scenario.at(338)
        ok(stack.up())
        traffic.go_on()
    assert traffic.failed(mended) == []
    assert scenario.presented("dev") == second


def test_a_rollback_while_the_probe_fails_already(scenario: Scenario) -> None:
    """The backend turns the new certificate down a day after it was confirmed; the runbook's way is taken."""
    stages = {stage: _probed(scenario, stage) for stage in STAGES}
    stack, first, second = _confirmed(scenario, stages=stages)
    with scenario.traffic() as traffic:
        traffic.go_on()
        _refuse(scenario, second)
        scenario.declare(stack, stages=stages, pinGeneration=1)
        ok(stack.up("--refresh"))
        rolled_back = traffic.go_on()
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed(rolled_back) == []
    assert scenario.presented("dev") == scenario.presented("prod") == first


@pytest.mark.parametrize("why", ["not-named", "cannot-be-asked"])
def test_a_rollback_whose_trial_proves_nothing(scenario: Scenario, why: str) -> None:
    """The new certificate is refused; the old one is accepted without a name, or the trial's method is gone."""
    verify = {"resource": "/", "method": "GET"}
    stack, first, second = _confirmed(scenario, verify=verify)
    with scenario.traffic() as traffic:
        traffic.go_on()
        _refuse(scenario, second)
        if why == "not-named":
            scenario.reader.echoes = False
        else:
            verify = {"resource": "/no-longer-there"}
        scenario.declare(stack, verify=verify, pinGeneration=1)
        ok(stack.up("--refresh"))
        rolled_back = traffic.go_on()
        # Unproven, so red; and it stays where it is accepted.
        assert not stack.up("--refresh").succeeded
        traffic.go_on()
    assert traffic.failed(rolled_back) == []
    assert scenario.presented("dev") == scenario.presented("prod") == first


def test_an_unbound_stage_whose_backend_lost_its_echo(scenario: Scenario) -> None:
    """It refuses whoever shows nothing: any certificate that it may accept is better."""
    stack = scenario.orders(verify={"resource": "/"})
    ok(stack.up())
    (first,) = scenario.ids()
    scenario.reader.echoes = False
    with scenario.traffic() as traffic:
        traffic.go_on()
        scenario.sandbox.console.bind(scenario.api, "dev", None)
        outcome = stack.up("--refresh")
        bound = traffic.go_on()
        assert scenario.presented("dev") == first, outcome.output
        # Not proven, which is said in each run until it is.
        assert not stack.up("--refresh").succeeded
        traffic.go_on()
        scenario.reader.echoes = True
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed(bound) == []
    assert scenario.presented("dev") == scenario.presented("prod") == first


def _foreign_on_dev(scenario: Scenario, **props: Any) -> tuple[PulumiStack, str]:
    """The binding may take over a live certificate of somebody else's, which the bundle trusts; its lead has passed."""
    theirs = scenario.sandbox.console.generate_certificate()
    scenario.sandbox.console.bind(scenario.api, "dev", theirs)
    stack = scenario.orders(
        stages={"dev": _probed(scenario, "dev")}, takeOver=True, alsoTrust=[scenario.pem(theirs)], **props
    )
    ok(stack.up())
    assert scenario.presented("dev") == theirs
    scenario.at(1)
    return stack, theirs


@needs_proc
@pytest.mark.parametrize("refresh", [False, True], ids=["plain", "refresh"])
def test_the_provider_is_killed_between_a_take_over_and_its_probe(
    scenario: Scenario, proxy: FaultyProxy, *, refresh: bool
) -> None:
    """The backend refuses ours, and what the stage presented is nobody's here."""
    stack, theirs = _foreign_on_dev(scenario, endpointUrl=proxy.url)
    (ours,) = {*scenario.ids()} - {theirs}
    _refuse(scenario, ours)
    proxy.fail(update_stage("dev"), Fault.KILL_CALLER)
    assert not stack.up().succeeded
    assert scenario.presented("dev") == ours
    _goes_back(scenario, stack, theirs, 2, refresh=refresh)
    assert scenario.presented("dev") == ours


@needs_proc
def test_the_provider_is_killed_in_the_creation_of_a_binding_that_takes_over(
    scenario: Scenario, proxy: FaultyProxy
) -> None:
    """No state tells what the stage presented: the bundle does, which trusts one certificate besides ours."""
    theirs = scenario.sandbox.console.generate_certificate()
    scenario.sandbox.console.bind(scenario.api, "dev", theirs)
    props: dict[str, Any] = {"takeOver": True, "alsoTrust": [scenario.pem(theirs)], "endpointUrl": proxy.url}
    stack = scenario.orders(stages={"prod": scenario.place("prod")}, **props)
    ok(stack.up())
    (ours,) = {*scenario.ids()} - {theirs}
    _refuse(scenario, ours)
    scenario.at(2)
    scenario.declare(stack, stages={"prod": scenario.place("prod"), "dev": _probed(scenario, "dev")}, **props)
    proxy.fail(update_stage("dev"), Fault.KILL_CALLER)
    assert not stack.up().succeeded
    assert scenario.presented("dev") == ours
    with scenario.traffic("dev") as traffic:
        outcome = stack.up("--refresh")
        assert not outcome.succeeded, outcome.output
        mended = traffic.go_on()
        assert scenario.presented("dev") == theirs, outcome.output
        scenario.at(2.5)
        outcome = stack.up("--refresh")
        assert f"refused {ours} on" in outcome.output
        traffic.go_on()
    assert traffic.failed(mended) == []
    assert scenario.presented("dev") == theirs


def test_what_was_refused_is_not_tried_on_live_traffic_in_the_next_runs(scenario: Scenario) -> None:
    """``confirm`` alone: one run's callers pay for the answer, and no further one's until the remedy is taken."""
    stage = _probed(scenario, "dev")
    stack = _eve(scenario, stages={"dev": stage})
    first, second = scenario.ids()
    _refuse(scenario, second)
    with scenario.traffic("dev") as traffic:
        assert not stack.up().succeeded
        known = traffic.go_on()
        moved = scenario.mark()
        for day, options in ((337.3, ["--refresh"]), (337.6, []), (337.9, ["--refresh"])):
            scenario.at(day)
            outcome = stack.up(*options)
            assert not outcome.succeeded, outcome.output
            assert f"refused {second} on" in outcome.output
            traffic.go_on()
        assert scenario.moves(moved) == []
        assert scenario.presented("dev") == first
        _refuse(scenario)
        scenario.declare(stack, stages={"dev": {**stage, "confirm": {**stage["confirm"], "attempts": 6}}})
        ok(stack.up())
        traffic.go_on()
    assert traffic.failed(known) == []
    assert scenario.presented("dev") == second


def test_a_switch_that_nobody_asked_about_goes_back_once_it_is_asked_about(scenario: Scenario) -> None:
    """The backend was not reloaded since the issue; ``confirm`` is added on the day after the outage began."""
    nightly = scenario.nightly()
    plain = {"prod": scenario.place("prod")}
    stack = scenario.orders(stages=plain)
    ok(stack.up())
    nightly.reload()
    for day in (336, 337):
        scenario.at(day)
        ok(stack.up("--refresh"))
    first, second = scenario.ids()
    assert scenario.presented("prod") == second
    with scenario.traffic("prod") as traffic:
        assert traffic.failed()
        scenario.at(338)
        scenario.declare(stack, stages={"prod": _probed(scenario, "prod")})
        outcome = stack.up("--refresh")
        mended = traffic.go_on()
        assert not outcome.succeeded, outcome.output
        assert scenario.presented("prod") == first, outcome.output
        nightly.reload()
        scenario.at(340)
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed(mended) == []
    assert scenario.presented("prod") == second
