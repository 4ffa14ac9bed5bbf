"""Whose a certificate is, where names look alike: in tags, in two backends, in a replacement (issue 11, fault 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harm.conftest import STAGES, TRUSTED, ok

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.harm.conftest import Scene

pytestmark = pytest.mark.e2e

LONG = "orders-" * 40
ALIKE = {
    "accents": ("café", "cafè"),
    "a space": ("orders eu", "orders-eu"),
    "beyond a tag's length": (f"{LONG}1", f"{LONG}2"),
}


def _certificate(stack: PulumiStack) -> str:
    """The URN of the stack's only certificate."""
    found = stack.export()["deployment"]["resources"]
    (urn,) = [str(one["urn"]) for one in found if one["type"].endswith(":RotatingClientCertificate")]
    return urn


def _rotation(scene: Scene, file: str, *stages: str, **props: object) -> dict[str, object]:
    places = {stage: scene.place(stage) for stage in stages}
    return scene.rotation(stages=places, publish=[{"type": "file", "path": file, "content": "python"}], **props)


@pytest.mark.parametrize("names", ALIKE.values(), ids=ALIKE)
def test_two_rotations_whose_names_look_alike_have_a_certificate_each(scene: Scene, names: tuple[str, str]) -> None:
    """The first one's stage carries traffic; the second one is made and removed within the hour, beside it."""
    one, other = names
    stack = scene.stack()
    first = _rotation(scene, TRUSTED)
    scene.configure(stack, "rotations", {one: first, other: _rotation(scene, "other.pem")})
    ok(stack.up("--parallel", "1"))
    assert len(scene.ids()) == 2

    first = _rotation(scene, TRUSTED, "dev")
    scene.configure(stack, "rotations", {one: first, other: _rotation(scene, "other.pem", "prod")})
    ok(stack.up())
    mine, theirs = map(scene.presented, STAGES)
    assert mine != theirs
    assert scene.held() == [mine]
    with scene.traffic("dev") as traffic:
        scene.configure(stack, "rotations", {one: first})
        ok(stack.up())
        traffic.go_on()
    assert traffic.failed() == []
    assert scene.ids() == [mine]


def test_a_certificate_made_and_replaced_within_the_hour_is_alive_afterwards(scene: Scene) -> None:
    """``--replace`` creates and then deletes: what the stack is left with can be presented, and is trusted."""
    stack = scene.stack()
    scene.configure(stack, "rotations", {"orders": _rotation(scene, TRUSTED)})
    ok(stack.up())
    scene.at(0.01)
    ok(stack.up("--replace", _certificate(stack)))
    assert len(scene.ids()) == 1

    scene.configure(stack, "rotations", {"orders": _rotation(scene, TRUSTED, *STAGES)})
    ok(stack.up())
    with scene.traffic() as traffic:
        traffic.go_on()
    assert traffic.failed() == []
    assert {*map(scene.presented, STAGES)} == {*scene.ids()}


def test_a_bundle_and_a_certificate_replaced_together_leave_what_is_presented(scene: Scene) -> None:
    """The same under traffic: refused or not, no stage loses its certificate and no reader its trust."""
    stack = scene.orders()
    ok(stack.up())
    first = scene.ids()
    scene.at(0.01)
    with scene.traffic() as traffic:
        certificate = _certificate(stack)
        bundle = certificate.replace("RotatingClientCertificate::orders", "TrustBundle::orders-trust")
        stack.up("--replace", certificate, "--replace", bundle)
        traffic.go_on()
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    assert [*{*map(scene.presented, STAGES)}] == first


def test_two_stacks_of_one_name_on_two_backends_within_the_hour_do_not_share(scene: Scene) -> None:
    """Neither's stage presents what the other one's destruction deletes, and each rotates and ends by itself."""
    mine = scene.stack(folder="mine")
    theirs = scene.stack(folder="theirs", backend="their-backend")
    file = str(scene.trusted)
    scene.trusted.parent.mkdir(exist_ok=True)
    scene.configure(mine, "rotations", {"orders": _rotation(scene, file)})
    scene.configure(theirs, "rotations", {"orders": _rotation(scene, "their.pem", "prod")})
    ok(mine.up())
    scene.at(0.01)
    ok(theirs.up())

    scene.configure(mine, "rotations", {"orders": _rotation(scene, file, "dev")})
    scene.at(0.02)
    ok(mine.up("--refresh"))
    first = scene.presented("dev")
    with scene.traffic("dev") as traffic:
        theirs.destroy()
        traffic.go_on()
        for day in (336, 337):
            scene.at(day)
            ok(mine.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    assert scene.presented("dev") in ({*scene.ids()} & {*scene.held()}) - {first}
    ok(theirs.destroy())
    ok(mine.destroy())
    assert scene.ids() == []


def test_the_first_of_two_such_stacks_destroyed_leaves_the_seconds_stage_alone(scene: Scene) -> None:
    """The other way round: the second one's stage carries the traffic when the first one goes."""
    mine = scene.stack(folder="mine")
    theirs = scene.stack(folder="theirs", backend="their-backend")
    scene.trusted.parent.mkdir(exist_ok=True)
    scene.configure(mine, "rotations", {"orders": _rotation(scene, "my.pem")})
    scene.configure(theirs, "rotations", {"orders": _rotation(scene, str(scene.trusted))})
    ok(mine.up())
    ok(theirs.up())
    mine.destroy()
    scene.configure(theirs, "rotations", {"orders": _rotation(scene, str(scene.trusted), "dev")})
    ok(theirs.up())
    with scene.traffic("dev") as traffic:
        traffic.go_on()
    assert traffic.failed() == []
    assert scene.presented("dev") in scene.ids()


def test_a_rotation_below_a_team_and_one_of_the_same_name_beside_it_have_a_certificate_each(scene: Scene) -> None:
    """Only the grandparent tells them apart: to the engine they are two resources, so they are two owners."""
    stack = scene.stack(program="teams")
    ok(stack.up("--parallel", "1"))
    assert len(scene.ids()) == 2
