"""Trust that the program no longer asks for stays as long as a stage presents what it is for (invariant 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apigw_sandbox import Fault, FaultKind
from tests.harm.conftest import TRUSTED, ok, refused

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.harm.conftest import Scene

pytestmark = pytest.mark.e2e


def _one_stage_each(scene: Scene) -> tuple[PulumiStack, str]:
    """The rotation has ``prod``; ``dev`` presents somebody's certificate, which the same file trusts."""
    theirs = scene.sandbox.by_hand.generate_certificate()
    scene.sandbox.by_hand.bind(scene.api, "dev", theirs)
    stack = scene.orders(stages={"prod": scene.place("prod")}, alsoTrust=[scene.pem(theirs)])
    ok(stack.up())
    assert theirs in scene.held()
    return stack, theirs


def _without(scene: Scene, stack: PulumiStack) -> None:
    scene.declare(stack, stages={"prod": scene.place("prod")})


def test_also_trust_is_removed_while_a_stage_presents_it(scene: Scene) -> None:
    """It stays, is told once, and leaves when the stage has moved."""
    stack, theirs = _one_stage_each(scene)
    with scene.traffic() as traffic:
        scene.at(1)
        _without(scene, stack)
        said = ok(stack.up())
        traffic.go_on()
        assert theirs in scene.held()
        assert f"{scene.api}/dev" in said
        ok(stack.preview("--expect-no-changes"))
        for day in (2.1, 3.2):
            scene.at(day)
            ok(stack.up("--refresh"))
            traffic.go_on()
            assert theirs in scene.held()
        scene.sandbox.by_hand.bind(scene.api, "dev", scene.presented("prod"))
        for day in (4.3, 5.4):
            scene.at(day)
            ok(stack.up())
            traffic.go_on()
    assert traffic.failed() == []
    assert scene.held() == [scene.presented("prod")]


def test_also_trust_is_removed_when_nobody_presents_it(scene: Scene) -> None:
    """It leaves in that run: a wish that harms nobody is granted at once."""
    stack, theirs = _one_stage_each(scene)
    scene.sandbox.by_hand.bind(scene.api, "dev", None)
    _without(scene, stack)
    ok(stack.up())
    assert theirs not in scene.held()
    ok(stack.preview("--expect-no-changes"))


def test_also_trust_is_removed_while_stages_cannot_be_looked_at(scene: Scene) -> None:
    """What the look could not see counts as harm."""
    stack, theirs = _one_stage_each(scene)
    scene.sandbox.faults.add(Fault(kind=FaultKind.ACCESS_DENIED, action="GetStages"))
    with scene.traffic() as traffic:
        _without(scene, stack)
        stack.up()
        traffic.go_on()
        assert theirs in scene.held()
    assert traffic.failed() == []


def test_also_trust_is_exchanged_while_a_stage_presents_it(scene: Scene) -> None:
    """A new entry in its place withdraws it as well."""
    stack, theirs = _one_stage_each(scene)
    other = scene.sandbox.by_hand.generate_certificate()
    with scene.traffic() as traffic:
        scene.declare(stack, stages={"prod": scene.place("prod")}, alsoTrust=[scene.pem(other)])
        ok(stack.up())
        traffic.go_on()
        assert {theirs, other} < set(scene.held())
    assert traffic.failed() == []


def test_also_trust_of_our_own_certificate_is_removed(scene: Scene) -> None:
    """Somebody listed what the rotation publishes anyway; taking it out again withdraws nothing."""
    stack = scene.orders()
    ok(stack.up())
    (first,) = scene.ids()
    with scene.traffic() as traffic:
        for also in ([scene.pem(first)], None):
            scene.declare(stack, alsoTrust=also)
            ok(stack.up())
            traffic.go_on()
            assert scene.held() == [first]
    assert traffic.failed() == []


def test_also_trust_is_removed_while_a_stage_waits_to_leave_it(scene: Scene) -> None:
    """The stage is taken over; what it presents until then leaves the program too early."""
    theirs = scene.sandbox.by_hand.generate_certificate()
    scene.sandbox.by_hand.bind(scene.api, "dev", theirs)
    stack = scene.orders(takeOver=True, alsoTrust=[scene.pem(theirs)])
    ok(stack.up())
    assert scene.presented("dev") == theirs
    with scene.traffic() as traffic:
        scene.declare(stack, takeOver=True)
        for day in (0.1, 1.2, 2.3, 3.4):
            scene.at(day)
            outcome = stack.up("--refresh")
            traffic.go_on()
            assert scene.trusted_everywhere(), outcome.output
    assert traffic.failed() == []
    assert scene.presented("dev") == scene.presented("prod") != theirs
    assert scene.held() == [scene.presented("prod")]


