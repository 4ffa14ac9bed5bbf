"""Trust that the program no longer asks for stays as long as a stage presents what it is for (invariant 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_sandbox import Fault, FaultKind
from tests.harm.conftest import TRUSTED, ok, refused

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e


def _one_stage_each(scenario: Scenario) -> tuple[PulumiStack, str]:
    """The rotation has ``prod``; ``dev`` presents somebody's certificate, which the same file trusts."""
    theirs = scenario.sandbox.console.generate_certificate()
    scenario.sandbox.console.bind(scenario.api, "dev", theirs)
    stack = scenario.orders(stages={"prod": scenario.place("prod")}, alsoTrust=[scenario.pem(theirs)])
    ok(stack.up())
    assert theirs in scenario.held()
    return stack, theirs


def _without(scenario: Scenario, stack: PulumiStack) -> None:
    scenario.declare(stack, stages={"prod": scenario.place("prod")})


def test_also_trust_is_removed_while_a_stage_presents_it(scenario: Scenario) -> None:
    """It stays, is told once, and leaves when the stage has moved."""
    stack, theirs = _one_stage_each(scenario)
    with scenario.traffic() as traffic:
        scenario.at(1)
        _without(scenario, stack)
        said = ok(stack.up())
        traffic.go_on()
        assert theirs in scenario.held()
        assert f"{scenario.api}/dev" in said
        ok(stack.preview("--expect-no-changes"))
        for day in (2.1, 3.2):
            scenario.at(day)
            ok(stack.up("--refresh"))
            traffic.go_on()
            assert theirs in scenario.held()
        scenario.sandbox.console.bind(scenario.api, "dev", scenario.presented("prod"))
        for day in (4.3, 5.4):
            scenario.at(day)
            ok(stack.up())
            traffic.go_on()
    assert traffic.failed() == []
    assert scenario.held() == [scenario.presented("prod")]


def test_also_trust_is_removed_when_nobody_presents_it(scenario: Scenario) -> None:
    """It leaves in that run: a wish that harms nobody is granted at once."""
    stack, theirs = _one_stage_each(scenario)
    scenario.sandbox.console.bind(scenario.api, "dev", None)
    _without(scenario, stack)
    ok(stack.up())
    assert theirs not in scenario.held()
    ok(stack.preview("--expect-no-changes"))


def test_also_trust_is_removed_while_stages_cannot_be_looked_at(scenario: Scenario) -> None:
    """What the look could not see counts as harm."""
    stack, theirs = _one_stage_each(scenario)
    scenario.sandbox.faults.add(Fault(kind=FaultKind.ACCESS_DENIED, action="GetStages"))
    with scenario.traffic() as traffic:
        _without(scenario, stack)
        stack.up()
        traffic.go_on()
        assert theirs in scenario.held()
    assert traffic.failed() == []


def _of_another_region(scenario: Scenario) -> tuple[PulumiStack, str]:
    """The bundle's rotation lives in eu-west-1; ``dev`` is a stage of a region that nobody looks at."""
    theirs = scenario.sandbox.console.generate_certificate()
    scenario.sandbox.console.bind(scenario.api, "dev", theirs)
    stack = scenario.stack(program="wired")
    scenario.configure(stack, "certificates", {"far": {"region": "eu-west-1"}})
    _trusting(scenario, stack, alsoTrust=[scenario.pem(theirs)])
    ok(stack.up())
    assert theirs in scenario.held()
    return stack, theirs


def _trusting(scenario: Scenario, stack: PulumiStack, **inputs: object) -> None:
    target = {"type": "file", "path": TRUSTED, "content": "python"}
    scenario.configure(stack, "bundles", {"trust": {"certificates": ["far"], "targets": [target], **inputs}})


