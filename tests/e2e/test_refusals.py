"""What cannot work is refused with the remedy; and the state that a program may rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ok, refused

if TYPE_CHECKING:
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e

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


def test_a_stage_that_does_not_exist_is_named_before_anything_is_made(scenario: Scenario) -> None:
    """The next run needs nothing but the stage."""
    stack = scenario.stack(config={**scenario.default_config(), **scenario.stage_config("ghost")})
    text = refused(stack.up())
    assert f"REST API {scenario.api} has no stage 'ghost'" in text
    assert "Correct the API id and the stage name" in text
    assert (scenario.actions(), scenario.ids(), stack.resources("RotatingClientCertificate")) == ([], [], [])

    scenario.sandbox.console.create_stage(scenario.api, "ghost")
    ok(stack.up())
    (first,) = scenario.ids()
    assert [scenario.presented(stage) for stage in ("dev", "ghost", "prod")] == [first] * 3


def test_a_stage_that_is_added_and_does_not_exist_is_named_and_the_other_one_is_bound(scenario: Scenario) -> None:
    """One failed binding concerns no other, and the next run needs nothing but the stage (invariant 8)."""
    stack = scenario.stack(config={"name": "orders", **scenario.stage_config("dev")})
    ok(stack.up())
    (first,) = scenario.ids()
    stack.configure({**scenario.stage_config("prod"), **scenario.stage_config("ghost")})
    text = refused(stack.up())
    assert f"REST API {scenario.api} has no stage 'ghost'" in text

    scenario.sandbox.console.create_stage(scenario.api, "ghost")
    ok(stack.up())
    assert [scenario.presented(stage) for stage in ("dev", "ghost", "prod")] == [first] * 3
    assert scenario.ids() == [first]


def test_a_full_quota_names_orphans_and_the_quota_code(scenario: Scenario) -> None:
    """Nothing is generated, nothing waits, and the text says what to remove or to raise (invariant 10)."""
    scenario.sandbox.change(certificate_quota=2)
    for number in (1, 2):
        tags = {"apigw-client-cert:rotation-id": f"lost{number}", "apigw-client-cert:generation": "1"}
        scenario.sandbox.console.generate_certificate(tags=tags)
    lost = scenario.ids()
    stack = scenario.stack()
    text = refused(stack.up())
    assert "L-824C9E42" in text
    assert all(one in text for one in lost)
    assert scenario.actions() == []


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
