"""A state of many has everything of the one as often, each with names and ids of its own."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.multiplied import configured, multiplied, places_of

API, STAGE = "a1b2c3d4e5", "stage0000"


def resource(kind: str, **outputs: str) -> dict[str, Any]:
    """What the engine keeps of one resource of the stage."""
    return {"urn": f"urn::{kind}::{API}-{STAGE}", "outputs": outputs}


def state() -> dict[str, Any]:
    """A stack, its provider, a certificate and what follows it."""
    resources = [
        {"urn": "urn::stack"},
        {"urn": "urn::provider", "inputs": {"stages": f"{API}/{STAGE}"}},
        resource("certificate", rotationId="rotation-abcdef", clientCertificateId="cert123456"),
        resource("binding", clientCertificateId="cert123456", restApiId=API, stageName=STAGE),
    ]
    return {"version": 3, "deployment": {"manifest": {}, "resources": resources}}


def test_what_names_the_stage_is_repeated_and_nothing_else() -> None:
    """In an order in which each comes after what it depends on; the provider is told of all."""
    found = multiplied(state(), API, STAGE, 12)
    urns = [one["urn"] for one in found["deployment"]["resources"]]
    provider = found["deployment"]["resources"][1]
    assert found["version"] == 3
    assert provider["inputs"]["stages"] == configured(places_of(API, STAGE, 12))
    assert urns[:2] == ["urn::stack", "urn::provider"]
    assert len(urns) == len(set(urns)) == 2 + 2 * 12
    assert urns[2:4] == ["urn::certificate::a1b2c30000-stage0000", "urn::binding::a1b2c30000-stage0000"]
    assert urns[-1] == "urn::binding::a1b2c30001-stage0011"


def test_a_certificate_has_ids_of_its_own_and_its_binding_names_them() -> None:
    """As long as the first one's, so that a state of many is as large as a real one."""
    certificate, binding = multiplied(state(), API, STAGE, 12)["deployment"]["resources"][-2:]
    assert certificate["outputs"] == {"rotationId": "rotation-ab0011", "clientCertificateId": "cert120011"}
    assert binding["outputs"]["clientCertificateId"] == "cert120011"
    assert len(json.dumps(certificate)) == len(json.dumps(state()["deployment"]["resources"][2]))


def test_the_program_is_told_of_the_same_stages() -> None:
    """Ten to an API, as the configuration has them."""
    places = places_of(API, STAGE, 12)
    assert configured(places[:2]) == "a1b2c30000/stage0000,a1b2c30000/stage0001"
    assert places[0] == ("a1b2c30000", "stage0000")
    assert places[-2:] == [("a1b2c30001", "stage0010"), ("a1b2c30001", "stage0011")]
