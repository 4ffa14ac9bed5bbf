"""examples/two-stacks: a certificate of one stack, presented by a stage of another, over two rotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import certificate, numbers, ok, quiet, refused
from tests.examples.conftest import example, trusted, unharmed

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e


@pytest.fixture
def certificates(scenario: Scenario) -> PulumiStack:
    """The platform's stack, after its first run."""
    stack = example(scenario, "two-stacks/certificates", **{f"owners.{scenario.api}": "orders-team"})
    ok(stack.up())
    return stack


@pytest.fixture
def api(scenario: Scenario, certificates: PulumiStack) -> PulumiStack:
    """The team's stack, after its first run; the certificate is published before."""
    assert trusted(scenario) == 1
    stack = example(
        scenario,
        "two-stacks/api",
        certificates="organization/client-certificates/prod",
        restApiId=scenario.api,
    )
    ok(stack.up())
    assert scenario.presented("prod") == certificate(certificates)["clientCertificateId"]
    quiet(stack)
    return stack


def stage(scenario: Scenario) -> str:
    """What the platform's stack calls the team's stage."""
    return f"{scenario.api}/prod"


def test_a_team_that_keeps_up_moves_in_every_rotation(
    scenario: Scenario, certificates: PulumiStack, api: PulumiStack
) -> None:
    """Two rotations, both stacks in time; the output that they share is plain JSON."""
    shared = certificates.export()["deployment"]["resources"][0]["outputs"]["orders"]
    told = {"clientCertificateId", "rotationId", "generations", "publishedSince", "publishedTo", "region", "accountId"}
    assert set(shared) == told
    assert shared["publishedTo"]["targets"] == [{"type": "ssm", "name": "/orders/client-cert-pins", "content": "nginx"}]
    for number, due in ((2, 336), (3, 672)):
        former = scenario.presented("prod")
        for day in (due, due + 1, due + 2, due + 5):
            scenario.at(day)
            ok(certificates.up("--refresh"))
            # On the other days nothing of the team's would change.
            if day in {due + 1, due + 5}:
                ok(api.up("--refresh"))
            assert trusted(scenario) == (1 if day == due + 5 else 2)
        assert former not in scenario.ids()
        assert [scenario.presented("prod")] == scenario.ids()
        assert numbers(certificates) == {number: "active"}
        quiet(certificates)
        quiet(api)
    unharmed(scenario)


def test_a_team_that_lags_keeps_its_certificate_and_is_named(
    scenario: Scenario, certificates: PulumiStack, api: PulumiStack
) -> None:
    """Nothing is deleted, both are trusted, later steps go on; when the team runs, it moves at once."""
    (first,) = scenario.ids()
    for day in (336, 337, 338, 341, 350):
        scenario.at(day)
        ok(certificates.up("--refresh"))
    assert scenario.presented("prod") == first
    assert trusted(scenario) == 2
    assert certificate(certificates)["retirementBlockedBy"] == [stage(scenario)]
    blocked = certificates.export()["deployment"]["resources"][0]["outputs"]["retirementBlockedBy"]
    assert blocked == [{"stage": stage(scenario), "owner": "orders-team"}]
    scenario.at(351)
    assert f"(in use by the last look: {stage(scenario)})" in ok(certificates.preview())
    before = scenario.mark()
    ok(api.up("--refresh"))
    assert scenario.moves(before) == [("prod", scenario.ids()[1])]
    for day in (351, 354):
        scenario.at(day)
        ok(certificates.up("--refresh"))
    assert scenario.ids() == [scenario.presented("prod")]
    assert trusted(scenario) == 1
    quiet(api)
    unharmed(scenario)


def test_a_team_that_never_runs_loses_its_certificate_to_time_alone(
    scenario: Scenario, certificates: PulumiStack, api: PulumiStack
) -> None:
    """The platform rotates twice; what the stage presents is kept even when dead, and is left on the first run."""
    (first,) = scenario.ids()
    for day in (336, 337, 338, 366, 672, 673, 674, 677):
        scenario.at(day)
        ok(certificates.up("--refresh"))
        assert first in scenario.ids()
        assert trusted(scenario) >= (2 if day < 366 else 1)
    assert scenario.presented("prod") == first
    assert certificate(certificates)["retirementBlockedBy"] == [stage(scenario)]
    assert numbers(certificates)[3] == "active"
    third = certificate(certificates)["clientCertificateId"]
    ok(api.up("--refresh"))
    assert scenario.presented("prod") == third
    for day in (678, 681):
        scenario.at(day)
        ok(certificates.up("--refresh"))
    assert scenario.ids() == [third]
    unharmed(scenario)


def test_the_platform_cannot_take_its_certificate_away(
    scenario: Scenario, certificates: PulumiStack, api: PulumiStack
) -> None:
    """Its destruction is refused while the stage presents it, by the stage's name; after the team's it is not."""
    said = refused(certificates.destroy())
    assert stage(scenario) in said
    assert len(scenario.ids()) == 1
    ok(api.destroy())
    assert scenario.presented("prod") is None
    ok(certificates.destroy())
    assert scenario.ids() == []


def test_what_is_no_shared_certificate_is_refused_with_the_remedy(
    scenario: Scenario, certificates: PulumiStack
) -> None:
    """Before anything is called."""
    program = (certificates.folder / "__main__.py").read_text()
    (certificates.folder / "__main__.py").write_text(
        program.replace("certificate.shared(bundle)", "certificate.client_certificate_id")
    )
    ok(certificates.up())
    stack = example(
        scenario,
        "two-stacks/api",
        certificates="organization/client-certificates/prod",
        restApiId=scenario.api,
    )
    before = scenario.mark()
    said = refused(stack.preview())
    assert "SharedCertificate was given something else than a shared certificate" in said
    assert "Export certificate.shared(trust_bundle)" in said
    assert scenario.actions(before) == []
