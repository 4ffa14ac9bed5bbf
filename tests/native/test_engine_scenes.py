"""What only the real engine shows: partial state, imports, secrets, providers, previews without credentials."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from apigw_client_cert.native.schema import committed
from apigw_sandbox import Fault, FaultKind
from tests.doubles.aws_shaped import issue_pem
from tests.e2e.conftest import START, ok, refused
from tests.native.conftest import PROGRAM, imported, resource
from tools.toolchain import bin_dir, environment

if TYPE_CHECKING:
    from acceptance.pulumi_stack import PulumiStack
    from tests.native.conftest import NativeScenario

pytestmark = pytest.mark.e2e
EXPLICIT = PROGRAM.replace(
    'where = {"endpointUrl": config.get("endpointUrl")}',
    """where = {}
pulumi.runtime.register_resource_transform(
    lambda args: None
    if args.type_.startswith("pulumi:")
    else pulumi.ResourceTransformResult(args.props, pulumi.ResourceOptions.merge(args.opts, options))
)


class Provider(pulumi.ProviderResource):
    def __init__(self) -> None:
        super().__init__(
            "apigw-client-cert",
            "explicit",
            {"endpointUrl": config.get("endpointUrl"), "region": "eu-west-1", "publishLead": "48h"},
        )


options = pulumi.ResourceOptions(provider=Provider())""",
)


def test_a_changed_description_lists_no_binding(scenario: NativeScenario) -> None:
    """At preview only what will change is unknown."""
    stack = scenario.native()
    ok(stack.up())
    stack.configure({"certificate.description": "mine", "certificate.overlap": "4d"})
    shown = ok(stack.preview())
    assert "[diff: +description,overlap" in shown
    assert "StageBinding" not in shown
    assert "TrustBundle" not in shown
    ok(stack.up())
    ok(stack.preview("--expect-no-changes"))


def test_a_failed_update_keeps_what_it_achieved(scenario: NativeScenario) -> None:
    """Tags were on their way when AWS refused: the state says so, and the next run finishes the same certificate."""
    stack = scenario.native(certificate={"tags": {"team": "a"}})
    ok(stack.up())
    stack.configure({"certificate.tags": {"owner": "b"}})
    scenario.sandbox.faults.add(Fault(kind=FaultKind.ACCESS_DENIED, action="UntagResource"))
    said = refused(stack.up())
    assert "Traceback" not in said
    kept = resource(stack, "orders")
    assert len(kept["initErrors"]) == 1
    assert kept["outputs"]["tags"] == {"team": "a"}
    assert len(kept["outputs"]["generations"]) == 1

    scenario.sandbox.faults.clear()
    ok(stack.up())
    mended = resource(stack, "orders")
    assert "initErrors" not in mended
    assert mended["outputs"]["tags"] == {"owner": "b"}
    assert len(scenario.ids()) == 1


def test_the_cli_imports_by_id(scenario: NativeScenario) -> None:
    """``pulumi import`` of a certificate and a stage; the program then finds nothing to do."""
    stack = scenario.native(publish=False, stages="prod")
    ok(stack.up())
    (certificate,) = scenario.ids()
    _lose_state(stack)
    _everywhere(scenario, stack)
    before, seen = scenario.mark(), 0
    for kind, name, resource_id in (
        ("RotatingClientCertificate", "orders", certificate),
        ("StageBinding", "orders-prod", f"{scenario.api}/prod"),
    ):
        token = f"apigw-client-cert:index:{kind}"
        shown = ok(stack.run("import", token, name, resource_id, "--yes", "--protect=false", "--generate-code=false"))
        seen += imported(shown)
    assert seen == 2
    ok(stack.up())
    assert scenario.changes(before) == []
    ok(stack.preview("--expect-no-changes"))


def test_the_cli_reads_the_committed_schema(scenario: NativeScenario) -> None:
    """``pulumi package get-schema`` of the executable says what is committed."""
    scenario.native()
    executable = scenario.folder / "plugin" / "pulumi-resource-apigw-client-cert"
    done = subprocess.run(
        [bin_dir() / "pulumi", "package", "get-schema", executable],
        env=environment(scenario.folder / "home", scenario.folder),
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(done.stdout)
    assert said == json.loads(committed.text())


def test_a_secret_input_is_a_secret_in_state(scenario: NativeScenario) -> None:
    """Where it is echoed, repeated by an output, or deep inside a list; the rest of the state stays readable."""
    pem, _key = issue_pem(START)
    stack = scenario.native(
        stages="prod",
        secretly=["tags", "description", "alsoTrust", "generations"],
        certificate={"tags": {"team": "very-secret"}, "description": "quite secret"},
        bundle={"alsoTrust": [pem]},
    )
    ok(stack.up())
    whole = json.dumps(stack.export())
    for hidden in ("very-secret", "quite secret", pem.splitlines()[5]):
        assert hidden not in whole
    state = {name: resource(stack, name)["outputs"] for name in ("orders", "orders-trust", "orders-prod")}
    of_certificate, of_bundle, of_binding = state.values()
    for secret in (
        *(of_certificate[key] for key in ("tags", "description")),
        *(of_bundle[key] for key in ("alsoTrust", "entries", "readFor", "trustBundlePem")),
        of_bundle["rotations"][0]["generations"],
        *(of_binding[key] for key in ("generations", "presentedClientCertificateId", "setClientCertificateId")),
    ):
        assert "ciphertext" in secret
    assert of_certificate["clientCertificateId"] == scenario.ids()[0]
    assert len(of_bundle["fingerprintsSha256"]) == len((stack.folder / "pins.txt").read_text().split()) == 2
    ok(stack.preview("--expect-no-changes"))
    ok(stack.refresh())
    assert pem.splitlines()[5] not in json.dumps(stack.export())


def test_an_explicit_provider_says_where_and_how(scenario: NativeScenario) -> None:
    """Its region and its policy are those of its resources."""
    stack = scenario.native(program=EXPLICIT, stages="")
    ok(stack.up())
    outputs = resource(stack, "orders")["outputs"]
    assert (outputs["region"], outputs["publishLead"]) == ("eu-west-1", "48h")
    assert scenario.ids() == []  # the sandbox's own region
    ok(stack.preview("--expect-no-changes"))


def test_a_preview_needs_no_credentials(scenario: NativeScenario) -> None:
    """Neither the first one nor one with a step due."""
    stack = scenario.native()
    without: dict[str, Any] = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "")
    _with(stack, without, "preview")
    ok(stack.up())
    scenario.at(336)
    assert "this update generates generation 2" in _with(stack, without, "preview")


def _with(stack: PulumiStack, env: dict[str, str], command: str) -> str:
    before = dict(stack.env)
    stack.env.update({**env, "AWS_CONFIG_FILE": os.devnull})
    try:
        return ok(getattr(stack, command)())
    finally:
        stack.env.clear()
        stack.env.update(before)


def _everywhere(scenario: NativeScenario, stack: PulumiStack) -> None:
    """Configure the provider itself: an import knows nothing of what the program says."""
    stack.run("config", "set", "apigw-client-cert:endpointUrl", scenario.sandbox.endpoint_url, expect=0)


def _lose_state(stack: PulumiStack) -> None:
    state = stack.export()
    state["deployment"]["resources"] = []
    stack.import_state(state)
