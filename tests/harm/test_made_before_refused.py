"""What a creation refuses, it refuses with nothing made; and each remedy is performed (issue 11, fault 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_sandbox import Fault, FaultKind
from tests.harm.conftest import PROGRAMS, STAGES, ok, refused
from tests.harm.foreign import bound_and_trusted

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e

ACM_ARN = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


def _refused_with_nothing_made(scenario: Scenario, stack: PulumiStack) -> str:
    """The words of an update that must fail, and did so before any change."""
    before, held = scenario.mark(), scenario.published()
    said = refused(stack.up())
    assert [entry.action for entry in scenario.changes(before)] == []
    assert scenario.published() == held
    return said


def _rotated(scenario: Scenario, stack: PulumiStack, *days: float) -> None:
    """Scheduled runs on these days, each of which must succeed and leave what is presented trusted."""
    for day in days:
        scenario.at(day)
        ok(stack.up("--refresh"))
        assert scenario.trusted_everywhere()


def test_a_stage_with_a_foreign_certificate_that_is_adopted(scenario: Scenario) -> None:
    """The refusal names the stage; with adopt_client_certificate_id nothing but tags change on that stage."""
    theirs = bound_and_trusted(scenario, *STAGES)
    stack = scenario.orders()
    with scenario.traffic() as traffic:
        said = _refused_with_nothing_made(scenario, stack)
        assert f"{scenario.api}/dev" in said
        assert theirs in said
        # What was written there by hand is replaced by the same trust.
        scenario.declare(stack, adoptClientCertificateId=theirs, takeOver=True)
        before = scenario.mark()
        ok(stack.up())
        assert [entry.action for entry in scenario.changes(before)] == ["TagResource"]
        _rotated(scenario, stack, 336, 337, 338, 341)
        traffic.go_on()
    assert traffic.failed() == []
    assert theirs not in scenario.ids()


def test_a_stage_with_a_foreign_certificate_that_is_taken_over(scenario: Scenario) -> None:
    """With take_over and its PEM in also_trust the stages move after the lead, and no request fails."""
    theirs = bound_and_trusted(scenario, *STAGES)
    stack = scenario.orders()
    with scenario.traffic() as traffic:
        _refused_with_nothing_made(scenario, stack)
        scenario.declare(stack, takeOver=True)
        assert "also" in _refused_with_nothing_made(scenario, stack)
        scenario.declare(stack, takeOver=True, alsoTrust=[scenario.pem(theirs)])
        ok(stack.up())
        assert scenario.presented("dev") == theirs
        _rotated(scenario, stack, 1)
        assert scenario.presented("dev") != theirs
        traffic.go_on()
        # Nobody presents it any more, so that it may go.
        scenario.declare(stack)
        _rotated(scenario, stack, 2)
        traffic.go_on()
    assert traffic.failed() == []
    assert theirs not in scenario.held()


def test_a_stage_that_is_missing(scenario: Scenario) -> None:
    """Named before a certificate is made for it; created, the same program runs."""
    stages = {stage: scenario.place(stage) for stage in (*STAGES, "ghost")}
    stack = scenario.orders(stages=stages)
    assert "ghost" in _refused_with_nothing_made(scenario, stack)
    scenario.sandbox.console.create_stage(scenario.api, "ghost")
    ok(stack.up())
    assert {scenario.presented(stage) for stage in stages} == {*scenario.ids()}


def test_a_stage_that_presents_a_certificate_of_acm(scenario: Scenario) -> None:
    """Refused like any other foreign one, before anything is made."""
    scenario.sandbox.console.bind(scenario.api, "dev", ACM_ARN)
    stack = scenario.orders()
    assert f"{scenario.api}/dev" in _refused_with_nothing_made(scenario, stack)
    assert scenario.presented("dev") == ACM_ARN


def test_a_websocket_stage_that_presents_somebody_elses(scenario: Scenario) -> None:
    """The other family of APIs is looked at, too."""
    api = scenario.sandbox.console.create_websocket_api("chat", ["live"])
    scenario.sandbox.console.bind(api, "live", scenario.sandbox.console.generate_certificate())
    stack = scenario.orders(stages={"live": {"webSocketApiId": api, "stageName": "live"}})
    if scenario.host == "dynamic":
        scenario.write(stack, (PROGRAMS / "websocket.py").read_text())
    assert f"{api}/live" in _refused_with_nothing_made(scenario, stack)


def test_a_target_that_is_taken(scenario: Scenario) -> None:
    """What is in it may be what a stage of somebody else needs: kept with take_over and also_trust."""
    theirs = bound_and_trusted(scenario, "prod")
    stack = scenario.orders(stages={"dev": scenario.place("dev")})
    with scenario.traffic("prod") as traffic:
        assert scenario.trusted.name in _refused_with_nothing_made(scenario, stack)
        scenario.declare(stack, stages={"dev": scenario.place("dev")}, takeOver=True, alsoTrust=[scenario.pem(theirs)])
        ok(stack.up())
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.trusted_everywhere()
    assert scenario.presented("prod") == theirs


def test_a_target_that_is_taken_with_take_over_and_without_also_trust(scenario: Scenario) -> None:
    """take_over replaces a content, not the trust in what a stage presents at this moment."""
    theirs = bound_and_trusted(scenario, "prod")
    stack = scenario.orders(stages={"dev": scenario.place("dev")}, takeOver=True)
    with scenario.traffic("prod") as traffic:
        stack.up()
        traffic.go_on()
    assert traffic.failed() == []
    assert theirs in scenario.held()


def test_a_target_that_cannot_be_written(scenario: Scenario) -> None:
    """A folder in its place: seen before anything is made, and mended, nothing else is needed."""
    scenario.trusted.mkdir(parents=True)
    stack = scenario.orders()
    before = scenario.mark()
    assert scenario.trusted.name in refused(stack.up())
    assert scenario.changes(before) == []
    scenario.trusted.rmdir()
    ok(stack.up())
    assert scenario.trusted_everywhere()


def test_a_parameter_that_may_not_be_read(scenario: Scenario) -> None:
    """What the look cannot see counts as harm; the error names the target."""
    scenario.sandbox.faults.add(Fault(kind=FaultKind.ACCESS_DENIED, action="GetParameter", repeats=True))
    stack = scenario.orders(publish=[{"type": "ssm", "name": "/orders/pins", "content": "sha256"}])
    assert "/orders/pins" in _refused_with_nothing_made(scenario, stack)
    scenario.sandbox.faults.clear()
    ok(stack.up())


@pytest.mark.parametrize("remedy", ["an alias", "adopting"])
def test_a_component_that_was_renamed(scenario: Scenario, remedy: str) -> None:
    """Refused with nothing made; an alias of the former name, or adopting, goes on with what there is."""
    stack = scenario.orders()
    ok(stack.up())
    (first,) = scenario.ids()
    scenario.at(10)
    with scenario.traffic() as traffic:
        before = scenario.mark()
        scenario.declare(stack, "invoices")
        said = _refused_with_nothing_made(scenario, stack)
        assert "alias" in said
        if remedy == "an alias":
            scenario.declare(stack, "invoices", formerName="orders")
        else:
            assert first in said
            scenario.declare(stack, "invoices", adoptClientCertificateId=first)
        ok(stack.up())
        traffic.go_on()
        assert scenario.moves(before) == []
        assert scenario.ids() == [first]
        _rotated(scenario, stack, 336, 337)
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.presented("dev") == scenario.presented("prod") == scenario.ids()[1]


def test_a_renamed_component_whose_former_run_was_refused_has_its_name_put_back(scenario: Scenario) -> None:
    """The simplest remedy of all; it must find everything as it was."""
    stack = scenario.orders()
    ok(stack.up())
    scenario.at(10)
    with scenario.traffic() as traffic:
        scenario.declare(stack, "invoices")
        _refused_with_nothing_made(scenario, stack)
        before = scenario.mark()
        scenario.declare(stack)
        ok(stack.up())
        ok(stack.preview("--expect-no-changes"))
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.changes(before) == []
