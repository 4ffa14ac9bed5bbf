"""The measurement itself: a rotation that nothing disturbs fails no request, and an outage is seen as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harm.conftest import ok

if TYPE_CHECKING:
    from tests.harm.conftest import Scene

pytestmark = pytest.mark.e2e


def test_a_whole_rotation_fails_no_request(scene: Scene) -> None:
    """Issue, activate, confirm, retire."""
    stack = scene.orders()
    ok(stack.up())
    (first,) = scene.ids()
    with scene.traffic() as traffic:
        for day in (336, 337, 338, 341):
            scene.at(day)
            ok(stack.up("--refresh"))
            traffic.go_on()
            assert scene.trusted_everywhere()
    assert traffic.failed() == []
    (second,) = scene.ids()
    assert second != first
    assert scene.held() == [second]
    assert scene.presented("dev") == scene.presented("prod") == second


@pytest.mark.parametrize("host", ["dynamic"], indirect=True)
def test_an_outage_is_seen(scene: Scene) -> None:
    """What the file no longer holds is refused from the next handshake on, and accepted when it is there again."""
    stack = scene.orders()
    ok(stack.up())
    with scene.traffic() as traffic:
        held = scene.published()
        scene.edit("")
        traffic.go_on()
        lost = {one.stage for one in traffic.failed()}
        scene.edit(held)
        mended = traffic.go_on()
        traffic.go_on()
    assert lost == {"dev", "prod"}
    assert traffic.failed(mended) == []