def test_also_trust_of_another_region_is_removed_while_a_stage_there_presents_it(scenario: Scenario) -> None:
    """No list that is looked at has it: it stays, quietly from the second run on, until somebody says otherwise."""
    stack, theirs = _of_another_region(scenario)
    with scenario.traffic("dev") as traffic:
        _trusting(scenario, stack)
        said = ok(stack.up())
        assert "a stage of another region or account may present it" in said
        ok(stack.preview("--expect-no-changes"))
        for day in (1.1, 2.2):
            scenario.at(day)
            ok(stack.up("--refresh"))
            traffic.go_on()
            assert theirs in scenario.held()
    assert traffic.failed() == []
    scenario.sandbox.console.bind(scenario.api, "dev", None)
    _trusting(scenario, stack, withdraw=[scenario.pem(theirs)])
    ok(stack.up())
    assert theirs not in scenario.held()
    ok(stack.preview("--expect-no-changes"))


def test_what_was_withdrawn_is_put_back_by_hand(scenario: Scenario) -> None:
    """It was said to go and is in use: on-call mends the file, and no run undoes that."""
    stack, theirs = _of_another_region(scenario)
    _trusting(scenario, stack, withdraw=[scenario.pem(theirs)])
    ok(stack.up())
    assert theirs not in scenario.held()
    scenario.edit(scenario.published() + scenario.pem(theirs) + "\n")
    with scenario.traffic("dev") as traffic:
        for day, *flags in ((0.1, "--refresh"), (1.2,), (2.3, "--refresh")):
            scenario.at(day)
            outcome = stack.up(*flags)
            traffic.go_on()
            assert theirs in scenario.held(), outcome.output
        assert "What has to stay trusted there goes into also_trust" in refused(outcome)
        _trusting(scenario, stack, alsoTrust=[scenario.pem(theirs)])
        for day in (2.4, 3.5):
            scenario.at(day)
            ok(stack.up("--refresh"))
            traffic.go_on()
            assert theirs in scenario.held()
    assert traffic.failed() == []


def test_also_trust_is_exchanged_while_a_stage_presents_it(scenario: Scenario) -> None:
    """A new entry in its place withdraws it as well."""
    stack, theirs = _one_stage_each(scenario)
    other = scenario.sandbox.console.generate_certificate()
    with scenario.traffic() as traffic:
        scenario.declare(stack, stages={"prod": scenario.place("prod")}, alsoTrust=[scenario.pem(other)])
        ok(stack.up())
        traffic.go_on()
        assert {theirs, other} < set(scenario.held())
    assert traffic.failed() == []


def test_also_trust_of_our_own_certificate_is_removed(scenario: Scenario) -> None:
    """Somebody listed what the rotation publishes anyway; taking it out again withdraws nothing."""
    stack = scenario.orders()
    ok(stack.up())
    (first,) = scenario.ids()
    with scenario.traffic() as traffic:
        for also in ([scenario.pem(first)], None):
            scenario.declare(stack, alsoTrust=also)
            ok(stack.up())
            traffic.go_on()
            assert scenario.held() == [first]
    assert traffic.failed() == []


def test_also_trust_is_removed_while_a_stage_waits_to_leave_it(scenario: Scenario) -> None:
    """The stage is taken over; what it presents until then leaves the program too early."""
    theirs = scenario.sandbox.console.generate_certificate()
    scenario.sandbox.console.bind(scenario.api, "dev", theirs)
    stack = scenario.orders(takeOver=True, alsoTrust=[scenario.pem(theirs)])
    ok(stack.up())
    assert scenario.presented("dev") == theirs
    with scenario.traffic() as traffic:
        scenario.declare(stack, takeOver=True)
        for day in (0.1, 1.2, 2.3, 3.4):
            scenario.at(day)
            outcome = stack.up("--refresh")
            traffic.go_on()
            assert scenario.trusted_everywhere(), outcome.output
    assert traffic.failed() == []
    assert scenario.presented("dev") == scenario.presented("prod") != theirs
    assert scenario.held() == [scenario.presented("prod")]


