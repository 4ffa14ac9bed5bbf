"""A stage moves only to what its targets hold at that moment, whatever they held before (invariants 1, 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apigw_sandbox import Fault, FaultKind
from tests.harm.conftest import ok

if TYPE_CHECKING:
    from acceptance.pulumi_stack import Outcome, PulumiStack
    from tests.harm.conftest import Scene
    from tests.harm.traffic import Request

pytestmark = pytest.mark.e2e


def _issued(scene: Scene, **props: Any) -> tuple[PulumiStack, str]:
    """A stack on day 336, and the file that its first run wrote: without the successor, which is published by now."""
    stack = scene.orders(**props)
    ok(stack.up())
    before = scene.published()
    scene.at(336)
    ok(stack.up())
    assert len(scene.held()) == 2
    return stack, before


def _mended(stack: PulumiStack) -> Outcome:
    """A plain run reads no target that has nothing to do; the binding looks, is red, and names what mends it."""
    outcome = stack.up()
    assert not outcome.succeeded, outcome.output
    assert "pulumi up --refresh" in outcome.output
    return stack.up("--refresh")


def _two_waves(scene: Scene) -> dict[str, Any]:
    waves = [{"stages": {"dev": scene.place("dev")}}, {"stages": {"prod": scene.place("prod")}, "soak": "24h"}]
    return {"stages": None, "waves": waves}


def _of(stage: str, requests: list[Request]) -> list[Request]:
    return [one for one in requests if one.stage == stage]


@pytest.mark.parametrize("refresh", [False, True], ids=["plain", "refresh"])
def test_the_file_is_reverted_between_two_waves(scene: Scene, *, refresh: bool) -> None:
    """The first wave is refused until the next run; the second never: it waits, and for the whole lead."""
    stack, before = _issued(scene, **_two_waves(scene))
    first, second = scene.ids()
    with scene.traffic() as traffic:
        scene.at(337)
        ok(stack.up())
        assert (scene.presented("dev"), scene.presented("prod")) == (second, first)
        scene.edit(before)
        scene.at(338.1)
        marked = scene.mark()
        outcome = stack.up("--refresh") if refresh else _mended(stack)
        mended = traffic.go_on()
        assert set(scene.held()) == {first, second}, outcome.output
        assert ("prod", second) not in scene.moves(marked)
        scene.at(339.2)
        ok(stack.up())
        traffic.go_on()
        scene.at(340.3)
        ok(stack.up())
        traffic.go_on()
    assert _of("prod", traffic.failed()) == []
    assert traffic.failed(mended) == []
    assert scene.presented("dev") == scene.presented("prod") == second


def test_the_file_is_reverted_before_a_binding_is_tried_again(scene: Scene) -> None:
    """AWS refused to move one of two stages; when it is asked again, the file no longer holds the successor."""
    stack, before = _issued(scene)
    first, second = scene.ids()
    with scene.traffic() as traffic:
        scene.at(337)
        scene.sandbox.faults.add(
            Fault(kind=FaultKind.ACCESS_DENIED, action="UpdateStage", resource=f"{scene.api}/prod")
        )
        assert not stack.up().succeeded
        assert (scene.presented("dev"), scene.presented("prod")) == (second, first)
        scene.sandbox.faults.clear()
        scene.edit(before)
        scene.at(337.1)
        marked = scene.mark()
        outcome = _mended(stack)
        mended = traffic.go_on()
        assert set(scene.held()) == {first, second}, outcome.output
        assert ("prod", second) not in scene.moves(marked)
        for day in (338.2, 339.3):
            scene.at(day)
            ok(stack.up())
            traffic.go_on()
    assert _of("prod", traffic.failed()) == []
    assert traffic.failed(mended) == []
    assert scene.presented("dev") == scene.presented("prod") == second


@pytest.mark.parametrize("lost", ["reverted", "deleted", "emptied"])
def test_a_binding_alone_is_targeted_when_the_file_lacks_the_successor(scene: Scene, lost: str) -> None:
    """``--target`` leaves the bundle out, which would have mended it."""
    stack, before = _issued(scene)
    first, second = scene.ids()
    scene.at(337)
    certificate, prod = scene.urn(stack, "RotatingClientCertificate"), scene.urn(stack, "StageBinding", "prod")
    if lost == "reverted":
        scene.edit(before)
    elif lost == "deleted":
        scene.trusted.unlink()
    else:
        scene.edit("")
    marked = scene.mark()
    outcome = stack.up("--target", certificate, "--target", prod)
    assert second in scene.held() or ("prod", second) not in scene.moves(marked), outcome.output
    with scene.traffic() as traffic:
        scene.at(337.1)
        stack.up("--refresh")
        mended = traffic.go_on()
        assert set(scene.held()) == {first, second}
        scene.at(338.2)
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed(mended) == []
    assert scene.presented("dev") == scene.presented("prod") == second


def test_the_file_is_reverted_while_a_window_is_waited_for(scene: Scene) -> None:
    """Activated on a day when no stage may move; on the day when it may, a plain run finds the file reverted."""
    day = next(day for day in range(338, 345) if (scene.start.weekday() + day) % 7 == 2)
    stack, before = _issued(scene, windows=["Wed 00:00-24:00 UTC"], activateBy="1d")
    first, second = scene.ids()
    with scene.traffic() as traffic:
        scene.at(day - 0.99)
        ok(stack.up())
        assert scene.presented("dev") == scene.presented("prod") == first
        scene.edit(before)
        scene.at(day + 0.01)
        _mended(stack)
        traffic.go_on()
        assert scene.trusted_everywhere()
        scene.at(day + 7.01)
        ok(stack.up())
        traffic.go_on()
    assert traffic.failed() == []
    assert scene.presented("dev") == scene.presented("prod") == second


def test_a_pin_leads_back_to_what_the_file_no_longer_holds(scene: Scene) -> None:
    """Somebody tidied the file up while both certificates lived; then the rotation is rolled back by a plain run."""
    stack, _before = _issued(scene)
    first, second = scene.ids()
    with scene.traffic() as traffic:
        scene.at(337)
        ok(stack.up())
        assert scene.presented("dev") == scene.presented("prod") == second
        traffic.go_on()
        scene.edit(scene.pem(second))
        scene.declare(stack, pinGeneration=1)
        for day in (337.1, 338.2, 339.3):
            scene.at(day)
            outcome = stack.up()
            traffic.go_on()
            assert scene.trusted_everywhere(), outcome.output
    assert traffic.failed() == []
    assert scene.presented("dev") == scene.presented("prod") == first


@pytest.mark.parametrize("kept", [True, False], ids=["beside", "instead"])
def test_a_target_is_added_on_the_day_of_the_switch(scene: Scene, *, kept: bool) -> None:
    """The backend reads the new file, and nightly: stages wait for the lead from that file's first day on."""
    stack, before = _issued(scene)
    second = scene.ids()[1]
    files = [scene.trusted.name] * kept + ["new.pem"]
    scene.trusted = scene.folder / "dev" / "new.pem"
    scene.edit(before)
    nightly = scene.nightly()
    publish = [{"type": "file", "path": name, "content": "python"} for name in files]
    scene.declare(stack, publish=publish, takeOver=True)
    with scene.traffic() as traffic:
        for day in (337, 338.1, 339.2):
            scene.at(day)
            nightly.reload()
            ok(stack.up())
            traffic.go_on()
    assert traffic.failed() == []
    assert scene.presented("dev") == scene.presented("prod") == second


