"""Two writers of one place: two bundles on one target, two rotations on one stage (issue 11, fault 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert.gateway.certificates import ROTATION_ID_TAG
from tests.harm.conftest import PROGRAMS, STAGES, TRUSTED, ok, refused

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.harm.conftest import Scene

pytestmark = pytest.mark.e2e

OWNERS = dict(zip(("eu", "us"), STAGES, strict=True))


def _declare(scene: Scene, stack: PulumiStack, **props: dict[str, object]) -> None:
    """Two rotations, eu for dev and us for prod; ``props`` are more of either's inputs."""
    for_each = {
        name: scene.rotation(stages={stage: scene.place(stage)}, **props.get(name, {}))
        for name, stage in OWNERS.items()
    }
    scene.configure(stack, "rotations", for_each)


def _trusted(scene: Scene) -> bool:
    """Whether the target holds what each stage presents that presents anything."""
    return {one for one in map(scene.presented, STAGES) if one} <= set(scene.held())


def test_two_rotations_on_one_file_are_refused_before_anything_is_made(scene: Scene) -> None:
    """At preview: both would write, and the last one would win every day."""
    stack = scene.stack()
    _declare(scene, stack)
    said = refused(stack.preview())
    assert TRUSTED in said
    assert "TrustBundle" in said
    assert scene.changes() == []
    assert scene.published() == ""


def test_the_remedy_one_bundle_over_both_rotates_both_without_a_failed_request(scene: Scene) -> None:
    """``TrustBundle(certificates=[a, b])``, after the refusal and with the same names, to the end of a rotation."""
    stack = scene.stack()
    _declare(scene, stack)
    refused(stack.preview())
    scene.write(stack, (PROGRAMS / "wired.py").read_text())
    target = {"type": "file", "path": TRUSTED, "content": "python"}
    scene.configure(stack, "certificates", {name: {} for name in OWNERS})
    scene.configure(stack, "bundles", {"trust": {"certificates": [*OWNERS], "targets": [target]}})
    bindings = {
        f"{name}-{stage}": {"certificate": name, "bundle": "trust", **scene.place(stage)}
        for name, stage in OWNERS.items()
    }
    scene.configure(stack, "bindings", bindings)
    ok(stack.up())
    first = scene.ids()
    with scene.traffic() as traffic:
        for day in (336, 337, 338, 341):
            scene.at(day)
            ok(stack.up("--refresh"))
            assert _trusted(scene)
        traffic.go_on()
    assert traffic.failed() == []
    assert set(scene.ids()).isdisjoint(first)
    assert set(map(scene.presented, STAGES)) == set(scene.ids()) == set(scene.held())


def test_a_second_stacks_bundle_on_the_file_is_refused_and_nothing_is_made(scene: Scene) -> None:
    """It would drop what the first one's stage presents; its own certificate must not exist for nothing either."""
    mine = scene.orders(stages={"dev": scene.place("dev")})
    ok(mine.up())
    before, held = scene.mark(), scene.published()
    theirs = scene.stack("theirs")
    shared = [{"type": "file", "path": str(scene.trusted), "content": "python"}]
    scene.declare(theirs, "invoices", stages={"prod": scene.place("prod")}, publish=shared)
    assert TRUSTED in refused(theirs.up())
    assert scene.changes(before) == []
    assert scene.published() == held

    # A place of its own is a way out: what is refused must not have cost anything.
    scene.declare(theirs, "invoices", stages={"prod": scene.place("prod")})
    ok(theirs.up())
    assert scene.held() == [scene.presented("dev")]


def test_a_second_stack_that_insists_never_takes_the_first_ones_trust_away(scene: Scene) -> None:
    """With take_over and also_trust, day after day and through an issue: both stages are trusted after every run.

    Two that write one file cannot both be content: as long as the text changes from run to run, one of them is red.
    """
    mine = scene.orders(stages={"dev": scene.place("dev")})
    ok(mine.up())
    (first,) = scene.ids()
    theirs = scene.stack("theirs")
    scene.declare(
        theirs,
        "invoices",
        stages={"prod": scene.place("prod")},
        publish=[{"type": "file", "path": str(scene.trusted), "content": "python"}],
        takeOver=True,
        alsoTrust=[scene.pem(first)],
    )
    with scene.traffic("dev") as traffic:
        theirs.up()
        assert _trusted(scene)
        for day in (1, 336, 337):
            scene.at(day)
            texts, green = {scene.published()}, True
            for stack in (mine, theirs):
                green = stack.up("--refresh").succeeded and green
                texts.add(scene.published())
                assert _trusted(scene), f"day {day}, after {stack.name}"
            settled = len(texts) == 1 or day == 336
            assert settled or not green
        traffic.go_on()
    assert traffic.failed() == []


