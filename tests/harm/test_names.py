"""Whose a certificate is, where names look alike: in tags, in two backends, in a replacement (issue 11, fault 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.harm.conftest import STAGES, TRUSTED, ok

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.harm.conftest import Scenario

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


def _rotation(scenario: Scenario, file: str, *stages: str, **props: object) -> dict[str, object]:
    places = {stage: scenario.place(stage) for stage in stages}
    return scenario.rotation(stages=places, publish=[{"type": "file", "path": file, "content": "python"}], **props)


@pytest.mark.parametrize("names", ALIKE.values(), ids=ALIKE)
def test_two_rotations_whose_names_look_alike_have_a_certificate_each(
    scenario: Scenario, names: tuple[str, str]
) -> None:
    """The first one's stage carries traffic; the second one is made and removed within the hour, beside it."""
    one, other = names
    stack = scenario.stack()
    first = _rotation(scenario, TRUSTED)
    scenario.configure(stack, "rotations", {one: first, other: _rotation(scenario, "other.pem")})
    ok(stack.up("--parallel", "1"))
    assert len(scenario.ids()) == 2

    first = _rotation(scenario, TRUSTED, "dev")
    scenario.configure(stack, "rotations", {one: first, other: _rotation(scenario, "other.pem", "prod")})
    ok(stack.up())
    mine, theirs = map(scenario.presented, STAGES)
    assert mine != theirs
    assert scenario.held() == [mine]
    with scenario.traffic("dev") as traffic:
        scenario.configure(stack, "rotations", {one: first})
        ok(stack.up())
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.ids() == [mine]


def test_a_certificate_made_and_replaced_within_the_hour_is_alive_afterwards(scenario: Scenario) -> None:
    """``--replace`` creates and then deletes: what the stack is left with can be presented, and is trusted."""
    stack = scenario.stack()
    scenario.configure(stack, "rotations", {"orders": _rotation(scenario, TRUSTED)})
    ok(stack.up())
    scenario.at(0.01)
    ok(stack.up("--replace", _certificate(stack)))
    assert len(scenario.ids()) == 1

    scenario.configure(stack, "rotations", {"orders": _rotation(scenario, TRUSTED, *STAGES)})
    ok(stack.up())
    with scenario.traffic() as traffic:
        traffic.go_on()
    assert traffic.failed() == []
    assert {*map(scenario.presented, STAGES)} == {*scenario.ids()}


def test_a_bundle_and_a_certificate_replaced_together_leave_what_is_presented(scenario: Scenario) -> None:
    """The same under traffic: refused or not, no stage loses its certificate and no reader its trust."""
    stack = scenario.orders()
    ok(stack.up())
    first = scenario.ids()
    scenario.at(0.01)
    with scenario.traffic() as traffic:
        certificate = _certificate(stack)
        bundle = certificate.replace("RotatingClientCertificate::orders", "TrustBundle::orders-trust")
        stack.up("--replace", certificate, "--replace", bundle)
        traffic.go_on()
        ok(stack.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    assert [*{*map(scenario.presented, STAGES)}] == first


def test_two_stacks_of_one_name_on_two_backends_within_the_hour_do_not_share(scenario: Scenario) -> None:
    """Neither's stage presents what the other one's destruction deletes, and each rotates and ends by itself."""
    mine = scenario.stack(folder="mine")
    theirs = scenario.stack(folder="theirs", backend="their-backend")
    file = str(scenario.trusted)
    scenario.trusted.parent.mkdir(exist_ok=True)
    scenario.configure(mine, "rotations", {"orders": _rotation(scenario, file)})
    scenario.configure(theirs, "rotations", {"orders": _rotation(scenario, "their.pem", "prod")})
    ok(mine.up())
    scenario.at(0.01)
    ok(theirs.up())

    scenario.configure(mine, "rotations", {"orders": _rotation(scenario, file, "dev")})
    scenario.at(0.02)
    ok(mine.up("--refresh"))
    first = scenario.presented("dev")
    with scenario.traffic("dev") as traffic:
        theirs.destroy()
        traffic.go_on()
        for day in (336, 337):
            scenario.at(day)
            ok(mine.up("--refresh"))
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.presented("dev") in ({*scenario.ids()} & {*scenario.held()}) - {first}
    ok(theirs.destroy())
    ok(mine.destroy())
    assert scenario.ids() == []


def test_the_first_of_two_such_stacks_destroyed_leaves_the_seconds_stage_alone(scenario: Scenario) -> None:
    """The other way round: the second one's stage carries the traffic when the first one goes."""
    mine = scenario.stack(folder="mine")
    theirs = scenario.stack(folder="theirs", backend="their-backend")
    scenario.trusted.parent.mkdir(exist_ok=True)
    scenario.configure(mine, "rotations", {"orders": _rotation(scenario, "my.pem")})
    scenario.configure(theirs, "rotations", {"orders": _rotation(scenario, str(scenario.trusted))})
    ok(mine.up())
    ok(theirs.up())
    mine.destroy()
    scenario.configure(theirs, "rotations", {"orders": _rotation(scenario, str(scenario.trusted), "dev")})
    ok(theirs.up())
    with scenario.traffic("dev") as traffic:
        traffic.go_on()
    assert traffic.failed() == []
    assert scenario.presented("dev") in scenario.ids()


def test_a_rotation_below_a_team_and_one_of_the_same_name_beside_it_have_a_certificate_each(scenario: Scenario) -> None:
    """Only the grandparent tells them apart: to the engine they are two resources, so they are two owners."""
    stack = scenario.stack(program="teams")
    ok(stack.up("--parallel", "1"))
    assert len(scenario.ids()) == 2
