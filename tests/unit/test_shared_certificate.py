"""SharedCertificate: a binding by what another stack exports is the binding that its own stack would declare."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

from apigw_client_cert import RestStage, RotatingClientCertificate, SharedCertificate, StageBinding
from apigw_client_cert.errors import BadInput

GENERATION = {"id": "a1b2c3", "number": 1, "sha256": "ab", "pem": "PEM"}
STAGE = RestStage(rest_api_id="a1b2c3d4e5", stage_name="prod")


class FakeEngine(mocks.Mocks):
    """Remembers the inputs of every resource; a certificate has one generation."""

    def __init__(self) -> None:
        self.inputs: dict[str, dict[str, Any]] = {}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """The inputs come back, with what a certificate adds."""
        self.inputs[args.name] = {key: value for key, value in args.inputs.items() if key != "__provider"}
        made = {"clientCertificateId": "a1b2c3", "rotationId": "r", "generations": [GENERATION]}
        return args.name, {**args.inputs, **(made if args.typ.endswith(":RotatingClientCertificate") else {})}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], None]:
        """No function is called."""
        raise AssertionError(args.token)


def test_a_binding_by_a_shared_certificate_has_the_inputs_of_one_beside_its_certificate() -> None:
    """The policy included, the PEM not."""
    engine = FakeEngine()
    mocks.set_mocks(engine, project="orders", stack="dev")

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def run() -> None:
        certificate = RotatingClientCertificate("orders", publish_lead="12h")
        StageBinding("beside", certificate=certificate, stage=STAGE)
        StageBinding("elsewhere", certificate=SharedCertificate(certificate.shared()), stage=STAGE)

    run()
    assert engine.inputs["elsewhere"] == engine.inputs["beside"]
    assert engine.inputs["elsewhere"]["publishLead"] == "12h"
    assert "pem" not in engine.inputs["elsewhere"]["generations"][0]


@pytest.mark.parametrize("wrong", ["a1b2c3", None, {"clientCertificateId": "a1b2c3"}])
def test_what_is_no_shared_certificate_is_refused_with_what_to_export(wrong: Any) -> None:
    """Where only the id was exported, for example."""
    mocks.set_mocks(FakeEngine(), project="orders", stack="dev")

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def run() -> pulumi.Output[str]:
        return SharedCertificate(wrong).client_certificate_id

    with pytest.raises(
        BadInput, match=r"something else than a shared certificate.*certificate\.shared\(trust_bundle\)"
    ):
        run()
