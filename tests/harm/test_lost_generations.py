"""A certificate that AWS or the state does not know for a moment stays trusted, and stages go on (invariants 1, 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apigw_sandbox import Fault, FaultKind
from tests.harm.conftest import STAGES, ok, refused
from tests.harm.foreign import bound_and_trusted

if TYPE_CHECKING:
    from collections.abc import Callable

    from acceptance.pulumi_stack import PulumiStack
    from tests.harm.conftest import Scene

pytestmark = pytest.mark.e2e
GET, LIST = "GetClientCertificate", "GetClientCertificates"


def _with_memory(scene: Scene) -> tuple[PulumiStack, int]:
    """A stack that ran once, and how many changes ago its certificate did not exist; ``faults.clear`` forgets it."""
    scene.sandbox.faults.add(Fault(kind=FaultKind.STALE, action=GET, calls=(10**6,)))
    before, stack = scene.mark(), scene.orders()
    ok(stack.up())
    return stack, len(scene.changes(before))


def _go_on(scene: Scene, stack: PulumiStack, days: tuple[float, ...], each: Callable[[], object]) -> None:
    for day in days:
        scene.at(day)
        ok(stack.up("--refresh"))
        each()
        assert scene.trusted_everywhere()


def test_one_refresh_does_not_find_the_certificate(scene: Scene) -> None:
    """The list knows it: nothing is changed, and it is said."""
    stack, behind = _with_memory(scene)
    (first,) = scene.ids()
    with scene.traffic() as traffic:
        scene.at(10)
        scene.sandbox.faults.add(Fault(kind=FaultKind.STALE, action=GET, behind=behind))
        before = scene.mark()
        said = stack.up("--refresh").output
        scene.sandbox.faults.clear()
        traffic.go_on()
        assert scene.changes(before) == []
        assert scene.held() == [first]
        assert first in said
        _go_on(scene, stack, (10.1, 11, 12), traffic.go_on)
    assert traffic.failed() == []
    assert scene.ids() == [first]


def test_one_refresh_finds_the_certificate_nowhere(scene: Scene) -> None:
    """Neither by its id nor in the list: a successor is made, and what the stages present stays trusted."""
    stack, behind = _with_memory(scene)
    with scene.traffic() as traffic:
        scene.at(10)
        for action in (GET, LIST):
            scene.sandbox.faults.add(Fault(kind=FaultKind.STALE, action=action, behind=behind))
        stack.up("--refresh")
        scene.sandbox.faults.clear()
        traffic.go_on()
        assert scene.trusted_everywhere()
        _go_on(scene, stack, (10.1, 11, 12, 15, 16), traffic.go_on)
    assert traffic.failed() == []


def test_the_list_alone_does_not_find_the_certificate(scene: Scene) -> None:
    """By its id it is there: an answer that the two disagree on changes nothing."""
    stack, behind = _with_memory(scene)
    with scene.traffic() as traffic:
        scene.at(10)
        scene.sandbox.faults.add(Fault(kind=FaultKind.STALE, action=LIST, behind=behind))
        before = scene.mark()
        stack.up("--refresh")
        scene.sandbox.faults.clear()
        traffic.go_on()
        assert scene.changes(before) == []
        _go_on(scene, stack, (10.1, 11), traffic.go_on)
    assert traffic.failed() == []


def test_the_previous_certificate_is_not_found_while_a_wave_presents_it(scene: Scene) -> None:
    """Half of the stages have moved; what the others present stays trusted until they move."""
    scene.sandbox.faults.add(Fault(kind=FaultKind.STALE, action=GET, calls=(10**6,)))
    before = scene.mark()
    waves = [{"stages": {"dev": scene.place("dev")}}, {"stages": {"prod": scene.place("prod")}, "soak": "48h"}]
    stack = scene.orders(stages=None, waves=waves)
    ok(stack.up())
    (first,) = scene.ids()
    with scene.traffic() as traffic:
        for day in (336, 337):
            scene.at(day)
            ok(stack.up())
        assert scene.presented("prod") == first != scene.presented("dev")
        behind = len(scene.changes(before))
        for action, resource in ((GET, first), (LIST, None)):
            scene.sandbox.faults.add(Fault(kind=FaultKind.STALE, action=action, resource=resource, behind=behind))
        scene.at(338)
        stack.up("--refresh")
        scene.sandbox.faults.clear()
        traffic.go_on()
        assert scene.trusted_everywhere()
        _go_on(scene, stack, (339.1, 340, 341), traffic.go_on)
    assert traffic.failed() == []
    assert scene.presented("prod") == scene.presented("dev") != first


def test_one_look_does_not_find_what_somebody_bound(scene: Scene) -> None:
    """A stage was rolled over to their own certificate, which the file trusts: not ours to take away from."""
    stack, _behind = _with_memory(scene)
    theirs = scene.sandbox.by_hand.generate_certificate()
    scene.declare(stack, alsoTrust=[scene.pem(theirs)])
    ok(stack.up())
    scene.sandbox.by_hand.bind(scene.api, "dev", theirs)
    with scene.traffic() as traffic:
        scene.at(3)
        before = scene.mark()
        scene.sandbox.faults.add(Fault(kind=FaultKind.STALE, action=GET, resource=theirs, behind=2))
        said = refused(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    assert f"{scene.api}/dev" in said
    assert "take_over" in said
    assert scene.moves(before) == []


def test_one_look_does_not_find_what_is_taken_over(scene: Scene) -> None:
    """A stage whose certificate seems gone would be bound at once, to what its backend has not loaded yet."""
    scene.sandbox.faults.add(Fault(kind=FaultKind.STALE, action=GET, calls=(10**6,)))
    theirs = bound_and_trusted(scene, *STAGES)
    nightly = scene.nightly()
    stack = scene.orders(takeOver=True, alsoTrust=[scene.pem(theirs)])
    with scene.traffic() as traffic:
        scene.sandbox.faults.add(Fault(kind=FaultKind.STALE, action=GET, resource=theirs, behind=4))
        before = scene.mark()
        ok(stack.up())
        traffic.go_on()
        assert scene.moves(before) == []
        scene.sandbox.faults.clear()
        nightly.reload()
        _go_on(scene, stack, (1.1,), traffic.go_on)
    assert traffic.failed() == []
    assert scene.presented("dev") == scene.presented("prod") != theirs


@pytest.mark.parametrize("lost", ["absent", "empty"])
def test_state_does_not_know_the_generations(scene: Scene, lost: str) -> None:
    """Damaged by a tool or a merge: refused or recovered, but the stages keep a certificate that is trusted."""
    stack = scene.orders()
    ok(stack.up())
    state = stack.export()
    _forget(state, lost)
    stack.import_state(state)
    with scene.traffic() as traffic:
        for day in (10.0, 10.1, 11.2, 12.3):
            scene.at(day)
            stack.up("--refresh")
            traffic.go_on()
            assert scene.trusted_everywhere()
    assert traffic.failed() == []


def _forget(state: dict[str, Any], lost: str) -> None:
    """No generations in the certificate's outputs."""
    for one in state["deployment"]["resources"]:
        if one["type"].endswith(":RotatingClientCertificate"):
            one["outputs"]["generations"] = []
            if lost == "absent":
                del one["outputs"]["generations"]