def test_a_bundle_is_replaced_without_its_also_trust(scene: Scene) -> None:
    """``--replace`` forgets what the bundle published; the stage that presents it does not."""
    stack, theirs = _one_stage_each(scene)
    with scene.traffic() as traffic:
        _without(scene, stack)
        stack.up("--replace", scene.urn(stack, "TrustBundle"))
        traffic.go_on()
        assert theirs in scene.held()
        scene.at(1)
        stack.up()
        traffic.go_on()
    assert traffic.failed() == []


def test_a_rotation_is_left_out_of_a_bundle_while_a_stage_presents_it(scene: Scene) -> None:
    """Of two certificates on one target, one is no longer published; its binding stays."""
    stack = scene.stack(program="parts")
    target = {"type": "file", "path": "trusted.pem", "content": "python"}
    both = {"orders-trust": {"certificates": ["one", "two"], "targets": [target]}}
    stages = (("dev", "one"), ("prod", "two"))
    stack.configure(
        {
            "certificates": {"one": {}, "two": {}},
            "bundles": both,
            "bindings": {
                stage: {"certificate": of, "bundle": "orders-trust", **scene.place(stage)} for stage, of in stages
            },
        }
    )
    ok(stack.up())
    with scene.traffic() as traffic:
        both["orders-trust"]["certificates"] = ["one"]
        stack.configure({"bundles": both})
        for day, *flags in ((1.0,), (2.1,), (3.2, "--replace", scene.urn(stack, "TrustBundle"))):
            scene.at(day)
            stack.up(*flags)
            traffic.go_on()
            assert scene.trusted_everywhere()
    assert traffic.failed() == []


def test_a_rotation_of_another_region_is_left_out_of_a_bundle(scene: Scene) -> None:
    """Neither inputs nor certificates name its region then: its stages are looked at each time, until they moved."""
    stack = scene.stack(program="wired")
    target = {"type": "file", "path": TRUSTED, "content": "python"}
    scene.configure(stack, "certificates", {"near": {}, "far": {"region": "eu-west-1"}})
    scene.configure(stack, "bundles", {"trust": {"certificates": ["far", "near"], "targets": [target]}})
    scene.configure(stack, "bindings", {"dev": {"certificate": "near", "bundle": "trust", **scene.place("dev")}})
    ok(stack.up())
    near = scene.presented("dev")
    with scene.traffic("dev") as traffic:
        scene.configure(stack, "bundles", {"trust": {"certificates": ["far"], "targets": [target]}})
        for day, *flags in ((1,), (2.1,), (3.2, "--refresh"), (4.3,)):
            scene.at(day)
            ok(stack.up(*flags))
            traffic.go_on()
            assert near in scene.held()
    assert traffic.failed() == []
    # Nothing is kept for ever: the stage presents nothing any more, and the next look sees it.
    scene.configure(stack, "bindings", {})
    ok(stack.up())
    scene.at(5.4)
    ok(stack.up())
    assert near not in scene.held()


def test_the_list_is_denied_while_take_over_is_left_on(scene: Scene) -> None:
    """Another team adds its certificate to the file by hand. It is not overwritten unseen, nor once it is seen."""
    stack = scene.orders(stages={"prod": scene.place("prod")}, takeOver=True)
    ok(stack.up())
    theirs = scene.sandbox.by_hand.generate_certificate()
    scene.edit(scene.published() + scene.pem(theirs) + "\n")
    scene.sandbox.by_hand.bind(scene.api, "dev", theirs)
    with scene.traffic() as traffic:
        scene.at(1)
        scene.sandbox.faults.add(Fault(kind=FaultKind.ACCESS_DENIED, action="GetClientCertificates"))
        assert TRUSTED in refused(stack.up("--refresh"))
        traffic.go_on()
        scene.sandbox.faults.clear()
        scene.at(2)
        assert f"{scene.api}/dev" in refused(stack.up("--refresh"))
        traffic.go_on()
        assert theirs in scene.held()
        also = [scene.pem(theirs)]
        scene.declare(stack, stages={"prod": scene.place("prod")}, takeOver=True, alsoTrust=also)
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    assert scene.trusted_everywhere()
