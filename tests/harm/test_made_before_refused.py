"""What a creation refuses, it refuses with nothing made; and each remedy is performed (issue 11, fault 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_sandbox import Fault, FaultKind
from tests.harm.conftest import PROGRAMS, STAGES, ok, refused
from tests.harm.foreign import bound_and_trusted

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.harm.conftest import Scene

pytestmark = pytest.mark.e2e

ACM_ARN = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


def _refused_with_nothing_made(scene: Scene, stack: PulumiStack) -> str:
    """The words of an update that must fail, and did so before any change."""
    before, held = scene.mark(), scene.published()
    said = refused(stack.up())
    assert [entry.action for entry in scene.changes(before)] == []
    assert scene.published() == held
    return said


def _rotated(scene: Scene, stack: PulumiStack, *days: float) -> None:
    """Scheduled runs on these days, each of which must succeed and leave what is presented trusted."""
    for day in days:
        scene.at(day)
        ok(stack.up("--refresh"))
        assert scene.trusted_everywhere()


def test_a_stage_with_a_foreign_certificate_that_is_adopted(scene: Scene) -> None:
    """The refusal names the stage; with adopt_client_certificate_id nothing but tags change on that stage."""
    theirs = bound_and_trusted(scene, *STAGES)
    stack = scene.orders()
    with scene.traffic() as traffic:
        said = _refused_with_nothing_made(scene, stack)
        assert f"{scene.api}/dev" in said
        assert theirs in said
        # What was written there by hand is replaced by the same trust.
        scene.declare(stack, adoptClientCertificateId=theirs, takeOver=True)
        before = scene.mark()
        ok(stack.up())
        assert [entry.action for entry in scene.changes(before)] == ["TagResource"]
        _rotated(scene, stack, 336, 337, 338, 341)
        traffic.go_on()
    assert traffic.failed() == []
    assert theirs not in scene.ids()


def test_a_stage_with_a_foreign_certificate_that_is_taken_over(scene: Scene) -> None:
    """With take_over and its PEM in also_trust the stages move after the lead, and no request fails."""
    theirs = bound_and_trusted(scene, *STAGES)
    stack = scene.orders()
    with scene.traffic() as traffic:
        _refused_with_nothing_made(scene, stack)
        scene.declare(stack, takeOver=True)
        assert "also" in _refused_with_nothing_made(scene, stack)
        scene.declare(stack, takeOver=True, alsoTrust=[scene.pem(theirs)])
        ok(stack.up())
        assert scene.presented("dev") == theirs
        _rotated(scene, stack, 1)
        assert scene.presented("dev") != theirs
        traffic.go_on()
        # Nobody presents it any more, so that it may go.
        scene.declare(stack)
        _rotated(scene, stack, 2)
        traffic.go_on()
    assert traffic.failed() == []
    assert theirs not in scene.held()


def test_a_stage_that_is_missing(scene: Scene) -> None:
    """Named before a certificate is made for it; created, the same program runs."""
    stages = {stage: scene.place(stage) for stage in (*STAGES, "ghost")}
    stack = scene.orders(stages=stages)
    assert "ghost" in _refused_with_nothing_made(scene, stack)
    scene.sandbox.by_hand.create_stage(scene.api, "ghost")
    ok(stack.up())
    assert {scene.presented(stage) for stage in stages} == {*scene.ids()}


def test_a_stage_that_presents_a_certificate_of_acm(scene: Scene) -> None:
    """Refused like any other foreign one, before anything is made."""
    scene.sandbox.by_hand.bind(scene.api, "dev", ACM_ARN)
    stack = scene.orders()
    assert f"{scene.api}/dev" in _refused_with_nothing_made(scene, stack)
    assert scene.presented("dev") == ACM_ARN


def test_a_websocket_stage_that_presents_somebody_elses(scene: Scene) -> None:
    """The other family of APIs is looked at, too."""
    api = scene.sandbox.by_hand.create_websocket_api("chat", ["live"])
    scene.sandbox.by_hand.bind(api, "live", scene.sandbox.by_hand.generate_certificate())
    stack = scene.orders(stages={"live": {"webSocketApiId": api, "stageName": "live"}})
    if scene.host == "dynamic":
        scene.write(stack, (PROGRAMS / "websocket.py").read_text())
    assert f"{api}/live" in _refused_with_nothing_made(scene, stack)


def test_a_target_that_is_taken(scene: Scene) -> None:
    """What is in it may be what a stage of somebody else needs: kept with take_over and also_trust."""
    theirs = bound_and_trusted(scene, "prod")
    stack = scene.orders(stages={"dev": scene.place("dev")})
    with scene.traffic("prod") as traffic:
        assert scene.trusted.name in _refused_with_nothing_made(scene, stack)
        scene.declare(stack, stages={"dev": scene.place("dev")}, takeOver=True, alsoTrust=[scene.pem(theirs)])
        ok(stack.up())
        traffic.go_on()
    assert traffic.failed() == []
    assert scene.trusted_everywhere()
    assert scene.presented("prod") == theirs


def test_a_target_that_is_taken_with_take_over_and_without_also_trust(scene: Scene) -> None:
    """take_over replaces a content, not the trust in what a stage presents at this moment."""
    theirs = bound_and_trusted(scene, "prod")
    stack = scene.orders(stages={"dev": scene.place("dev")}, takeOver=True)
    with scene.traffic("prod") as traffic:
        stack.up()
        traffic.go_on()
    assert traffic.failed() == []
    assert theirs in scene.held()


def test_a_target_that_cannot_be_written(scene: Scene) -> None:
    """A folder in its place: seen before anything is made, and mended, nothing else is needed."""
    scene.trusted.mkdir(parents=True)
    stack = scene.orders()
    before = scene.mark()
    assert scene.trusted.name in refused(stack.up())
    assert scene.changes(before) == []
    scene.trusted.rmdir()
    ok(stack.up())
    assert scene.trusted_everywhere()


def test_a_parameter_that_may_not_be_read(scene: Scene) -> None:
    """What the look cannot see counts as harm; the error names the target."""
    scene.sandbox.faults.add(Fault(kind=FaultKind.ACCESS_DENIED, action="GetParameter", repeats=True))
    stack = scene.orders(publish=[{"type": "ssm", "name": "/orders/pins", "content": "sha256"}])
    assert "/orders/pins" in _refused_with_nothing_made(scene, stack)
    scene.sandbox.faults.clear()
    ok(stack.up())


@pytest.mark.parametrize("remedy", ["an alias", "adopting"])
def test_a_component_that_was_renamed(scene: Scene, remedy: str) -> None:
    """Refused with nothing made; an alias of the former name, or adopting, goes on with what there is."""
    stack = scene.orders()
    ok(stack.up())
    (first,) = scene.ids()
    scene.at(10)
    with scene.traffic() as traffic:
        before = scene.mark()
        scene.declare(stack, "invoices")
        said = _refused_with_nothing_made(scene, stack)
        assert "alias" in said
        if remedy == "an alias":
            scene.declare(stack, "invoices", formerName="orders")
        else:
            assert first in said
            scene.declare(stack, "invoices", adoptClientCertificateId=first)
        ok(stack.up())
        traffic.go_on()
        assert scene.moves(before) == []
        assert scene.ids() == [first]
        _rotated(scene, stack, 336, 337)
        traffic.go_on()
    assert traffic.failed() == []
    assert scene.presented("dev") == scene.presented("prod") == scene.ids()[1]


def test_a_renamed_component_whose_former_run_was_refused_has_its_name_put_back(scene: Scene) -> None:
    """The simplest remedy of all; it must find everything as it was."""
    stack = scene.orders()
    ok(stack.up())
    scene.at(10)
    with scene.traffic() as traffic:
        scene.declare(stack, "invoices")
        _refused_with_nothing_made(scene, stack)
        before = scene.mark()
        scene.declare(stack)
        ok(stack.up())
        ok(stack.preview("--expect-no-changes"))
        traffic.go_on()
    assert traffic.failed() == []
    assert scene.changes(before) == []
