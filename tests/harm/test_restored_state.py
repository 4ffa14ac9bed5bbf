"""State and program put back to an earlier day harm nothing that is in use (invariants 1, 12, 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.harm.conftest import STAGES, ok

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.harm.conftest import Scenario
    from tests.harm.traffic import Traffic

pytestmark = pytest.mark.e2e
# What changes triggers; what is set for the first time does not.
BEFORE = "as made"


def _triggered(scenario: Scenario, *, until: int, **props: Any) -> tuple[PulumiStack, dict[str, Any], str]:
    """A stack that rotated by a trigger, run daily until this day; its state and its published file of before that."""
    stack = scenario.orders(**props, rotationTrigger=BEFORE)
    ok(stack.up())
    before, file = stack.export(), scenario.published()
    scenario.declare(stack, **props, rotationTrigger="leaked")
    for day in range(10, until + 1):
        scenario.at(day)
        ok(stack.up("--refresh"))
    scenario.declare(stack, **props, rotationTrigger=BEFORE)
    return stack, before, file


def _two_waves(scenario: Scenario) -> dict[str, Any]:
    waves = [{"stages": {"dev": scenario.place("dev")}}, {"stages": {"prod": scenario.place("prod")}, "soak": "24h"}]
    return {"stages": None, "waves": waves}


def _go_on(scenario: Scenario, stack: PulumiStack, traffic: Traffic, *days: float, refresh: bool = True) -> None:
    """The scheduled runs; what stages present is trusted after each, whether it is red or green."""
    for day in days:
        scenario.at(day)
        outcome = stack.up(*["--refresh"] * refresh)
        traffic.go_on()
        assert scenario.trusted_everywhere(), outcome.output


@pytest.mark.parametrize("refresh", [True, False], ids=["refresh", "plain"])
def test_state_is_put_back_to_before_a_triggered_rotation(scenario: Scenario, *, refresh: bool) -> None:
    """Both certificates live; the state knows only the first, both stages present the second."""
    stack, before, _file = _triggered(scenario, until=12)
    assert scenario.presented("dev") == scenario.presented("prod") == scenario.ids()[1]
    stack.import_state(before)
    untrusted = scenario.watch()
    with scenario.traffic() as traffic:
        _go_on(scenario, stack, traffic, 12.5, 13.6, 14.7, 18, refresh=refresh)
    assert (traffic.failed(), untrusted) == ([], [])
    ok(stack.up("--refresh"))


def test_state_alone_is_put_back(scenario: Scenario) -> None:
    """The program still asks for the rotation that the state does not know: it is made once more, or found."""
    stack, before, _file = _triggered(scenario, until=12)
    scenario.declare(stack, rotationTrigger="leaked")
    stack.import_state(before)
    untrusted = scenario.watch()
    with scenario.traffic() as traffic:
        _go_on(scenario, stack, traffic, 12.5, 13.6, 14.7, 18)
    assert (traffic.failed(), untrusted) == ([], [])
    ok(stack.up("--refresh"))


def test_state_is_put_back_to_before_a_rotation_that_is_complete(scenario: Scenario) -> None:
    """The first certificate is deleted: what the state calls active is gone, and what is presented is not in it."""
    stack, before, _file = _triggered(scenario, until=15)
    (second,) = scenario.ids()
    assert scenario.presented("dev") == scenario.presented("prod") == second
    stack.import_state(before)
    untrusted = scenario.watch()
    with scenario.traffic() as traffic:
        _go_on(scenario, stack, traffic, 15.5, 16.6, 17.7, 21)
    assert (traffic.failed(), untrusted) == ([], [])
    ok(stack.up("--refresh"))


def test_state_is_put_back_while_the_first_wave_has_moved(scenario: Scenario) -> None:
    """One stage presents what the state does not know, the other what it knows."""
    stack, before, _file = _triggered(scenario, until=11, **_two_waves(scenario))
    assert scenario.presented("dev") != scenario.presented("prod")
    stack.import_state(before)
    untrusted = scenario.watch()
    with scenario.traffic() as traffic:
        _go_on(scenario, stack, traffic, 11.5, 12.6, 13.7, 14.8, 18)
    assert (traffic.failed(), untrusted) == ([], [])
    ok(stack.up("--refresh"))


def test_state_is_put_back_with_waves(scenario: Scenario) -> None:
    """Both waves present the second certificate: neither waits for a soak where it is not trusted."""
    stack, before, _file = _triggered(scenario, until=12, **_two_waves(scenario))
    (second,) = {scenario.presented(stage) for stage in STAGES}
    assert second == scenario.ids()[1]
    stack.import_state(before)
    untrusted = scenario.watch()
    with scenario.traffic() as traffic:
        _go_on(scenario, stack, traffic, 12.5, 13.6, 14.7, 18)
    assert (traffic.failed(), untrusted) == ([], [])
    ok(stack.up("--refresh"))


@pytest.mark.parametrize("waves", [False, True], ids=["stages", "waves"])
def test_state_and_file_are_put_back(scenario: Scenario, *, waves: bool) -> None:
    """A restored disk: both stages are refused until a run looks. It mends that, and no stage waits for a soak.

    A plain run of a state in which nothing is due calls nothing, and cannot know.
    """
    props = _two_waves(scenario) if waves else {}
    stack, before, file = _triggered(scenario, until=12, **props)
    with scenario.traffic() as traffic:
        stack.import_state(before)
        scenario.edit(file)
        scenario.at(12.5)
        outcome = stack.up("--refresh")
        mended = traffic.go_on()
        assert scenario.trusted_everywhere(), outcome.output
        _go_on(scenario, stack, traffic, 13.6, 14.7, 18)
    assert traffic.failed(mended) == []
    ok(stack.up("--refresh"))


def test_state_is_lost_between_two_waves(scenario: Scenario) -> None:
    """A new state adopts the second certificate, as the refusal advises; one stage still presents the first."""
    stack, _before, _file = _triggered(scenario, until=11, **_two_waves(scenario))
    first, second = scenario.ids()
    assert (scenario.presented("dev"), scenario.presented("prod")) == (second, first)
    state = stack.export()
    state["deployment"]["resources"] = []
    stack.import_state(state)
    untrusted = scenario.watch()
    with scenario.traffic() as traffic:
        scenario.at(11.5)
        stack.up()
        traffic.go_on()
        scenario.declare(stack, **_two_waves(scenario), adoptClientCertificateId=second, takeOver=True)
        _go_on(scenario, stack, traffic, 11.6, 12.7, 13.8, 17, 21)
    assert (traffic.failed(), untrusted) == ([], [])
