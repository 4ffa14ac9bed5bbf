"""Somebody acts while AWS puts a change off: the run looks again before it repeats it, and undoes nothing of theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_sandbox import Fault, FaultKind
from tests.e2e.conftest import certificate, numbers, ok, quiet, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e


def meanwhile(scenario: Scenario, kind: FaultKind, action: str, resource: str, act: Callable[[], object]) -> None:
    """The next such call is put off once, and somebody acts before its caller hears of it."""
    scenario.sandbox.faults.clear()
    scenario.sandbox.faults.add(
        Fault(kind=kind, action=action, resource=resource, calls=(1,), callback=lambda _moment: act())
    )


def test_a_foreign_certificate_bound_meanwhile_is_not_overwritten(scenario: Scenario) -> None:
    """Invariant 9: the run is red, names what the stage presents, and the next one asks for take_over."""
    stack = scenario.published()
    first, second = scenario.ids()
    foreign = scenario.sandbox.console.generate_certificate()
    meanwhile(
        scenario,
        FaultKind.CONFLICT,
        "UpdateStage",
        "*/prod",
        lambda: scenario.sandbox.console.bind(scenario.api, "prod", foreign),
    )
    scenario.at(337)
    before = scenario.mark()
    said = refused(stack.up())
    assert (
        f"stage {scenario.api}/prod was switched from {first} to {foreign} before UpdateStage could be sent again"
        in said
    )
    assert f"it presents {foreign}. The call was not sent again. The tries before changed nothing." in said
    assert (scenario.presented("dev"), scenario.presented("prod")) == (second, foreign)
    assert scenario.moves(before) == [("dev", second)]

    said = refused(stack.up("--refresh"))
    assert f"Stage {scenario.api}/prod presents {foreign}, a live certificate that this rotation did not make" in said
    assert scenario.presented("prod") == foreign


def test_a_deployment_made_meanwhile_is_not_rolled_back(scenario: Scenario) -> None:
    """With redeploy the switch re-sends the deployment id: of the deployment that the next run finds."""
    stack = scenario.published(config={**scenario.default_config(), "redeploy": "same-deployment"})
    first, second = scenario.ids()
    rest = scenario.client("apigateway")

    def deployment() -> str:
        return str(rest.get_stage(restApiId=scenario.api, stageName="prod")["deploymentId"])

    former = deployment()
    meanwhile(
        scenario,
        FaultKind.CONFLICT,
        "UpdateStage",
        "*/prod",
        lambda: rest.create_deployment(restApiId=scenario.api, stageName="prod"),
    )
    scenario.at(337)
    said = refused(stack.up())
    latest = deployment()
    assert latest != former
    assert f"{scenario.api}/prod was moved from deployment {former} to deployment {latest} before UpdateStage" in said
    assert f"it presents {first}. The call was not sent again. The tries before changed nothing." in said
    assert (scenario.presented("dev"), scenario.presented("prod")) == (second, first)

    ok(stack.up("--refresh"))
    assert (scenario.presented("prod"), deployment()) == (second, latest)
    quiet(stack)


def test_a_certificate_that_somebody_goes_back_to_meanwhile_is_not_deleted(scenario: Scenario) -> None:
    """Invariants 3, 12: it stays, and stays published; the next runs end the rotation all the same (5)."""
    scenario.sandbox.change(in_use_deletion="allowed")
    stack = scenario.overlapping()
    first, second = scenario.ids()
    scenario.at(338)
    ok(stack.up())
    meanwhile(
        scenario,
        FaultKind.THROTTLE,
        "DeleteClientCertificate",
        first,
        lambda: scenario.sandbox.console.bind(scenario.api, "prod", first),
    )
    scenario.at(341)
    before = scenario.mark()
    ok(stack.up())
    assert (scenario.ids(), scenario.presented("prod")) == ([first, second], first)
    assert scenario.actions(before) == []
    assert len((stack.folder / "pins.txt").read_text().splitlines()) == 2
    (blocker,) = certificate(stack)["retirementBlockedBy"]
    assert f"{scenario.api}/prod" in blocker

    for day in (342, 345, 349):
        scenario.at(day)
        ok(stack.up("--refresh"))
    assert scenario.ids() == [second]
    assert scenario.presented("dev") == scenario.presented("prod") == second
    assert numbers(stack) == {2: "active"}
