"""The state that a program may rely on, exported and imported again in every phase."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import START, ok, quiet

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e


def _steady(scenario: Scenario) -> PulumiStack:
    stack = scenario.stack()
    ok(stack.up())
    return stack


def _published(scenario: Scenario) -> PulumiStack:
    return scenario.published()


def _overlapping(scenario: Scenario) -> PulumiStack:
    stack = scenario.overlapping()
    scenario.at(338)
    ok(stack.up())
    return stack


STATE = {
    "accountId",
    "clientCertificateId",
    "createdDate",
    "endpointUrl",
    "expirationDate",
    "generation",
    "generations",
    "highestGeneration",
    "history",
    "name",
    "nextAction",
    "nextActionAt",
    "parent",
    "pemEncodedCertificate",
    "phase",
    "previousClientCertificateIds",
    "project",
    "region",
    "retirementBlockedBy",
    "rotateAt",
    "rotationId",
    "stack",
    "stateVersion",
    "trustBundlePem",
    "trustedFingerprintsSha256",
}
ENTRY = {"at", "caller", "clientCertificateId", "createdDate", "generation", "role", "sha256", "step"}
GENERATION = {
    "createdDate",
    "expirationDate",
    "id",
    "number",
    "pem",
    "pendingSince",
    "role",
    "serial",
    "sha1",
    "sha256",
    "spkiSha256",
    "trusted",
}

PHASES = {"steady": _steady, "published": _published, "overlapping": _overlapping}


@pytest.mark.parametrize("phase", PHASES)
def test_state_of_any_phase_goes_on_in_another_backend(scenario: Scenario, phase: str) -> None:
    """Export, a new backend, import: no change, a quiet refresh, the rest of the rotation, and an empty account."""
    before = PHASES[phase](scenario)
    exported = before.export()
    mark = scenario.mark()
    # The folder is the same: a relative publish target must stay where it is.
    after = scenario.stack(folder=before.name, backend="moved")
    after.import_state(exported)
    quiet(after)
    ok(after.refresh())
    quiet(after)
    assert scenario.actions(mark) == []
    assert after.outputs("RotatingClientCertificate")["phase"] == phase
    for day in (336, 337, 338, 341):
        if day > (scenario.now - START).days:
            scenario.at(day)
            ok(after.up("--refresh"))
    (left,) = scenario.ids()
    assert scenario.presented("dev") == scenario.presented("prod") == left
    assert after.outputs("RotatingClientCertificate")["phase"] == "steady"
    ok(after.destroy())
    assert scenario.ids() == []


def test_the_state_of_a_certificate_has_the_documented_properties_and_no_others(scenario: Scenario) -> None:
    """State is a format: later releases read it (invariant 11)."""
    stack = scenario.stack()
    ok(stack.up())
    (certificate,) = stack.resources("RotatingClientCertificate")
    outputs = certificate["outputs"]
    assert set(outputs) - {"__provider"} == STATE
    assert set(outputs["generations"][0]) == GENERATION
    assert [set(one) for one in outputs["history"]] == [ENTRY]
    assert certificate["id"] == "orders"
    assert len(outputs["__provider"]) < 300

    scenario.at(336)
    ok(stack.up())
    assert set(stack.outputs("RotatingClientCertificate")) - {"__provider"} == {*STATE, "pendingClientCertificateId"}