def test_two_rotations_on_one_stage_are_refused_before_anything_is_made(scene: Scene) -> None:
    """At preview; the stage is named. An update without one makes a certificate for it, and moves nothing."""
    stack = scene.stack()
    elsewhere = {"type": "file", "path": "us.pem", "content": "python"}
    scene.configure(
        stack,
        "rotations",
        {
            "eu": scene.rotation(stages={"dev": scene.place("dev")}),
            "us": scene.rotation(stages={"live": scene.place("dev")}, publish=[elsewhere]),
        },
    )
    assert f"{scene.api}/dev" in refused(stack.preview())
    assert scene.changes() == []
    assert f"{scene.api}/dev" in refused(stack.up())
    assert len(scene.moves()) <= 1


def test_a_second_rotation_on_the_stage_of_a_running_one_changes_nothing(scene: Scene) -> None:
    """Added months later: refused at preview, and the running one keeps stage and trust."""
    stack = scene.orders(stages={"dev": scene.place("dev")})
    ok(stack.up())
    (first,) = scene.ids()
    scene.at(100)
    before = scene.mark()
    elsewhere = {"type": "file", "path": "us.pem", "content": "python"}
    scene.configure(
        stack,
        "rotations",
        {
            "orders": scene.rotation(stages={"dev": scene.place("dev")}),
            "us": scene.rotation(stages={"live": scene.place("dev")}, publish=[elsewhere], takeOver=True),
        },
    )
    assert f"{scene.api}/dev" in refused(stack.preview())
    refused(stack.up())
    assert scene.changes(before) == []
    assert scene.held() == [scene.presented("dev")] == [first]


def test_two_rotations_on_one_parameter_are_refused_however_their_way_to_it_is_written(scene: Scene) -> None:
    """A place is not the way to it: the endpoint of one is written as localhost."""
    stack = scene.stack()
    pins = [{"type": "ssm", "name": "/orders/pins", "content": "sha256"}]
    there = scene.sandbox.endpoint_url.replace("127.0.0.1", "localhost")
    _declare(scene, stack, eu={"publish": pins}, us={"publish": pins, "endpointUrl": there})
    assert "/orders/pins" in refused(stack.preview())
    assert scene.changes() == []


@pytest.mark.parametrize("insist", [False, True], ids=["modest", "take-over"])
def test_two_stacks_on_one_stage_do_not_take_it_from_each_other(scene: Scene, insist: bool) -> None:  # noqa: FBT001
    """The second one is red, names the stage, and makes nothing; the first one's next run has nothing to mend."""
    mine = scene.orders(stages={"dev": scene.place("dev")}, takeOver=insist or None)
    ok(mine.up())
    (first,) = scene.ids()
    before = scene.mark()
    theirs = scene.stack("theirs")
    scene.declare(
        theirs,
        "invoices",
        stages={"live": scene.place("dev")},
        takeOver=insist or None,
        alsoTrust=[scene.pem(first)] if insist else None,
    )
    assert f"{scene.api}/dev" in refused(theirs.up())
    assert scene.changes(before) == []
    scene.at(2)
    refused(theirs.up("--refresh"))
    ok(mine.up("--refresh"))
    assert scene.changes(before) == []
    assert scene.presented("dev") == first


def test_the_remedy_for_a_stage_of_a_lost_rotation(scene: Scene) -> None:
    """Its tag is removed, as the refusal says: nobody's then, it is taken over with a lead like any foreign one."""
    lost = scene.stack("lost")
    target = {"type": "file", "path": "lost.pem", "content": "python"}
    scene.declare(lost, "lost", stages={"dev": scene.place("dev")}, publish=[target])
    ok(lost.up())
    theirs = str(scene.presented("dev"))
    lost.run("stack", "rm", "--force", "--yes", expect=0)
    scene.at(5)
    stack = scene.orders(stages={"prod": scene.place("prod")})
    ok(stack.up())
    # The backend behind both stages still reads both files.
    scene.reader.read = lambda: scene.published() + (lost.folder / "lost.pem").read_text(encoding="ascii")
    with scene.traffic() as traffic:
        scene.declare(stack)
        said = refused(stack.up("--refresh"))
        assert f"{scene.api}/dev" in said
        assert ROTATION_ID_TAG in said
        arn = f"arn:aws:apigateway:{scene.sandbox.region}::/clientcertificates/{theirs}"
        scene.sandbox.client("apigateway").untag_resource(resourceArn=arn, tagKeys=[ROTATION_ID_TAG])
        before = scene.mark()
        insisting: dict[str, Any] = {"takeOver": True, "alsoTrust": [scene.pem(theirs)]}
        scene.declare(stack, **insisting)
        ok(stack.up("--refresh"))
        traffic.go_on()
        assert scene.moves(before) == []
        assert scene.trusted_everywhere()
        # From here on what this rotation publishes is all that the backend has.
        scene.reader.read = scene.published
        for day, props in ((6.1, insisting), (7.2, {}), (8.3, {})):
            scene.at(day)
            scene.declare(stack, **props)
            ok(stack.up("--refresh"))
            traffic.go_on()
            assert scene.trusted_everywhere()
    assert traffic.failed() == []
    assert scene.held() == [scene.presented("dev")] == [scene.presented("prod")]
    assert theirs in scene.ids()
    ok(stack.preview("--expect-no-changes"))
