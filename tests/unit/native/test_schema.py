"""The schema is what ``check`` reads, and is committed."""

from __future__ import annotations

import inspect
import json
from dataclasses import fields
from typing import Any

import pytest

from apigw_client_cert import ClientCertificateRotation, RotatingClientCertificate, __version__
from apigw_client_cert.lifecycle.binding.crud import ON_DELETE, PLACE
from apigw_client_cert.lifecycle.environment import Environment
from apigw_client_cert.lifecycle.inputs import CONNECTION, snake
from apigw_client_cert.native.configuration import CONFIGURATION
from apigw_client_cert.native.functions import BACKEND_CONFIG, BACKEND_CONFIG_INPUTS, FORECAST, FORECAST_INPUTS, invoke
from apigw_client_cert.native.resource_types import BINDING, COMPONENT, KINDS, Kind, filled
from apigw_client_cert.native.schema import committed
from apigw_client_cert.native.schema import properties as definitions
from apigw_client_cert.native.schema.build import FILE, schema, written
from apigw_client_cert.program.certificate import CertificateOptions
from apigw_client_cert.publish.specs import CONTENT_KEYS, KEYS, OPTIONAL
from apigw_client_cert.rotation.model import Generation
from tools.sdks import install

VERSION = __version__
SCHEMA = schema(VERSION)
kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)


def test_the_committed_schema_is_the_generated_one() -> None:
    """After a change: ``python -m apigw_client_cert.native.schema.build``."""
    assert FILE.read_text(encoding="utf-8") == written(VERSION)
    assert json.loads(committed.text()) == SCHEMA
    assert committed.version() == VERSION


@kinds
def test_inputs_and_outputs_are_those_of_the_lifecycle(kind: Kind) -> None:
    """No property more, none less, and no description for something that does not exist."""
    resource = SCHEMA["resources"][kind.token]
    assert set(resource["inputProperties"]) == set(kind.inputs) == set(definitions.INPUTS[kind.token])
    assert set(resource["properties"]) == {*kind.inputs, *kind.outputs} - kind.unkept
    assert set(definitions.OUTPUTS[kind.token]) == set(kind.outputs)
    assert set(resource["required"]) <= set(resource["properties"])


@kinds
def test_required_inputs_are_those_that_check_refuses_to_miss(kind: Kind) -> None:
    """What Check fills in from the URN is not asked of the user."""
    urn = f"urn:pulumi:dev::p::{kind.token}::orders"
    checked = kind.lifecycle.check({}, filled(kind, urn, {}))
    assert sorted(checked.failures) == SCHEMA["resources"][kind.token].get("requiredInputs", [])


def test_a_binding_is_replaced_by_what_its_diff_replaces_it_for() -> None:
    """The others say ``replaceOnChanges`` nowhere."""
    replacing = {
        (token, key)
        for token, resource in SCHEMA["resources"].items()
        for key, one in resource["inputProperties"].items()
        if one.get("replaceOnChanges")
    }
    assert replacing == {(BINDING.token, key) for key in PLACE}


def test_every_property_and_type_is_described_and_every_reference_leads_somewhere() -> None:
    """Generated SDKs show these texts; a dangling reference breaks the generators."""
    described = [*_properties(SCHEMA)]
    assert all(one["description"].endswith(".") for one in described)
    inside = [one[key] for one in described for key in ("items", "additionalProperties") if key in one]
    references = {one["$ref"] for one in [*described, *inside] if "$ref" in one}
    assert {reference.removeprefix("#/types/") for reference in references} == set(SCHEMA["types"])


def test_types_hold_what_state_holds() -> None:
    """A generation as it is written, a target as it is read."""
    assert {snake(key) for key in definitions.GENERATION} == {
        {"not_after": "expiration_date", "spki_sha256": "spki_sha256"}.get(one.name, one.name)
        for one in fields(Generation)
    }
    places = [key for keys in (*KEYS.values(), *OPTIONAL.values()) for key in keys]
    assert set(definitions.TARGET) == {"type", *CONTENT_KEYS, *places}
    assert definitions.ENUMS["OnDelete"] == ON_DELETE


def test_the_component_takes_what_the_python_component_takes() -> None:
    """Its keywords, but an existing certificate, a callable and resource options, which no wire can carry."""
    keywords = inspect.signature(ClientCertificateRotation.__init__).parameters
    python = {*keywords, *CertificateOptions.__annotations__, *(snake(key) for key in CONNECTION)}
    python -= {"self", "name", "certificate", "aws", "opts", "policy"}
    assert {snake(key) for key in SCHEMA["resources"][COMPONENT]["inputProperties"]} == python
    outputs = SCHEMA["resources"][COMPONENT]["properties"]
    assert {key for key in outputs if not hasattr(RotatingClientCertificate, snake(key))} == set()


def test_functions_take_what_they_read_and_give_what_they_answer() -> None:
    """No argument more, none less; every answer is described."""
    taken = {token: set(one["inputs"]["properties"]) for token, one in SCHEMA["functions"].items()}
    assert taken == {FORECAST: set(FORECAST_INPUTS), BACKEND_CONFIG: set(BACKEND_CONFIG_INPUTS)}
    for token, arguments in {FORECAST: {}, BACKEND_CONFIG: {"kind": "nginx"}}.items():
        answer = invoke(token, arguments, Environment())
        assert answer.failures == {}
        assert set(answer.inputs) == set(SCHEMA["functions"][token]["outputs"]["properties"])
    step = invoke(FORECAST, {}, Environment()).inputs["steps"][0]
    assert set(step) == set(SCHEMA["types"]["apigw-client-cert:index:ForecastStep"]["properties"])


def test_the_provider_takes_the_configuration_that_is_read() -> None:
    """As configuration values and as inputs of explicit providers."""
    assert set(SCHEMA["config"]["variables"]) == set(SCHEMA["provider"]["inputProperties"]) == set(CONFIGURATION)


def _properties(schema: dict[str, Any]) -> list[dict[str, Any]]:
    functions = [one[key] for one in schema["functions"].values() for key in ("inputs", "outputs")]
    owners = [*schema["types"].values(), *schema["resources"].values(), schema["provider"], *functions]
    return [
        one for owner in owners for kind in ("properties", "inputProperties") for one in owner.get(kind, {}).values()
    ]


def test_package_add_names_the_package_once() -> None:
    """It writes the SDK to ``sdks/<namespace>-<name>``: without a namespace, each language has a name of its own."""
    assert "namespace" not in SCHEMA
    languages = SCHEMA["language"]
    assert languages["python"]["packageName"] == "pulumi_apigw_client_cert"
    assert languages["nodejs"]["packageName"] == "@apigw-client-cert/apigw-client-cert"
    assert languages["go"]["importBasePath"] == f"{install.GO_MODULE}/apigwclientcert"
