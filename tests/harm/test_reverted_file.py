"""A stage moves only to what its targets hold at that moment, whatever they held before (invariants 1, 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apigw_sandbox import Fault, FaultKind
from tests.harm.conftest import ok

if TYPE_CHECKING:
    from acceptance.pulumi_stack import Outcome, PulumiStack
    from tests.harm.conftest import Scenario
    from tests.harm.traffic import Request

pytestmark = pytest.mark.e2e


def _issued(scenario: Scenario, **props: Any) -> tuple[PulumiStack, str]:
    """A stack on day 336, and the file that its first run wrote: without the successor, which is published by now."""
    stack = scenario.orders(**props)
    ok(stack.up())
    before = scenario.published()
    scenario.at(336)
    ok(stack.up())
    assert len(scenario.held()) == 2
    return stack, before


def _mended(stack: PulumiStack) -> Outcome:
    """A plain run reads no target that has nothing to do; the binding looks, is red, and names what mends it."""
    outcome = stack.up()
    assert not outcome.succeeded, outcome.output
    assert "pulumi up --refresh" in outcome.output
    return stack.up("--refresh")


def _two_waves(scenario: Scenario) -> dict[str, Any]:
    waves = [{"stages": {"dev": scenario.place("dev")}}, {"stages": {"prod": scenario.place("prod")}, "soak": "24h"}]
    return {"stages": None, "waves": waves}


def _of(stage: str, requests: list[Request]) -> list[Request]:
    return [one for one in requests if one.stage == stage]


@pytest.mark.parametrize("refresh", [False, True], ids=["plain", "refresh"])
def test_the_file_is_reverted_between_two_waves(scenario: Scenario, *, refresh: bool) -> None:
    """The first wave is refused until the next run; the second never: it waits, and for the whole lead."""
    stack, before = _issued(scenario, **_two_waves(scenario))
    first, second = scenario.ids()
    with scenario.traffic() as traffic:
        scenario.at(337)
        ok(stack.up())
        assert (scenario.presented("dev"), scenario.presented("prod")) == (second, first)
        scenario.edit(before)
        scenario.at(338.1)
        marked = scenario.mark()
        outcome = stack.up("--refresh") if refresh else _mended(stack)
        mended = traffic.go_on()
        assert set(scenario.held()) == {first, second}, outcome.output
        assert ("prod", second) not in scenario.moves(marked)
        scenario.at(339.2)
        ok(stack.up())
        traffic.go_on()
        scenario.at(340.3)
        ok(stack.up())
        traffic.go_on()
    assert _of("prod", traffic.failed()) == []
    assert traffic.failed(mended) == []
    assert scenario.presented("dev") == scenario.presented("prod") == second


def test_the_file_is_reverted_before_a_binding_is_tried_again(scenario: Scenario) -> None:
    """AWS refused to move one of two stages; when it is asked again, the file no longer holds the successor."""
    stack, before = _issued(scenario)
    first, second = scenario.ids()
    with scenario.traffic() as traffic:
        scenario.at(337)
        scenario.sandbox.faults.add(
            Fault(kind=FaultKind.ACCESS_DENIED, action="UpdateStage", resource=f"{scenario.api}/prod")
        )
        assert not stack.up().succeeded
        assert (scenario.presented("dev"), scenario.presented("prod")) == (second, first)
        scenario.sandbox.faults.clear()
        scenario.edit(before)
        scenario.at(337.1)
        marked = scenario.mark()
        outcome = _mended(stack)
        mended = traffic.go_on()
        assert set(scenario.held()) == {first, second}, outcome.output
        assert ("prod", second) not in scenario.moves(marked)
        for day in (338.2, 339.3):
            scenario.at(day)
            ok(stack.up())
            traffic.go_on()
    assert _of("prod", traffic.failed()) == []
    assert traffic.failed(mended) == []
    assert scenario.presented("dev") == scenario.presented("prod") == second


@pytest.mark.parametrize("lost", ["reverted", "deleted", "emptied"])
def test_a_binding_alone_is_targeted_when_the_file_lacks_the_successor(scenario: Scenario, lost: str) -> None:
    """``--target`` leaves the bundle out, which would have mended it."""
    stack, before = _issued(scenario)
    first, second = scenario.ids()
    scenario.at(337)
    certificate, prod = scenario.urn(stack, "RotatingClientCertificate"), scenario.urn(stack, "StageBinding", "prod")
    if lost == "reverted":
        scenario.edit(before)
    elif lost == "deleted":
        scenario.trusted.unlink()
    else:
        scenario.edit("")
    marked = scenario.mark()
    outcome = stack.up("--target", certificate, "--target", prod)
    assert second in scenario.held() or ("prod", second) not in scenario.moves(marked), outcome.output
    with scenario.traffic() as traffic:
        scenario.at(337.1)
        stack.up("--refresh")
        mended = traffic.go_on()
        assert set(scenario.held()) == {first, second}
        scenario.at(338.2)
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed(mended) == []
    assert scenario.presented("dev") == scenario.presented("prod") == second


def test_a_stage_is_unbound_in_the_night_in_which_the_file_is_reverted(scenario: Scenario) -> None:
    """The backend has loaded the old file, and this run mends it: the stage is served by what the backend knows."""
    nightly = scenario.nightly()
    stack = scenario.orders()
    ok(stack.up())
    before = scenario.published()
    nightly.reload()
    scenario.at(336)
    ok(stack.up("--refresh"))
    first, second = scenario.ids()
    scenario.edit(before)
    nightly.reload()
    scenario.sandbox.console.bind(scenario.api, "dev", None)
    scenario.at(337)
    with scenario.traffic() as traffic:
        assert {one.stage for one in traffic.failed()} == {"dev"}
        outcome = ok(stack.up("--refresh"))
        bound = traffic.go_on()
        assert scenario.presented("dev") == scenario.presented("prod") == first, outcome
        traffic.go_on()
        nightly.reload()
        scenario.at(338.2)
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed(bound) == []
    assert scenario.presented("dev") == scenario.presented("prod") == second


def test_the_file_is_reverted_while_a_window_is_waited_for(scenario: Scenario) -> None:
    """Activated on a day when no stage may move; on the day when it may, a plain run finds the file reverted."""
    day = next(day for day in range(338, 345) if (scenario.start.weekday() + day) % 7 == 2)
    stack, before = _issued(scenario, windows=["Wed 00:00-24:00 UTC"], activateBy="1d")
    first, second = scenario.ids()
    with scenario.traffic() as traffic:
        scenario.at(day - 0.99)
        ok(stack.up())
        assert scenario.presented("dev") == scenario.presented("prod") == first
        scenario.edit(before)
        scenario.at(day + 0.01)
        _mended(stack)
        traffic.go_on()
        assert scenario.trusted_everywhere()
        scenario.at(day + 7.01)
        ok(stack.up())
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.presented("dev") == scenario.presented("prod") == second


def test_a_pin_leads_back_to_what_the_file_no_longer_holds(scenario: Scenario) -> None:
    """Somebody tidied the file up while both certificates lived; then the rotation is rolled back by a plain run."""
    stack, _before = _issued(scenario)
    first, second = scenario.ids()
    with scenario.traffic() as traffic:
        scenario.at(337)
        ok(stack.up())
        assert scenario.presented("dev") == scenario.presented("prod") == second
        traffic.go_on()
        scenario.edit(scenario.pem(second))
        scenario.declare(stack, pinGeneration=1)
        for day in (337.1, 338.2, 339.3):
            scenario.at(day)
            outcome = stack.up()
            traffic.go_on()
            assert scenario.trusted_everywhere(), outcome.output
    assert traffic.failed() == []
    assert scenario.presented("dev") == scenario.presented("prod") == first


@pytest.mark.parametrize("kept", [True, False], ids=["beside", "instead"])
def test_a_target_is_added_on_the_day_of_the_switch(scenario: Scenario, *, kept: bool) -> None:
    """The backend reads the new file, and nightly: stages wait for the lead from that file's first day on."""
    stack, before = _issued(scenario)
    second = scenario.ids()[1]
    files = [scenario.trusted.name] * kept + ["new.pem"]
    scenario.trusted = scenario.folder / "dev" / "new.pem"
    scenario.edit(before)
    nightly = scenario.nightly()
    publish = [{"type": "file", "path": name, "content": "python"} for name in files]
    scenario.declare(stack, publish=publish, takeOver=True)
    with scenario.traffic() as traffic:
        for day in (337, 338.1, 339.2):
            scenario.at(day)
            nightly.reload()
            ok(stack.up())
            traffic.go_on()
    assert traffic.failed() == []
    assert scenario.presented("dev") == scenario.presented("prod") == second