def test_a_parameter_cannot_be_read_when_the_second_wave_is_due(scene: Scene) -> None:
    """What the look cannot see counts as harm: the stage stays, and the run is red."""
    target = {"type": "ssm", "name": "/orders/trust", "content": "python"}
    parameters = scene.sandbox.client("ssm")
    scene.published = lambda: str(parameters.get_parameter(Name="/orders/trust")["Parameter"]["Value"])  # type: ignore[method-assign]
    stack = scene.orders(**_two_waves(scene), publish=[target])
    ok(stack.up())
    for day in (336.0, 337.0):
        scene.at(day)
        ok(stack.up())
    first, second = scene.ids()
    assert (scene.presented("dev"), scene.presented("prod")) == (second, first)
    scene.sandbox.faults.add(Fault(kind=FaultKind.ACCESS_DENIED, service="ssm", action="GetParameter"))
    scene.at(338.1)
    outcome = stack.up()
    scene.sandbox.faults.clear()
    assert scene.presented("prod") == first, outcome.output
    assert not outcome.succeeded
    ok(stack.up())
    assert scene.presented("prod") == second


def test_a_stage_goes_back_by_hand_while_its_certificate_is_deleted(scene: Scene) -> None:
    """Between the scan and the deletion: AWS refuses it, and the file keeps what the stage presents again."""
    stack, _before = _issued(scene)
    first, second = scene.ids()
    with scene.traffic() as traffic:
        for day in (337.0, 338.0):
            scene.at(day)
            ok(stack.up("--refresh"))
        scene.sandbox.faults.add(
            Fault(
                kind=FaultKind.CALL_BACK,
                action="DeleteClientCertificate",
                after_effect=False,
                callback=lambda _moment: scene.sandbox.by_hand.bind(scene.api, "dev", first),
            )
        )
        scene.at(341.1)
        outcome = stack.up("--refresh")
        scene.sandbox.faults.clear()
        traffic.go_on()
        assert scene.trusted_everywhere(), outcome.output
        for day in (342.2, 343.3):
            scene.at(day)
            stack.up("--refresh")
            traffic.go_on()
    assert traffic.failed() == []
    assert scene.presented("dev") == scene.presented("prod") == second
