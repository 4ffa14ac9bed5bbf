"""State and program put back to an earlier day harm nothing that is in use (invariants 1, 12, 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.harm.conftest import STAGES, ok

if TYPE_CHECKING:
    from tests.harm.conftest import Scene
    from tests.harm.traffic import Traffic
    from tools.pulumi_stack import PulumiStack

pytestmark = pytest.mark.e2e


def _triggered(scene: Scene, *, until: float, **props: Any) -> tuple[PulumiStack, dict[str, Any], str]:
    """A stack that rotated by a trigger, run daily until this day; its state and its published file of before that."""
    stack = scene.orders(**props)
    ok(stack.up())
    before, file = stack.export(), scene.published()
    scene.declare(stack, **props, rotationTrigger="leaked")
    day = 10.0
    while day <= until:
        scene.at(day)
        ok(stack.up("--refresh"))
        day += 1
    scene.declare(stack, **props)
    return stack, before, file


def _two_waves(scene: Scene) -> dict[str, Any]:
    waves = [{"stages": {"dev": scene.place("dev")}}, {"stages": {"prod": scene.place("prod")}, "soak": "24h"}]
    return {"stages": None, "waves": waves}


def _go_on(scene: Scene, stack: PulumiStack, traffic: Traffic, *days: float, refresh: bool = True) -> None:
    """The scheduled runs; what stages present is trusted after each, whether it is red or green."""
    for day in days:
        scene.at(day)
        outcome = stack.up(*["--refresh"] * refresh)
        traffic.go_on()
        assert scene.trusted_everywhere(), outcome.output


@pytest.mark.parametrize("refresh", [True, False], ids=["refresh", "plain"])
def test_state_is_put_back_to_before_a_triggered_rotation(scene: Scene, *, refresh: bool) -> None:
    """Both certificates live; the state knows only the first, both stages present the second."""
    stack, before, _file = _triggered(scene, until=12)
    first, second = scene.ids()
    assert scene.presented("dev") == scene.presented("prod") == second
    stack.import_state(before)
    with scene.traffic() as traffic:
        _go_on(scene, stack, traffic, 12.5, 12.6, 13.6, 14.7, 18, 22, refresh=refresh)
    assert traffic.failed() == []
    assert {scene.presented(stage) for stage in STAGES} <= {first, second, *scene.ids()}
    ok(stack.up("--refresh"))


def test_state_is_put_back_to_before_a_rotation_that_is_complete(scene: Scene) -> None:
    """The first certificate is deleted: what the state calls active is gone, and what is presented is not in it."""
    stack, before, _file = _triggered(scene, until=15)
    (second,) = scene.ids()
    assert scene.presented("dev") == scene.presented("prod") == second
    stack.import_state(before)
    with scene.traffic() as traffic:
        _go_on(scene, stack, traffic, 15.5, 15.6, 16.6, 17.7, 21, 25)
    assert traffic.failed() == []
    ok(stack.up("--refresh"))


def test_state_is_put_back_while_the_first_wave_has_moved(scene: Scene) -> None:
    """One stage presents what the state does not know, the other what it knows."""
    stack, before, _file = _triggered(scene, until=11, **_two_waves(scene))
    assert scene.presented("dev") != scene.presented("prod")
    stack.import_state(before)
    with scene.traffic() as traffic:
        _go_on(scene, stack, traffic, 11.5, 11.6, 12.6, 13.7, 14.8, 18, 22)
    assert traffic.failed() == []
    ok(stack.up("--refresh"))


def test_state_is_put_back_with_waves(scene: Scene) -> None:
    """Both waves present the second certificate: neither waits for a soak where it is not trusted."""
    stack, before, _file = _triggered(scene, until=12, **_two_waves(scene))
    (second,) = {scene.presented(stage) for stage in STAGES}
    assert second == scene.ids()[1]
    stack.import_state(before)
    with scene.traffic() as traffic:
        _go_on(scene, stack, traffic, 12.5, 12.6, 13.6, 14.7, 15.8, 18, 22)
    assert traffic.failed() == []
    ok(stack.up("--refresh"))


@pytest.mark.parametrize("waves", [False, True], ids=["stages", "waves"])
@pytest.mark.parametrize("refresh", [True, False], ids=["refresh", "plain"])
def test_state_and_file_are_put_back(scene: Scene, *, waves: bool, refresh: bool) -> None:
    """A restored disk: until the next run both stages are refused. It mends that, and no stage waits for a soak."""
    props = _two_waves(scene) if waves else {}
    stack, before, file = _triggered(scene, until=12, **props)
    with scene.traffic() as traffic:
        stack.import_state(before)
        scene.trusted.write_text(file)
        scene.at(12.5)
        outcome = stack.up(*["--refresh"] * refresh)
        mended = traffic.go_on()
        assert scene.trusted_everywhere(), outcome.output
        _go_on(scene, stack, traffic, 12.6, 13.6, 14.7, 18, refresh=refresh)
    assert traffic.failed(mended) == []
    ok(stack.up("--refresh"))