def test_a_parameter_cannot_be_read_when_the_second_wave_is_due(scenario: Scenario) -> None:
    """What the look cannot see counts as harm: the stage stays, and the run is red."""
    target = {"type": "ssm", "name": "/orders/trust", "content": "python"}
    parameters = scenario.sandbox.client("ssm")
    scenario.published = lambda: str(parameters.get_parameter(Name="/orders/trust")["Parameter"]["Value"])  # type: ignore[method-assign]
    stack = scenario.orders(**_two_waves(scenario), publish=[target])
    ok(stack.up())
    for day in (336.0, 337.0):
        scenario.at(day)
        ok(stack.up())
    first, second = scenario.ids()
    assert (scenario.presented("dev"), scenario.presented("prod")) == (second, first)
    scenario.sandbox.faults.add(Fault(kind=FaultKind.ACCESS_DENIED, service="ssm", action="GetParameter"))
    scenario.at(338.1)
    outcome = stack.up()
    scenario.sandbox.faults.clear()
    assert scenario.presented("prod") == first, outcome.output
    assert not outcome.succeeded
    ok(stack.up())
    assert scenario.presented("prod") == second


def test_a_stage_goes_back_by_hand_while_its_certificate_is_deleted(scenario: Scenario) -> None:
    """Between the scan and the deletion: AWS refuses it, and the file keeps what the stage presents again."""
    stack, _before = _issued(scenario)
    first, second = scenario.ids()
    with scenario.traffic() as traffic:
        for day in (337.0, 338.0):
            scenario.at(day)
            ok(stack.up("--refresh"))
        scenario.sandbox.faults.add(
            Fault(
                kind=FaultKind.CALL_BACK,
                action="DeleteClientCertificate",
                after_effect=False,
                callback=lambda _moment: scenario.sandbox.console.bind(scenario.api, "dev", first),
            )
        )
        scenario.at(341.1)
        outcome = stack.up("--refresh")
        scenario.sandbox.faults.clear()
        traffic.go_on()
        assert scenario.trusted_everywhere(), outcome.output
        for day in (342.2, 343.3):
            scenario.at(day)
            stack.up("--refresh")
            traffic.go_on()
    assert traffic.failed() == []
    assert scenario.presented("dev") == scenario.presented("prod") == second
