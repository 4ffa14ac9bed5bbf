"""A refusal is one message on every SDK: the oldest that is declared, the last that gRPC worded, and today's newest."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest

from tests.compatibility.conftest import MOST_LINES, diagnostics, made, use
from tests.e2e.conftest import ok, refused

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.pulumi_stack import PulumiStack
    from tests.compatibility.conftest import Wheels
    from tests.e2e.conftest import Scenario

pytestmark = pytest.mark.e2e

# Until 3.259 gRPC words what the host lets through, later the host itself does; without a version pip chooses.
SDKS = ("pulumi==3.216.0", "pulumi==3.259.0", "pulumi")
UNREACHABLE = "http://127.0.0.1:1"

KIND = """
from apigw_client_cert import RestStage, RotatingClientCertificate, StageBinding
certificate = RotatingClientCertificate("orders")
stage = RestStage(rest_api_id="a1b2c3d4e5", stage_name="prod")
StageBinding("orders-prod", certificate=certificate.id, stage=stage)
"""
KIND_SAYS = (
    "certificate of StageBinding is an Output. This StageBinding was not registered. Write certificate=certificate, the"
    " RotatingClientCertificate itself or a SharedCertificate, no output of it."
)
APPLIED = """
from apigw_client_cert import RestStage, SharedCertificate, StageBinding
generation = {"id": "a1b2c3", "number": 1, "role": "active", "sha256": "00", "pem": ""}
shared = {"clientCertificateId": "a1b2c3", "rotationId": "r", "generations": [generation]}
stage = RestStage(rest_api_id="a1b2c3d4e5", stage_name="prod")
StageBinding("orders-prod", certificate=SharedCertificate(shared), stage=stage)
"""
APPLIED_SAYS = (
    "StageBinding was given a SharedCertificate without the bundle that publishes it. The stage could be moved seconds"
    " after the first publication; the binding was not registered. Export certificate.shared(trust_bundle) with the"
    " bundle there; or publish it here, with bundle = TrustBundle(…, certificates=[shared]), and give"
    " trust_bundle=bundle to the binding."
)


@pytest.fixture(scope="module", params=SDKS)
def python(request: pytest.FixtureRequest, wheels: Wheels, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter that has the wheel, this SDK, what they need, and nothing else."""
    return made(tmp_path_factory.mktemp("sdk") / "venv", sys.executable, request.param, wheels.package)


def test_a_refusal_is_one_message(python: Path, scenario: Scenario) -> None:
    """Said by us and said because of botocore: the row and the diagnostics show our words, and none of a traceback."""
    stack = scenario.stack(config={**scenario.default_config(), **scenario.stage_config("ghost")})
    use(stack, python)
    _shows(
        stack,
        f"REST API {scenario.api} has no stage 'ghost', or no such API is in this account and region. This call changed"
        " nothing. Correct the API id and the stage name, or remove the binding; check region and credentials.",
    )
    stack.configure({"endpointUrl": UNREACHABLE})
    _shows(
        stack,
        "GetClientCertificates could not be sent: no connection to the apigateway endpoint"
        f" ({UNREACHABLE}). This call changed nothing."
        " Check `region`, `endpoint_url`, the network and proxy settings, then run again.",
    )
    stack.configure({"endpointUrl": scenario.sandbox.endpoint_url})
    scenario.sandbox.console.create_stage(scenario.api, "ghost")
    ok(stack.up())
    assert [scenario.presented(stage) for stage in ("dev", "ghost", "prod")] == scenario.ids() * 3


@pytest.mark.parametrize(
    ("program", "message"),
    [(KIND, KIND_SAYS), (APPLIED, APPLIED_SAYS)],
    ids=["an argument of the wrong kind", "what is known when an output is"],
)
def test_a_refusal_of_the_program_is_one_message(python: Path, scenario: Scenario, program: str, message: str) -> None:
    """Raised while it runs, or inside ``apply``: not its traceback, and no stage is touched."""
    stack = scenario.stack(program=program, config={})
    use(stack, python)
    output = refused(stack.preview())
    said = diagnostics(output)
    assert len(said) <= MOST_LINES, output
    assert f"error: {message}" in said, output
    assert "Traceback" not in output


def _shows(stack: PulumiStack, message: str) -> None:
    output = refused(stack.up())
    lines = diagnostics(output)
    assert len(lines) <= MOST_LINES, output
    said = [re.sub(r"^error: (Exception calling application: )?", "", line) for line in lines]
    assert message in said, output
    rows = [line for line in output.partition("Diagnostics:")[0].splitlines() if "**creating failed** error:" in line]
    assert rows
    assert all(row.endswith(message) for row in rows), output
    assert "Traceback" not in output