def test_a_bundle_is_replaced_without_its_also_trust(scenario: Scenario) -> None:
    """``--replace`` forgets what the bundle published; the stage that presents it does not."""
    stack, theirs = _one_stage_each(scenario)
    with scenario.traffic() as traffic:
        _without(scenario, stack)
        stack.up("--replace", scenario.urn(stack, "TrustBundle"))
        traffic.go_on()
        assert theirs in scenario.held()
        scenario.at(1)
        stack.up()
        traffic.go_on()
    assert traffic.failed() == []


def test_a_rotation_is_left_out_of_a_bundle_while_a_stage_presents_it(scenario: Scenario) -> None:
    """Of two certificates on one target, one is no longer published; its binding stays."""
    stack = scenario.stack(program="parts")
    target = {"type": "file", "path": "trusted.pem", "content": "python"}
    both = {"orders-trust": {"certificates": ["one", "two"], "targets": [target]}}
    stages = (("dev", "one"), ("prod", "two"))
    stack.configure(
        {
            "certificates": {"one": {}, "two": {}},
            "bundles": both,
            "bindings": {
                stage: {"certificate": of, "bundle": "orders-trust", **scenario.place(stage)} for stage, of in stages
            },
        }
    )
    ok(stack.up())
    with scenario.traffic() as traffic:
        both["orders-trust"]["certificates"] = ["one"]
        stack.configure({"bundles": both})
        for day, *flags in ((1.0,), (2.1,), (3.2, "--replace", scenario.urn(stack, "TrustBundle"))):
            scenario.at(day)
            stack.up(*flags)
            traffic.go_on()
            assert scenario.trusted_everywhere()
    assert traffic.failed() == []


def test_a_rotation_of_another_region_is_left_out_of_a_bundle(scenario: Scenario) -> None:
    """Neither inputs nor certificates name its region then: its stages are looked at each time, until they moved."""
    stack = scenario.stack(program="wired")
    target = {"type": "file", "path": TRUSTED, "content": "python"}
    scenario.configure(stack, "certificates", {"near": {}, "far": {"region": "eu-west-1"}})
    scenario.configure(stack, "bundles", {"trust": {"certificates": ["far", "near"], "targets": [target]}})
    scenario.configure(stack, "bindings", {"dev": {"certificate": "near", "bundle": "trust", **scenario.place("dev")}})
    ok(stack.up())
    near = scenario.presented("dev")
    with scenario.traffic("dev") as traffic:
        scenario.configure(stack, "bundles", {"trust": {"certificates": ["far"], "targets": [target]}})
        for day, *flags in ((1,), (2.1,), (3.2, "--refresh"), (4.3,)):
            scenario.at(day)
            ok(stack.up(*flags))
            traffic.go_on()
            assert near in scenario.held()
    assert traffic.failed() == []
    # Nothing is kept for ever: the stage presents nothing any more, and the next look sees it.
    scenario.configure(stack, "bindings", {})
    ok(stack.up())
    scenario.at(5.4)
    ok(stack.up())
    assert near not in scenario.held()


def test_the_list_is_denied_while_take_over_is_left_on(scenario: Scenario) -> None:
    """Another team adds its certificate to the file by hand. It is not overwritten unseen, nor once it is seen."""
    stack = scenario.orders(stages={"prod": scenario.place("prod")}, takeOver=True)
    ok(stack.up())
    theirs = scenario.sandbox.console.generate_certificate()
    scenario.edit(scenario.published() + scenario.pem(theirs) + "\n")
    scenario.sandbox.console.bind(scenario.api, "dev", theirs)
    with scenario.traffic() as traffic:
        scenario.at(1)
        scenario.sandbox.faults.add(Fault(kind=FaultKind.ACCESS_DENIED, action="GetClientCertificates"))
        assert TRUSTED in refused(stack.up("--refresh"))
        traffic.go_on()
        scenario.sandbox.faults.clear()
        scenario.at(2)
        assert f"{scenario.api}/dev" in refused(stack.up("--refresh"))
        traffic.go_on()
        assert theirs in scenario.held()
        also = [scenario.pem(theirs)]
        scenario.declare(stack, stages={"prod": scenario.place("prod")}, takeOver=True, alsoTrust=also)
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.trusted_everywhere()
