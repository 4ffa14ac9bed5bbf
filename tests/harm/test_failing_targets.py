"""A target that cannot be read or written keeps neither the others nor the stages from being looked after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_sandbox import Fault, FaultKind
from tests.harm.conftest import TRUSTED, ok

if TYPE_CHECKING:
    from tests.harm.conftest import Scene

pytestmark = pytest.mark.e2e

PARAMETER = "/orders/trust"


def _parameter(scene: Scene) -> str:
    """What the other target holds."""
    return str(scene.sandbox.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]["Value"])


@pytest.mark.parametrize("denied", ["GetParameter", "PutParameter"])
def test_one_target_is_denied_while_the_other_is_emptied_and_a_stage_unbound(scene: Scene, denied: str) -> None:
    """Both are mended in the red run; no stage moves to what the parameter lacks, until it holds it for the lead."""
    places = [
        {"type": "ssm", "name": PARAMETER, "content": "python"},
        {"type": "file", "path": TRUSTED, "content": "python"},
    ]
    stack = scene.orders(publish=places)
    ok(stack.up())
    (first,) = scene.ids()
    before = _parameter(scene)
    denial = Fault(kind=FaultKind.ACCESS_DENIED, service="ssm", action=denied, repeats=True)
    scene.sandbox.faults.add(denial)
    with scene.traffic() as traffic:
        scene.sandbox.by_hand.bind(scene.api, "dev", None)
        scene.edit("")
        scene.at(336)
        red = stack.up("--refresh")
        known = traffic.go_on()
        assert red.code != 0
        assert f"ssm:{denied}" in red.output
        second = scene.ids()[1]
        assert scene.held() == [first, second], red.output
        assert scene.presented("dev") == scene.presented("prod") == first, red.output
        scene.at(337)  # the successor is active
        assert stack.up("--refresh").code != 0
        traffic.go_on()
        scene.sandbox.faults.clear()
        assert _parameter(scene) == before
        assert scene.presented("dev") == scene.presented("prod") == first
        scene.at(338)
        ok(stack.up("--refresh"))
        traffic.go_on()
        assert _parameter(scene) == scene.published()
        assert scene.presented("dev") == scene.presented("prod") == first
        scene.at(339)
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed(known) == []
    assert scene.presented("dev") == scene.presented("prod") == second
