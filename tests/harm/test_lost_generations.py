"""A certificate that AWS or the state does not know for a moment stays trusted, and stages go on (invariants 1, 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apigw_sandbox import Fault, FaultKind
from tests.harm.conftest import STAGES, ok, refused
from tests.harm.foreign import bound_and_trusted

if TYPE_CHECKING:
    from collections.abc import Callable

    from acceptance.pulumi_stack import PulumiStack
    from tests.harm.conftest import Scenario

pytestmark = pytest.mark.e2e
GET, LIST = "GetClientCertificate", "GetClientCertificates"


def _with_memory(scenario: Scenario) -> tuple[PulumiStack, int]:
    """A stack that ran once, and how many changes ago its certificate did not exist; ``faults.clear`` forgets it."""
    scenario.sandbox.faults.add(Fault(kind=FaultKind.STALE, action=GET, calls=(10**6,)))
    before, stack = scenario.mark(), scenario.orders()
    ok(stack.up())
    return stack, len(scenario.changes(before))


def _go_on(scenario: Scenario, stack: PulumiStack, days: tuple[float, ...], each: Callable[[], object]) -> None:
    for day in days:
        scenario.at(day)
        ok(stack.up("--refresh"))
        each()
        assert scenario.trusted_everywhere()


def test_one_refresh_does_not_find_the_certificate(scenario: Scenario) -> None:
    """The list knows it: nothing is changed, and it is said."""
    stack, behind = _with_memory(scenario)
    (first,) = scenario.ids()
    with scenario.traffic() as traffic:
        scenario.at(10)
        scenario.sandbox.faults.add(Fault(kind=FaultKind.STALE, action=GET, behind=behind))
        before = scenario.mark()
        said = stack.up("--refresh").output
        scenario.sandbox.faults.clear()
        traffic.go_on()
        assert scenario.changes(before) == []
        assert scenario.held() == [first]
        assert first in said
        _go_on(scenario, stack, (10.1, 11, 12), traffic.go_on)
    assert traffic.failed() == []
    assert scenario.ids() == [first]


def test_one_refresh_finds_the_certificate_nowhere(scenario: Scenario) -> None:
    """Neither by its id nor in the list: a successor is made, and what the stages present stays trusted."""
    stack, behind = _with_memory(scenario)
    with scenario.traffic() as traffic:
        scenario.at(10)
        for action in (GET, LIST):
            scenario.sandbox.faults.add(Fault(kind=FaultKind.STALE, action=action, behind=behind))
        stack.up("--refresh")
        scenario.sandbox.faults.clear()
        traffic.go_on()
        assert scenario.trusted_everywhere()
        _go_on(scenario, stack, (10.1, 11, 12, 15, 16), traffic.go_on)
    assert traffic.failed() == []


def test_the_list_alone_does_not_find_the_certificate(scenario: Scenario) -> None:
    """By its id it is there: an answer that the two disagree on changes nothing."""
    stack, behind = _with_memory(scenario)
    with scenario.traffic() as traffic:
        scenario.at(10)
        scenario.sandbox.faults.add(Fault(kind=FaultKind.STALE, action=LIST, behind=behind))
        before = scenario.mark()
        stack.up("--refresh")
        scenario.sandbox.faults.clear()
        traffic.go_on()
        assert scenario.changes(before) == []
        _go_on(scenario, stack, (10.1, 11), traffic.go_on)
    assert traffic.failed() == []


def test_the_previous_certificate_is_not_found_while_a_wave_presents_it(scenario: Scenario) -> None:
    """Half of the stages have moved; what the others present stays trusted until they move."""
    scenario.sandbox.faults.add(Fault(kind=FaultKind.STALE, action=GET, calls=(10**6,)))
    before = scenario.mark()
    waves = [{"stages": {"dev": scenario.place("dev")}}, {"stages": {"prod": scenario.place("prod")}, "soak": "48h"}]
    stack = scenario.orders(stages=None, waves=waves)
    ok(stack.up())
    (first,) = scenario.ids()
    with scenario.traffic() as traffic:
        for day in (336, 337):
            scenario.at(day)
            ok(stack.up())
        assert scenario.presented("prod") == first != scenario.presented("dev")
        behind = len(scenario.changes(before))
        for action, resource in ((GET, first), (LIST, None)):
            scenario.sandbox.faults.add(Fault(kind=FaultKind.STALE, action=action, resource=resource, behind=behind))
        scenario.at(338)
        stack.up("--refresh")
        scenario.sandbox.faults.clear()
        traffic.go_on()
        assert scenario.trusted_everywhere()
        _go_on(scenario, stack, (339.1, 340, 341), traffic.go_on)
    assert traffic.failed() == []
    assert scenario.presented("prod") == scenario.presented("dev") != first


def test_one_look_does_not_find_what_somebody_bound(scenario: Scenario) -> None:
    """A stage was rolled over to their own certificate, which the file trusts: not ours to take away from."""
    stack, _behind = _with_memory(scenario)
    theirs = scenario.sandbox.console.generate_certificate()
    scenario.declare(stack, alsoTrust=[scenario.pem(theirs)])
    ok(stack.up())
    scenario.sandbox.console.bind(scenario.api, "dev", theirs)
    with scenario.traffic() as traffic:
        scenario.at(3)
        before = scenario.mark()
        scenario.sandbox.faults.add(Fault(kind=FaultKind.STALE, action=GET, resource=theirs, behind=2))
        said = refused(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    assert f"{scenario.api}/dev" in said
    assert "take_over" in said
    assert scenario.moves(before) == []


def test_one_look_does_not_find_what_is_taken_over(scenario: Scenario) -> None:
    """A stage whose certificate seems gone would be bound at once, to what its backend has not loaded yet."""
    scenario.sandbox.faults.add(Fault(kind=FaultKind.STALE, action=GET, calls=(10**6,)))
    theirs = bound_and_trusted(scenario, *STAGES)
    nightly = scenario.nightly()
    stack = scenario.orders(takeOver=True, alsoTrust=[scenario.pem(theirs)])
    with scenario.traffic() as traffic:
        scenario.sandbox.faults.add(Fault(kind=FaultKind.STALE, action=GET, resource=theirs, behind=4))
        before = scenario.mark()
        ok(stack.up())
        traffic.go_on()
        assert scenario.moves(before) == []
        scenario.sandbox.faults.clear()
        nightly.reload()
        _go_on(scenario, stack, (1.1,), traffic.go_on)
    assert traffic.failed() == []
    assert scenario.presented("dev") == scenario.presented("prod") != theirs


@pytest.mark.parametrize("lost", ["absent", "empty"])
def test_state_does_not_know_the_generations(scenario: Scenario, lost: str) -> None:
    """Damaged by a tool or a merge: refused or recovered, but the stages keep a certificate that is trusted."""
    stack = scenario.orders()
    ok(stack.up())
    state = stack.export()
    _forget(state, lost)
    stack.import_state(state)
    with scenario.traffic() as traffic:
        for day in (10.0, 10.1, 11.2, 12.3):
            scenario.at(day)
            stack.up("--refresh")
            traffic.go_on()
            assert scenario.trusted_everywhere()
    assert traffic.failed() == []


def _forget(state: dict[str, Any], lost: str) -> None:
    """No generations in the certificate's outputs."""
    for one in state["deployment"]["resources"]:
        if one["type"].endswith(":RotatingClientCertificate"):
            one["outputs"]["generations"] = []
            if lost == "absent":
                del one["outputs"]["generations"]
