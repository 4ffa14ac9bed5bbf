"""Somebody acts while AWS puts a change off: the run looks again before it repeats it, and undoes nothing of theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_sandbox import Fault, FaultKind
from tests.e2e.conftest import certificate, numbers, ok, quiet, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.conftest import Scene

pytestmark = pytest.mark.e2e


def meanwhile(scene: Scene, kind: FaultKind, action: str, resource: str, act: Callable[[], object]) -> None:
    """The next such call is put off once, and somebody acts before its caller hears of it."""
    scene.sandbox.faults.clear()
    scene.sandbox.faults.add(
        Fault(kind=kind, action=action, resource=resource, calls=(1,), callback=lambda _moment: act())
    )


def test_a_foreign_certificate_bound_meanwhile_is_not_overwritten(scene: Scene) -> None:
    """Invariant 9: the run is red, names what the stage presents, and the next one asks for take_over."""
    stack = scene.published()
    first, second = scene.ids()
    foreign = scene.sandbox.by_hand.generate_certificate()
    meanwhile(
        scene,
        FaultKind.CONFLICT,
        "UpdateStage",
        "*/prod",
        lambda: scene.sandbox.by_hand.bind(scene.api, "prod", foreign),
    )
    scene.at(337)
    before = scene.mark()
    said = refused(stack.up())
    assert (
        f"stage {scene.api}/prod was switched from {first} to {foreign} before UpdateStage could be sent again" in said
    )
    assert f"it presents {foreign}. The call was not sent again. The tries before changed nothing." in said
    assert (scene.presented("dev"), scene.presented("prod")) == (second, foreign)
    assert scene.moves(before) == [("dev", second)]

    said = refused(stack.up("--refresh"))
    assert f"Stage {scene.api}/prod presents {foreign}, a live certificate that this rotation did not make" in said
    assert scene.presented("prod") == foreign


def test_a_deployment_made_meanwhile_is_not_rolled_back(scene: Scene) -> None:
    """With redeploy the switch re-sends the deployment id: of the deployment that the next run finds."""
    stack = scene.published(config={**scene.default_config(), "redeploy": "same-deployment"})
    first, second = scene.ids()
    rest = scene.client("apigateway")

    def deployment() -> str:
        return str(rest.get_stage(restApiId=scene.api, stageName="prod")["deploymentId"])

    former = deployment()
    meanwhile(
        scene,
        FaultKind.CONFLICT,
        "UpdateStage",
        "*/prod",
        lambda: rest.create_deployment(restApiId=scene.api, stageName="prod"),
    )
    scene.at(337)
    said = refused(stack.up())
    latest = deployment()
    assert latest != former
    assert f"{scene.api}/prod was moved from deployment {former} to deployment {latest} before UpdateStage" in said
    assert f"it presents {first}. The call was not sent again. The tries before changed nothing." in said
    assert (scene.presented("dev"), scene.presented("prod")) == (second, first)

    ok(stack.up("--refresh"))
    assert (scene.presented("prod"), deployment()) == (second, latest)
    quiet(stack)


def test_a_certificate_that_somebody_goes_back_to_meanwhile_is_not_deleted(scene: Scene) -> None:
    """Invariants 3, 12: it stays, and stays published; the next runs end the rotation all the same (5)."""
    scene.sandbox.change(in_use_deletion="allowed")
    stack = scene.overlapping()
    first, second = scene.ids()
    scene.at(338)
    ok(stack.up())
    meanwhile(
        scene,
        FaultKind.THROTTLE,
        "DeleteClientCertificate",
        first,
        lambda: scene.sandbox.by_hand.bind(scene.api, "prod", first),
    )
    scene.at(341)
    before = scene.mark()
    ok(stack.up())
    assert (scene.ids(), scene.presented("prod")) == ([first, second], first)
    assert scene.actions(before) == []
    assert len((stack.folder / "pins.txt").read_text().splitlines()) == 2
    (blocker,) = certificate(stack)["retirementBlockedBy"]
    assert f"{scene.api}/prod" in blocker

    for day in (342, 345, 349):
        scene.at(day)
        ok(stack.up("--refresh"))
    assert scene.ids() == [second]
    assert scene.presented("dev") == scene.presented("prod") == second
    assert numbers(stack) == {2: "active"}
