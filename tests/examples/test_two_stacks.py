"""examples/two-stacks: a certificate of one stack, presented by a stage of another, over two rotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import certificate, numbers, ok, quiet, refused
from tests.examples.conftest import example, trusted, unharmed

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.e2e.conftest import Scene

pytestmark = pytest.mark.e2e


@pytest.fixture
def certificates(scene: Scene) -> PulumiStack:
    """The platform's stack, after its first run."""
    stack = example(scene, "two-stacks/certificates", **{f"owners.{scene.api}": "orders-team"})
    ok(stack.up())
    return stack


@pytest.fixture
def api(scene: Scene, certificates: PulumiStack) -> PulumiStack:
    """The team's stack, after its first run; the certificate is published before."""
    assert trusted(scene) == 1
    stack = example(
        scene,
        "two-stacks/api",
        certificates="organization/client-certificates/prod",
        restApiId=scene.api,
    )
    ok(stack.up())
    assert scene.presented("prod") == certificate(certificates)["clientCertificateId"]
    quiet(stack)
    return stack


def stage(scene: Scene) -> str:
    """What the platform's stack calls the team's stage."""
    return f"{scene.api}/prod"


def test_a_team_that_keeps_up_moves_in_every_rotation(
    scene: Scene, certificates: PulumiStack, api: PulumiStack
) -> None:
    """Two rotations, both stacks in time; the output that they share is plain JSON."""
    shared = certificates.export()["deployment"]["resources"][0]["outputs"]["orders"]
    told = {"clientCertificateId", "rotationId", "generations", "publishedSince", "publishedTo", "region", "accountId"}
    assert set(shared) == told
    assert shared["publishedTo"]["targets"] == [{"type": "ssm", "name": "/orders/client-cert-pins", "content": "nginx"}]
    for number, due in ((2, 336), (3, 672)):
        former = scene.presented("prod")
        for day in (due, due + 1, due + 2, due + 5):
            scene.at(day)
            ok(certificates.up("--refresh"))
            # On the other days nothing of the team's would change.
            if day in {due + 1, due + 5}:
                ok(api.up("--refresh"))
            assert trusted(scene) == (1 if day == due + 5 else 2)
        assert former not in scene.ids()
        assert [scene.presented("prod")] == scene.ids()
        assert numbers(certificates) == {number: "active"}
        quiet(certificates)
        quiet(api)
    unharmed(scene)


def test_a_team_that_lags_keeps_its_certificate_and_is_named(
    scene: Scene, certificates: PulumiStack, api: PulumiStack
) -> None:
    """Nothing is deleted, both are trusted, later steps go on; when the team runs, it moves at once."""
    (first,) = scene.ids()
    for day in (336, 337, 338, 341, 350):
        scene.at(day)
        ok(certificates.up("--refresh"))
    assert scene.presented("prod") == first
    assert trusted(scene) == 2
    assert certificate(certificates)["retirementBlockedBy"] == [stage(scene)]
    blocked = certificates.export()["deployment"]["resources"][0]["outputs"]["retirementBlockedBy"]
    assert blocked == [{"stage": stage(scene), "owner": "orders-team"}]
    scene.at(351)
    assert f"(last seen at {stage(scene)})" in ok(certificates.preview())
    before = scene.mark()
    ok(api.up("--refresh"))
    assert scene.moves(before) == [("prod", scene.ids()[1])]
    for day in (351, 354):
        scene.at(day)
        ok(certificates.up("--refresh"))
    assert scene.ids() == [scene.presented("prod")]
    assert trusted(scene) == 1
    quiet(api)
    unharmed(scene)


def test_a_team_that_never_runs_loses_its_certificate_to_time_alone(
    scene: Scene, certificates: PulumiStack, api: PulumiStack
) -> None:
    """The platform rotates twice; what the stage presents is kept even when dead, and is left on the first run."""
    (first,) = scene.ids()
    for day in (336, 337, 338, 366, 672, 673, 674, 677):
        scene.at(day)
        ok(certificates.up("--refresh"))
        assert first in scene.ids()
        assert trusted(scene) >= (2 if day < 366 else 1)
    assert scene.presented("prod") == first
    assert certificate(certificates)["retirementBlockedBy"] == [stage(scene)]
    assert numbers(certificates)[3] == "active"
    third = certificate(certificates)["clientCertificateId"]
    ok(api.up("--refresh"))
    assert scene.presented("prod") == third
    for day in (678, 681):
        scene.at(day)
        ok(certificates.up("--refresh"))
    assert scene.ids() == [third]
    unharmed(scene)


def test_the_platform_cannot_take_its_certificate_away(
    scene: Scene, certificates: PulumiStack, api: PulumiStack
) -> None:
    """Its destruction is refused while the stage presents it, by the stage's name; after the team's it is not."""
    said = refused(certificates.destroy())
    assert stage(scene) in said
    assert len(scene.ids()) == 1
    ok(api.destroy())
    assert scene.presented("prod") is None
    ok(certificates.destroy())
    assert scene.ids() == []


def test_what_is_no_shared_certificate_is_refused_with_the_remedy(scene: Scene, certificates: PulumiStack) -> None:
    """Before anything is called."""
    program = (certificates.folder / "__main__.py").read_text()
    (certificates.folder / "__main__.py").write_text(
        program.replace("certificate.shared(bundle)", "certificate.client_certificate_id")
    )
    ok(certificates.up())
    stack = example(
        scene,
        "two-stacks/api",
        certificates="organization/client-certificates/prod",
        restApiId=scene.api,
    )
    before = scene.mark()
    said = refused(stack.preview())
    assert "SharedCertificate was given something else than a shared certificate" in said
    assert "Export certificate.shared(trust_bundle)" in said
    assert scene.actions(before) == []
