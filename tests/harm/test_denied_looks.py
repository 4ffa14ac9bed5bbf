"""One look that is denied ends no run: the rest is looked after, nothing is forgotten, and the run is red."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_sandbox import Fault, FaultKind
from tests.harm.conftest import TRUSTED, ok

if TYPE_CHECKING:
    from tests.harm.conftest import Scene

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("action", ["GetClientCertificate", "GetStage"])
def test_a_stage_and_a_target_are_mended_while_one_look_is_denied(scene: Scene, action: str) -> None:
    """Of the certificate, or of the other stage; with the permission back the next run is green."""
    stack = scene.orders()
    ok(stack.up())
    (first,) = scene.ids()
    resource = f"{scene.api}/dev" if action == "GetStage" else None
    with scene.traffic() as traffic:
        scene.sandbox.by_hand.bind(scene.api, "prod", None)
        scene.edit("")
        scene.sandbox.faults.add(Fault(kind=FaultKind.ACCESS_DENIED, action=action, resource=resource, repeats=True))
        scene.at(1)
        red = stack.up("--refresh")
        known = traffic.go_on()
        assert red.code != 0, red.output
        assert action in red.output
        assert scene.held() == [first]
        assert scene.presented("dev") == scene.presented("prod") == first
        scene.sandbox.faults.clear()
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed(known) == []
    assert scene.ids() == [first]


def test_a_file_is_mended_in_a_run_without_credentials(scene: Scene) -> None:
    """Beside a parameter, of which nobody can say whose it is; the run is red."""
    name = "/orders/client-cert-pins"
    published = [{"type": "file", "path": TRUSTED, "content": "python"}, {"type": "ssm", "name": name}]
    stack = scene.orders(publish=published)
    ok(stack.up())
    (first,) = scene.ids()
    mark = scene.mark()
    with scene.traffic() as traffic:
        scene.edit("")
        stack.env.update({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""})
        outcome = stack.up("--refresh")
        known = traffic.go_on()
        assert scene.held() == [first], outcome.output
        assert outcome.code != 0
        assert "found no usable credentials" in outcome.output
        assert scene.changes(mark) == []
        del stack.env["AWS_ACCESS_KEY_ID"], stack.env["AWS_SECRET_ACCESS_KEY"]
        ok(stack.up("--refresh"))
        ok(stack.preview("--refresh", "--expect-no-changes"))
        traffic.go_on()
    assert traffic.failed(known) == []
